//! `hil sim serve`: a simulated board for other programs.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;

use hil_model::verdict::Exit;
use hil_report::Theme;
use hil_tools::serve::board::Board;
use hil_tools::serve::cable::Cable;
use hil_tools::serve::control;
use hil_tools::serve::server::{Note, Server};
use hil_tools::serve::tcp::NetworkPort;
use hil_tools::simulation::connections::{Allowed, Connections, Notice};
use hil_tools::simulation::load::{self, Load, save_flash};
use simulator::image::FlashSize;
use simulator::machine::{ChipIdentity, Config, DevKit as _, DownloadFaults, Exit as Stop, Machine, What};
use simulator::mem::FlashImage;
use simulator::soc::ResetCause;
use simulator::time::Instant;

use super::run::{flash_size, listen_address, mac};
use crate::cmd::error::Failure;

/// The drawing that is taken if none is named.
const DIAGRAM: &str = "diagram.json";

/// Serve a simulated board to esptool, espflash and serial terminals
///
/// An ESP32-C3 DevKit whose serial port other programs open as if it stood on the desk: as a pseudo-terminal, or as a port
/// on the network (RFC 2217). It flashes, boots what was flashed, from the flash, and runs it in real time. Without
/// FIRMWARE its flash is blank.
///
/// On the network DTR and RTS reset the chip as on a DevKit. A pseudo-terminal does not have these lines: there, the
/// beginning of a flashing tool's conversation brings the chip into download mode, and closing the port resets it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil sim serve --pty ./c3                       esptool --port ./c3 write-flash 0 merged.bin
  hil sim serve --rfc2217 :4000                  esptool --port rfc2217://127.0.0.1:4000 chip-id
  hil sim serve light.elf --partitions firmware/partitions.csv --pty ./c3 --allow localhost:1883
  hil sim serve --rfc2217 :4000 --flash c3.bin   a board that keeps its flash
  hil sim serve --pty ./c3 --control ./c3.ctl    echo reset | socat - UNIX-CONNECT:./c3.ctl

Standard input and the control socket take lines: reset, download, boot hold, boot release, power on, power off, plug,
unplug, network up, network down, fault flash-writes, mend flash-writes.

Exit codes: 0 ended by Ctrl-C, 2 wrong usage or file, 3 bench error. The page docs/simulator.md tells more.")]
pub(in crate::cmd) struct Args {
    /// ELF file, app image, or image of the whole flash [default: blank flash]
    firmware: Option<PathBuf>,

    #[command(flatten)]
    ports: PortArgs,
    #[command(flatten)]
    board: BoardArgs,

    /// Let the device connect to this host; another one can be put in its place: broker.hil:1883=localhost:18830
    ///
    /// Can be given several times. 10.0.2.2 is this machine. Everything else is refused, and no other name resolves.
    #[arg(long, value_name = "HOST:PORT[=HOST:PORT]", help_heading = "Network")]
    allow: Vec<Allowed>,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Ports")]
#[group(required = true, multiple = true)]
struct PortArgs {
    /// Make a pseudo-terminal, and LINK a link to it
    #[arg(long, value_name = "LINK")]
    pty: Option<PathBuf>,

    /// Listen for RFC 2217 clients; on 127.0.0.1 unless an address is given, at any free port if PORT is 0
    #[arg(long, value_name = "[ADDR:]PORT", value_parser = listen_address)]
    rfc2217: Option<SocketAddr>,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Board")]
struct BoardArgs {
    /// Board drawing (Wokwi's format) [default: diagram.json here, else a bare ESP32-C3-DevKitM-1]
    #[arg(long, value_name = "FILE", visible_alias = "diagram")]
    board: Option<PathBuf>,

    /// Partition table, if FIRMWARE is not a flash image [default: espflash's]
    #[arg(long, value_name = "CSV", visible_alias = "partition-table", requires = "firmware")]
    partitions: Option<PathBuf>,

    /// Size of the flash chip: 1MB to 16MB [default: what the image says, else 4MB]
    #[arg(long, value_name = "SIZE", value_parser = flash_size)]
    flash_size: Option<FlashSize>,

    /// Keep the flash in FILE: made if it is not there, written at the end and after each download
    #[arg(long, value_name = "FILE")]
    flash: Option<PathBuf>,

    /// Write the contents of FILE to the NVS partition first
    #[arg(long, value_name = "FILE", requires = "firmware")]
    nvs: Option<PathBuf>,

    /// Where the chip's random numbers begin
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Factory MAC address: 02:00:00:12:34:56
    #[arg(long, value_name = "MAC", value_parser = mac)]
    mac: Option<[u8; 6]>,

    /// Hold the BOOT button from the beginning, until "boot release": every reset ends in download mode
    #[arg(long)]
    download: bool,

    /// The chip that download mode claims to be: tools that want an ESP32-C3 must refuse another one
    #[arg(long, value_enum, default_value = "esp32c3")]
    chip: Chip,

    /// Leave out what the mask ROM prints after a reset
    #[arg(long)]
    no_rom_messages: bool,

    /// Take commands at this Unix socket
    #[arg(long, value_name = "SOCKET")]
    control: Option<PathBuf>,
}

/// Those that flashing tools tell apart.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Chip {
    Esp32c3,
    Esp32s3,
    Esp32c6,
}

impl From<Chip> for ChipIdentity {
    fn from(chip: Chip) -> Self {
        match chip {
            Chip::Esp32c3 => Self::Esp32C3,
            Chip::Esp32s3 => Self::Esp32S3,
            Chip::Esp32c6 => Self::Esp32C6,
        }
    }
}

pub(in crate::cmd) fn run(args: Args) -> Result<Exit, Failure> {
    let flash = flash(&args)?;
    let here = Path::new(DIAGRAM);
    let board = match &args.board.board {
        Some(path) => super::drawn(path, false)?,
        None if here.is_file() => super::drawn(here, false)?,
        None => load::bare_board(),
    };
    let mut config = Config::default();
    (config.seed, config.mac, config.network.seed) = (args.board.seed, args.board.mac, args.board.seed);
    config.rom_messages = !args.board.no_rom_messages;
    let mut machine = Machine::new(board, flash, config);
    machine.set_download_faults(DownloadFaults { identity: args.board.chip.into(), ..DownloadFaults::default() });
    let mut server = Server::new(Board::new(machine, args.board.download));
    server.connections = Connections::new(&mut server.board.machine, args.allow.clone());

    let (send, orders) = mpsc::channel();
    server.orders = Some(orders);
    #[cfg(unix)]
    let _socket = match &args.board.control {
        Some(path) => Some(control::Socket::new(path, &send).map_err(|error| Failure::io(path.display(), &error))?),
        None => None,
    };
    #[cfg(not(unix))]
    if args.board.control.is_some() {
        return Err(Failure::usage("--control: there are no Unix sockets here").help("use standard input"));
    }
    control::from_stdin(send);
    server.cables = cables(&args)?;
    let interrupt = Arc::clone(&server.interrupt);
    ctrlc::set_handler(move || {
        if interrupt.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted as i32);
        }
    })
    .map_err(|error| Failure::usage(format!("Ctrl-C cannot be heard: {error}")))?;

    let terminal = Terminal::new();
    for cable in &server.cables {
        terminal.say(&format!("the board is at {}", cable.address()));
    }

    let path = args.board.flash.as_deref();
    server.run(&mut |machine, note| {
        if let (Note::Download(false), Some(path)) = (&note, path)
            && let Err(error) = save_flash(path, machine.flash())
        {
            terminal.warn(&hil_model::error::chain(&error));
        }
        terminal.note(machine.now(), &note);
    });
    if let Some(path) = path {
        save_flash(path, server.board.machine.flash()).map_err(|error| Failure::bench(&error))?;
    }
    Ok(Exit::Passed)
}

/// What is in the flash at the beginning.
fn flash(args: &Args) -> Result<FlashImage, Failure> {
    let kept = args.board.flash.as_deref();
    if let Some(firmware) = &args.firmware {
        let partitions = args.board.partitions.as_deref();
        let load = Load { firmware, elf: None, partitions, flash_size: args.board.flash_size };
        let mut program = load.program().map_err(|error| super::not_loaded(&error))?;
        if let Some(path) = kept {
            program.keep_flash_of(path).map_err(|error| super::not_loaded(&error))?;
        }
        if let Some(path) = &args.board.nvs {
            program.write_nvs(path).map_err(|error| super::not_loaded(&error))?;
        }
        return Ok(program.firmware.flash);
    }
    let size = args.board.flash_size.unwrap_or_default();
    let Some(path) = kept.filter(|path| path.exists()) else {
        return Ok(FlashImage::erased(size.bytes() as usize));
    };
    let bytes = std::fs::read(path).map_err(|error| Failure::io(path.display(), &error))?;
    let is_chip =
        FlashSize::from_bytes(bytes.len()).is_ok_and(|found| args.board.flash_size.is_none_or(|it| it == found));
    if !is_chip {
        let problem = format!("{}: {} bytes are not the contents of the flash chip", path.display(), bytes.len());
        return Err(Failure::usage(problem).help("it has 1MB, 2MB, 4MB, 8MB or 16MB, and what --flash-size says"));
    }
    Ok(FlashImage::with_image(bytes.len(), &bytes))
}

fn cables(args: &Args) -> Result<Vec<Box<dyn Cable>>, Failure> {
    let mut cables: Vec<Box<dyn Cable>> = Vec::new();
    if let Some(link) = &args.ports.pty {
        #[cfg(unix)]
        {
            let pty = hil_tools::serve::pty::Pty::new(link, !args.board.download);
            cables.push(Box::new(pty.map_err(|error| Failure::io(link.display(), &error))?));
        }
        #[cfg(not(unix))]
        return Err(Failure::usage(format!("{}: there are no pseudo-terminals here", link.display()))
            .help("use --rfc2217 :4000"));
    }
    if let Some(address) = args.ports.rfc2217 {
        let port = NetworkPort::new(address);
        cables.push(Box::new(port.map_err(|error| Failure::io(format!("port {address}"), &error))?));
    }
    Ok(cables)
}

/// Standard error.
struct Terminal {
    theme: Theme,
}

impl Terminal {
    fn new() -> Self {
        Self { theme: Theme::detect(std::io::stderr().is_terminal(), |name| std::env::var(name).ok()) }
    }

    fn say(&self, text: &str) {
        self.print("36", "sim", text);
    }

    fn warn(&self, text: &str) {
        self.print("33", "warning", text);
    }

    fn print(&self, color: &str, title: &str, text: &str) {
        if self.theme.has_color() {
            remark!("\x1b[{color}m{title}\x1b[0m: {text}");
        } else {
            remark!("{title}: {text}");
        }
    }

    fn note(&self, now: Instant, note: &Note<'_>) {
        match note {
            Note::Event(event) => match &event.what {
                What::Reset(ResetCause::PowerOn) if event.at == Instant::ZERO => {}
                What::Reset(cause) => self.say(&format!("[{}] reset: {cause}", event.at)),
                What::Report(report) => self.warn(&report.to_string()),
                _ => {}
            },
            Note::Exit(Stop::Halted { pc }) => {
                self.warn(&format!("[{now}] the firmware jumps to itself with interrupts off, at {pc:#010x}"));
            }
            Note::Exit(Stop::Stuck(stuck)) => self.warn(&format!("[{now}] {stuck}")),
            Note::Exit(_) => {}
            Note::Network(notice @ Notice::Connected { .. }) => self.say(&format!("[{now}] {notice}")),
            Note::Network(notice) => self.warn(&format!("[{now}] {notice}")),
            Note::Opened(address, who) => self.say(&format!("[{now}] {address} is opened by {who}")),
            Note::Closed(address) => self.say(&format!("[{now}] {address} is closed")),
            Note::Refused(address, who) => {
                self.warn(&format!("[{now}] {who} finds {address} in use; one program at a time can have it"));
            }
            Note::Download(true) => self.say(&format!("[{now}] download mode")),
            Note::Download(false) => self.say(&format!("[{now}] download mode ends")),
            Note::Plugged(address) => self.say(&format!("[{now}] the board is at {address}")),
            Note::Broken(address, error) => self.warn(&format!("[{now}] {address}: {error}; it is given up")),
        }
    }
}
