//! `hil wokwi serve`: the simulator for wokwi-cli and Wokwi's Python clients.

use std::io::{IsTerminal as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hil_model::verdict::Exit;
use hil_report::Theme;
use hil_targets::provision::NotNvs;
use hil_tools::simulation::connections::Allowed;
use hil_tools::simulation::session::Pace;
use hil_tools::wokwi_server::limits::Limits;
use hil_tools::wokwi_server::note::Note;
use hil_tools::wokwi_server::server::{Defaults, Options, Server};
use simulator::image::PartitionTable;

use crate::cmd::error::Failure;
use crate::cmd::rom::RomArgs;

/// The variable with the token that clients have to show.
const TOKEN: &str = "HIL_WOKWI_TOKEN";
/// A longer token is none.
const LONGEST_TOKEN: u64 = 4096;

/// Serve the simulator to wokwi-cli, pytest-embedded-wokwi and the Python package wokwi-client
///
/// Speaks Wokwi's simulation API, so that its tools run on this machine, without an account and without minutes. They find
/// the server by WOKWI_CLI_SERVER, and want WOKWI_CLI_TOKEN set to anything. The address is printed on standard output.
///
/// Simulated time passes as fast as it goes; in real time where --allow lets devices talk to the outside.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil wokwi serve                                export WOKWI_CLI_SERVER=ws://127.0.0.1:9177 WOKWI_CLI_TOKEN=none
                                                 wokwi-cli --expect-text ready .
  hil wokwi serve --partitions firmware/partitions.csv --nvs nvs.bin --allow localhost:1883
  hil wokwi serve --port 0 --token-file token    any free port; clients show the token in the file
  hil wokwi serve --speed realtime               for programs that answer the device by the wall clock

Exit codes: 0 ended by Ctrl-C, 2 wrong usage or file, 3 bench error. The page docs/wokwi.md tells more.")]
pub(in crate::cmd) struct Args {
    /// TCP port; any free one if it is 0
    #[arg(long, value_name = "N", default_value_t = 9177)]
    port: u16,

    /// IP address of this machine to listen at; 0.0.0.0 is all of them
    #[arg(long, value_name = "ADDR", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,

    /// Let in only who shows the token in FILE [env: HIL_WOKWI_TOKEN is the token itself]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// Let devices connect to this host; another one can be put in its place: broker.hil:1883=localhost:18830
    ///
    /// Can be given several times. 10.0.2.2 is this machine. Everything else is refused, and no other name resolves.
    #[arg(long, value_name = "HOST:PORT[=HOST:PORT]")]
    allow: Vec<Allowed>,

    /// How fast simulated time passes [default: realtime with --allow, else max]
    #[arg(long, value_enum)]
    speed: Option<Speed>,

    #[command(flatten)]
    board: BoardArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Board")]
struct BoardArgs {
    /// Partition table, if an ELF file or an app image is uploaded [default: espflash's]
    #[arg(long, value_name = "CSV", visible_alias = "partition-table")]
    partitions: Option<PathBuf>,

    /// What the NVS partition has at first, if an ELF file or an app image is uploaded
    #[arg(long, value_name = "FILE")]
    nvs: Option<PathBuf>,

    #[command(flatten)]
    rom: RomArgs,

    /// Where chips' random numbers begin
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Limits")]
struct LimitArgs {
    /// Clients at the same time
    #[arg(long, value_name = "N", default_value_t = Limits::default().clients, value_parser = clients)]
    max_clients: usize,

    /// Send a client away that says nothing and hears nothing for so long
    #[arg(long, value_name = "TIME", default_value = "10min", value_parser = duration)]
    idle_limit: Duration,

    /// Send a client away after so long, whatever it does
    #[arg(long, value_name = "TIME", default_value = "2h", value_parser = duration)]
    session_limit: Duration,

    /// Give a client up that does not take what it is sent for so long
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    write_limit: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Speed {
    /// As fast as it goes
    Max,
    /// Not faster than the wall clock
    Realtime,
}

fn clients(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|clients| (1..=256).contains(clients)).ok_or_else(|| "from 1 to 256".to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration = hil_scenario::parse_duration(text).map_err(|error| format!("{error}; write 1.5s, 2min or 1h"))?;
    if duration.is_zero() { Err("longer than nothing".to_owned()) } else { Ok(duration) }
}

pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let token = token(args.token_file.as_deref())?;
    let pace = match args.speed {
        Some(Speed::Max) => Pace::Max,
        Some(Speed::Realtime) => Pace::Wall,
        None if args.allow.is_empty() => Pace::Max,
        None => Pace::Wall,
    };
    let LimitArgs { max_clients: clients, idle_limit: idle, session_limit: session, write_limit: write } = args.limits;
    let options = Options {
        address: SocketAddr::new(args.listen, args.port),
        token,
        allowed: args.allow,
        pace,
        defaults: defaults(&args.board)?,
        limits: Limits { clients, idle, session, write, ..Limits::default() },
    };
    let has_token = options.token.is_some();
    let server = Server::bind(options).map_err(|error| {
        Failure::io(format!("{}:{}", args.listen, args.port), &error)
            .help("give another port, or --port 0 for any free one")
    })?;
    let address = server.address().map_err(|error| Failure::io("the server's address", &error))?;
    let terminal = Terminal { theme: Theme::detect(std::io::stderr().is_terminal(), |name| std::env::var(name).ok()) };

    let stop = server.stop();
    let is_stopped = AtomicBool::new(false);
    ctrlc::set_handler(move || {
        if is_stopped.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted as i32);
        }
        stop.stop();
    })
    .map_err(|error| Failure::usage(format!("Ctrl-C cannot be heard: {error}")))?;

    if !has_token && !args.listen.is_loopback() {
        terminal.warn("anybody who reaches this machine can use the server; --token-file lets in only who has a token");
    }
    // Programs read the address from here; one that does not wait for it is no error.
    let _ = writeln!(std::io::stdout(), "ws://{address}").and_then(|()| std::io::stdout().flush());
    let token = if has_token { "the server's token" } else { "anything" };
    terminal.say(&format!("tools find this server by WOKWI_CLI_SERVER=ws://{address}; WOKWI_CLI_TOKEN is {token}"));
    server.run(Arc::new(move |note| terminal.note(&note))).map_err(|error| Failure::io("the server", &error))?;
    Ok(Exit::Passed)
}

/// What clients have to show.
fn token(file: Option<&Path>) -> Result<Option<String>, Failure> {
    let (what, token) = match file {
        Some(path) => {
            let wrong = |error: std::io::Error| Failure::usage(format!("{}: {error}", path.display()));
            let mut text = String::new();
            let file = std::fs::File::open(path).map_err(wrong)?;
            std::io::Read::read_to_string(&mut std::io::Read::take(file, LONGEST_TOKEN), &mut text).map_err(wrong)?;
            (path.display().to_string(), text)
        }
        None => match std::env::var(TOKEN) {
            Ok(token) => (TOKEN.to_owned(), token),
            Err(std::env::VarError::NotPresent) => return Ok(None),
            Err(error) => return Err(Failure::usage(format!("{TOKEN}: {error}"))),
        },
    };
    let token = token.trim().to_owned();
    if token.is_empty() || !token.chars().all(|it| it.is_ascii_graphic()) {
        let help = "a token is one line of letters, digits and signs, without spaces";
        return Err(Failure::usage(format!("{what} has no token")).help(help));
    }
    Ok(Some(token))
}

fn defaults(args: &BoardArgs) -> Result<Defaults, Failure> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| Failure::io(path.display(), &error));
    let mut defaults = Defaults { seed: args.seed, ..Defaults::default() };
    if let Some(path) = &args.partitions {
        let text = String::from_utf8_lossy(&read(path)?).into_owned();
        let table = PartitionTable::from_csv(&text);
        defaults.partitions = Some(table.map_err(|error| Failure::of_file(&path.display(), &error))?);
    }
    defaults.rom = args.rom.image()?;
    defaults.nvs = args.nvs.as_deref().map(read).transpose()?;
    if let (Some(path), Some(image)) = (&args.nvs, &defaults.nvs) {
        NotNvs::check(image).map_err(|e| Failure::usage(format!("{}: {e}", path.display())).help(NotNvs::HELP))?;
    }
    Ok(defaults)
}

/// Standard error.
struct Terminal {
    theme: Theme,
}

impl Terminal {
    fn say(&self, text: &str) {
        self.print("36", "wokwi", text);
    }

    fn warn(&self, text: &str) {
        self.print("33", "warning", text);
    }

    fn print(&self, color: &str, title: &str, text: &str) {
        // Several threads print: a line at once. Nobody may read it any more.
        let line = match self.theme.has_color() {
            true => format!("\x1b[{color}m{title}\x1b[0m: {text}\n"),
            false => format!("{title}: {text}\n"),
        };
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }

    fn note(&self, note: &Note) {
        match note {
            Note::Refused { .. } | Note::Warning { .. } => self.warn(&note.to_string()),
            _ => self.say(&note.to_string()),
        }
    }
}
