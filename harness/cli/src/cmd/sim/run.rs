//! `hil sim run`: firmware on the simulated board, for looking into it.

mod files;
mod lights;
mod summary;
mod terminal;

use std::io::{IsTerminal as _, Read as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant as WallTime};

use clap::ValueEnum;
use hil_model::verdict::Exit;
use hil_tools::simulation::connections::{Allowed, Connections, Forward};
use hil_tools::simulation::gdb::{Detached, Server};
use hil_tools::simulation::session::{End, Pace, Session};
use hil_tools::simulation::waveforms;
use simulator::image::FlashSize;
use simulator::machine::{Config, DevKit as _, Machine};
use simulator::soc::SerialPort;
use simulator::time::Instant;

use crate::cmd::error::Failure;
use crate::cmd::rom::RomArgs;
use crate::output::remove_unfinished;
use simulator::net::{AccessPoint, AccessPointError, Beside, VisitorConfig};
use terminal::Terminal;

/// Run firmware on the simulator, with its serial output here
///
/// Starts the firmware on a simulated ESP32-C3 and runs it until Ctrl-C, the time limit, or a text on its serial port. What
/// it prints goes to standard output; everything else is said on standard error: LEDs, resets, backtraces, registers that
/// are not modelled. Standard input goes to the serial port.
///
/// The device has a network (of the firmware's feature `openeth`) that reaches only what --allow names.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil sim run light.elf --partitions firmware/partitions.csv --nvs nvs.bin --allow broker.local:1883
  hil sim run light.elf --until \"mqtt: connected\" --for 10s     a smoke test: exit code 0 or 1
  hil sim run light.elf --for 1s --vcd pins.vcd                 waveforms for sigrok, PulseView, GTKWave
  hil sim run light.elf --gdb :3333                             gdb-multiarch light.elf -ex 'target remote :3333'
  hil sim run light.elf --for 2s --coverage light.lcov          genhtml light.lcov -o coverage
  hil sim run light.elf --trace --trace-from 20ms --trace-for 100us

Exit codes: 0 ended as asked for, 1 --until not seen, or the firmware halted or cannot go on, 2 wrong usage or file,
3 bench error (says nothing about the firmware), 130 Ctrl-C. The page docs/simulator.md tells more.")]
pub(in crate::cmd) struct Args {
    /// ELF file, app image, or image of the whole flash
    firmware: PathBuf,

    /// Only serial output and warnings: neither LEDs, nor resets, nor a summary
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    board: BoardArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    debug: DebugArgs,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Board")]
struct BoardArgs {
    /// Board drawing (Wokwi's format) [default: diagram.json here, else a bare ESP32-C3-DevKitM-1]
    #[arg(long, value_name = "FILE", visible_alias = "diagram")]
    board: Option<PathBuf>,

    /// Refuse a board drawing with parts that are not simulated, instead of telling of them
    #[arg(long)]
    strict: bool,

    /// Partition table, if FIRMWARE is not a flash image [default: espflash's]
    #[arg(long, value_name = "CSV", visible_alias = "partition-table")]
    partitions: Option<PathBuf>,

    /// Size of the flash chip: 1MB to 16MB [default: what the image says, else 4MB]
    #[arg(long, value_name = "SIZE", value_parser = flash_size)]
    flash_size: Option<FlashSize>,

    /// Keep the flash in FILE between runs; all of it but the firmware, which is flashed anew
    #[arg(long, value_name = "FILE")]
    flash: Option<PathBuf>,

    /// Write the contents of FILE to the NVS partition first
    #[arg(long, value_name = "FILE")]
    nvs: Option<PathBuf>,

    #[command(flatten)]
    rom: RomArgs,

    /// Where the chip's random numbers begin
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Factory MAC address: 02:00:00:12:34:56
    #[arg(long, value_name = "MAC", value_parser = mac)]
    mac: Option<[u8; 6]>,

    /// Where standard input goes. With `usb` the cable is in the chip's own USB port, and standard output is that port's
    #[arg(long, value_enum, value_name = "PORT", default_value = "uart0")]
    input: Input,

    /// Baud rate of UART0's terminal [default: 115200, and then what the firmware sets]
    #[arg(long, value_name = "RATE", value_parser = clap::value_parser!(u32).range(1..=5_000_000))]
    baud: Option<u32>,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Time")]
struct LimitArgs {
    /// End after so much simulated time: 500ms, 10s, 2h
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    time: Option<Duration>,

    /// End when the serial output contains TEXT; exit code 1 if it does not in time
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    until: Option<String>,

    /// How fast simulated time passes [default: wall with --gdb, --allow, --forward or on a terminal, else max]
    #[arg(long, value_enum, value_name = "PACE")]
    pace: Option<PaceArg>,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Network")]
struct NetworkArgs {
    /// An access point around the chip's radio: ssid=lab,password=secret123,channel=6,rssi=-60; without a password it is open
    ///
    /// Can be given several times. The network behind each is the one of --allow. It needs Espressif's mask ROM: hil rom.
    #[arg(long, value_name = "ACCESS-POINT")]
    wifi: Vec<String>,

    /// Let the device connect to this host; another one can be put in its place: broker.hil:1883=localhost:18830
    ///
    /// Can be given several times. 10.0.2.2 is this machine. Everything else is refused, and no other name resolves.
    #[arg(long, value_name = "HOST:PORT[=HOST:PORT]")]
    allow: Vec<Allowed>,

    /// Let this machine connect to a port of the device: 8080:80, and http://localhost:8080 is the device's web page
    ///
    /// Can be given several times. The connections come from a computer in the device's network; with --visit from one in the network
    /// that the device puts up itself.
    #[arg(long, value_name = "[ADDRESS:]PORT:DEVICE-PORT")]
    forward: Vec<Forward>,

    /// Let a visitor join the network that the device puts up itself, as a phone does to set a device up: ssid=Setup-Me,password=secret123
    #[arg(long, value_name = "NETWORK")]
    visit: Option<String>,

    /// Capture the device's network for Wireshark
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Debugging")]
struct DebugArgs {
    /// ELF file with the names and lines of FIRMWARE, if that is an image
    #[arg(long, value_name = "ELF")]
    elf: Option<PathBuf>,

    /// Wait for gdb before the first instruction; on 127.0.0.1 unless an address is given
    #[arg(long, value_name = "[ADDR:]PORT", value_parser = listen_address)]
    gdb: Option<SocketAddr>,

    /// Write the waveforms of the logic analyzers' pins and of LED data lines
    #[arg(long, value_name = "FILE")]
    vcd: Option<PathBuf>,

    /// Write each executed instruction
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "trace.txt")]
    trace: Option<PathBuf>,

    /// Trace from this simulated time on
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "trace")]
    trace_from: Option<Duration>,

    /// Trace for so much simulated time
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "trace")]
    trace_for: Option<Duration>,

    /// Write which source lines were executed, in lcov's format
    #[arg(long, value_name = "FILE")]
    coverage: Option<PathBuf>,

    /// Cover the sources below this folder; / for all [default: the current folder]
    #[arg(long, value_name = "FOLDER", requires = "coverage")]
    coverage_of: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PaceArg {
    /// Not faster than the wall clock
    Wall,
    /// As fast as it goes; hosts on the network seem slow to the device
    Max,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Input {
    /// The USB-to-serial bridge at UART0
    Uart0,
    /// The chip's own USB serial port
    Usb,
    /// Nowhere
    None,
}

pub(in crate::cmd) fn run(args: Args) -> Result<Exit, Failure> {
    files::guard(&args)?;
    let access_points = args.network.access_points()?;
    let (program, mut board) = files::load(&args)?;
    let probes = if args.debug.vcd.is_some() { waveforms::probes(&board) } else { Vec::new() };
    board.watched.extend(probes.iter().map(|probe| probe.gpio));
    let mut config = Config::default();
    config.access_points = access_points;
    (config.seed, config.mac, config.network.seed) = (args.board.seed, args.board.mac, args.board.seed);
    let mut machine = Machine::new(board, &program.firmware, config);
    let rom = args.board.rom.find()?;
    if let Some(found) = &rom {
        machine.load_rom(&found.rom.image).map_err(|error| Failure::usage(error.to_string()))?;
    }
    match args.board.baud {
        Some(baud) => machine.set_bridge_baud(baud),
        None => machine.follow_baud(),
    }
    machine.connect_usb(args.board.input == Input::Usb);
    let outputs = files::Outputs::create(&args)?;
    outputs.begin_capture(&mut machine)?;
    machine.cpu_mut().set_coverage(args.debug.coverage.is_some());
    machine.power_on();

    let shows_usb = args.board.input == Input::Usb;
    let terminal = Terminal::new(args.limits.until.clone(), program.debug.clone(), args.quiet, shows_usb);
    let mut session = Session::new(machine, program.debug, terminal, args.pace());
    session.connections = Connections::new(&mut session.machine, args.network.allow.clone());
    forward(&args.network, &mut session)?;
    session.limit = args.limits.time.map_or(Instant::NEVER, instant);
    session.input = args.board.input.open();
    session.waveforms = outputs.waveforms(&probes, &session.machine)?;
    session.trace = outputs.trace(&args.debug);
    let interrupt = Arc::clone(&session.interrupt);
    ctrlc::set_handler(move || {
        if interrupt.swap(true, Ordering::Relaxed) {
            remove_unfinished();
            std::process::exit(Exit::Interrupted as i32);
        }
    })
    .map_err(|error| Failure::usage(format!("Ctrl-C cannot be heard: {error}")))?;

    let began = WallTime::now();
    let result = match args.debug.gdb {
        None => session.run().map_err(|error| Failure::io("a file of this run", &error)),
        Some(address) => debug(&mut session, address),
    };
    let wall = began.elapsed();
    let finished = session.finish();
    // What could not be written says so by its name.
    outputs.keep()?;
    finished.map_err(|error| Failure::io("a file of this run", &error))?;
    files::save(&args, &session)?;
    let end = result?;
    session.observer.output_result()?;
    summary::print(&session, &end, wall);
    Ok(match end {
        End::Limit if args.limits.until.is_some() => Exit::Failed,
        End::Limit | End::Satisfied => Exit::Passed,
        End::Interrupted => Exit::Interrupted,
        End::Halted { .. } | End::Stuck(_) => Exit::Failed,
    })
}

/// Opens the ports that lead to the device, and sends the visitor.
fn forward(args: &NetworkArgs, session: &mut Session<Terminal>) -> Result<(), Failure> {
    let beside = if args.visit.is_some() { Beside::Visitor } else { Beside::Network };
    for forward in &args.forward {
        let opened = session.connections.forward(*forward, beside);
        let address = opened.map_err(|error| Failure::usage(format!("--forward {}: {error}", forward.listen)))?;
        crate::remark!("sim: {address} leads to the device's port {}", forward.port);
    }
    if let Some(visitor) = &args.visit {
        let visitor: VisitorConfig =
            visitor.parse().map_err(|error: AccessPointError| Failure::of_file(&"--visit", &error))?;
        let has_radio = session.machine.visit(visitor);
        has_radio.ok_or_else(|| Failure::usage("--visit: this chip has no radio".to_owned()))?;
    }
    Ok(())
}

/// Lets gdb debug, and goes on alone if it lets go.
fn debug(session: &mut Session<Terminal>, address: SocketAddr) -> Result<End, Failure> {
    let server = Server::new(address).map_err(|error| Failure::bench(&error))?;
    let address = server.address().map_err(|error| Failure::io("the port for gdb", &error))?;
    session.observer.announce(&format!("waiting for gdb: target remote {address}"));
    match server.serve(session).map_err(|error| Failure::bench(&error))? {
        None => Ok(End::Interrupted),
        Some(Detached::GoesOn) => {
            session.observer.say("gdb has detached; the firmware goes on");
            session.run().map_err(|error| Failure::io("a file of this run", &error))
        }
        Some(Detached::Ends) if session.interrupt.load(Ordering::Relaxed) => Ok(End::Interrupted),
        Some(Detached::Ends) => Ok(End::Limit),
    }
}

impl Args {
    fn pace(&self) -> Pace {
        let NetworkArgs { allow, forward, .. } = &self.network;
        let has_others = !allow.is_empty() || !forward.is_empty();
        let attended = self.debug.gdb.is_some() || has_others || std::io::stdout().is_terminal();
        match self.limits.pace {
            Some(PaceArg::Wall) => Pace::Wall,
            Some(PaceArg::Max) => Pace::Max,
            None if attended => Pace::Wall,
            None => Pace::Max,
        }
    }
}

impl NetworkArgs {
    /// Read here and not by clap, which prints the whole text, with the password, and not what to do.
    fn access_points(&self) -> Result<Vec<AccessPoint>, Failure> {
        let read = |text: &String| text.parse().map_err(|error: AccessPointError| Failure::of_file(&"--wifi", &error));
        self.wifi.iter().map(read).collect()
    }
}

impl Input {
    /// Begins to read standard input.
    fn open(self) -> Option<(SerialPort, mpsc::Receiver<Vec<u8>>)> {
        let port = match self {
            Self::Uart0 => SerialPort::Uart0,
            Self::Usb => SerialPort::UsbSerialJtag,
            Self::None => return None,
        };
        let (send, receive) = mpsc::channel();
        // Ends with standard input or with the program, whichever comes first.
        std::thread::spawn(move || {
            let mut buffer = [0; 1024];
            while let Ok(n) = std::io::stdin().read(&mut buffer)
                && n > 0
                && send.send(buffer[..n].to_vec()).is_ok()
            {}
        });
        Some((port, receive))
    }
}

fn instant(time: Duration) -> Instant {
    Instant::from_ns(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}

fn duration(text: &str) -> Result<Duration, String> {
    hil_scenario::parse_duration(text).map_err(|error| format!("{error}; write 500ms, 1.5s, 2min or 1h"))
}

/// `4MB`
pub(super) fn flash_size(text: &str) -> Result<FlashSize, String> {
    let number = text.to_ascii_uppercase();
    let megabytes: Option<usize> = number.trim_end_matches('B').trim_end_matches('M').trim().parse().ok();
    let size = megabytes.and_then(|it| FlashSize::from_bytes(it.checked_mul(1 << 20)?).ok());
    size.ok_or_else(|| "a flash chip has 1MB, 2MB, 4MB, 8MB or 16MB".to_owned())
}

/// `02:00:00:12:34:56`
pub(super) fn mac(text: &str) -> Result<[u8; 6], String> {
    let form = || "a MAC address is six bytes: 02:00:00:12:34:56".to_owned();
    let byte = |part: &str| (part.len() == 2).then(|| u8::from_str_radix(part, 16).ok()).flatten();
    let bytes: Option<Vec<u8>> = text.split(':').map(byte).collect();
    let bytes: [u8; 6] = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(form)?;
    if bytes[0] & 1 != 0 {
        return Err("the address of a device is not that of a group: the lowest bit of its first byte is 0".to_owned());
    }
    Ok(bytes)
}

/// `3333`, `:3333`, `0.0.0.0:3333`
pub(super) fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix(':').unwrap_or(text);
    match port.parse::<u16>() {
        Ok(port) => Ok(SocketAddr::from(([127, 0, 0, 1], port))),
        Err(_) => text.parse().map_err(|_| "not a port, or an IP address with a port: 3333, 0.0.0.0:3333".to_owned()),
    }
}
