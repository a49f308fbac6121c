//! `hil monitor`: a board's serial console on the terminal.

mod keys;

use hil_targets::TargetError;
use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use hil_bench::serial::Symbolizer;
use hil_bench::serial::lines::Piece;
use hil_bench::serial::{BAUD, Event, Options, PortError, Rubbish, Sequence, SerialPort};
use hil_model::verdict::Exit;
use hil_report::Theme;
use hil_scenario::Secrets;
use hil_targets::console::{ConsoleWatch, Lines};

use super::error::Failure;
use super::port::{PortArgs, baud, port_failure};
use super::project::{ProjectArgs, Said};
use super::{DONE, hidden};
use crate::Extensions;
use keys::Key;

/// How long a listener waits before it looks at the keys.
const TURN: Duration = Duration::from_millis(20);

/// Show a board's serial console
///
/// What the board prints goes to standard output, what is typed goes to the board, and Ctrl-] ends it. With --elf, the
/// addresses of a panic are named by function and line. When the board is unplugged, its port is looked for, under another
/// name too if it is a USB device with a serial number. Passwords that hil knows, of the environment and of the project, are shown as
/// (secret).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil monitor --port /dev/ttyUSB0 --reset             from the boot on
  hil monitor --port usb:7CDFA1 --elf out/light.elf   panics with functions and lines
  hil monitor --port rfc2217://lab:4000 --timestamps > boot.log
  hil monitor --port ./c3 --reset --until 'mqtt: connected' --limit 30
  hil monitor --port /dev/ttyUSB0 --baud 74880        a console at another rate

Keys: Ctrl-] ends, Ctrl-R resets the board; all others go to it.
Exit codes: 0 ended, 2 wrong usage, 3 bench error, or the text of --until did not come; 130 interrupted.")]
pub(super) struct Args {
    #[command(flatten)]
    port: PortArgs,

    /// Bits per second at which the board's console speaks
    #[arg(long, value_name = "BAUD", default_value_t = BAUD, value_parser = baud())]
    baud: u32,

    /// Reset the board at the beginning
    #[arg(long)]
    reset: bool,

    /// ELF file of the firmware, to name the addresses of panics with
    #[arg(long, value_name = "FILE")]
    elf: Option<PathBuf>,

    /// Begin each line with the time at which it came
    #[arg(short, long)]
    timestamps: bool,

    /// End when this text was printed in a line
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    until: Option<String>,

    /// End after this many seconds; with --until that is a bench error
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,

    /// How long a port that has gone is looked for, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    recovery: u64,

    #[command(flatten)]
    project: ProjectArgs,
}

pub(super) fn run(args: &Args, extensions: &Extensions) -> Result<Exit, Failure> {
    let symbols = args.elf.as_deref().map(symbols).transpose()?;
    let project = args.project.load(Said::default(), extensions)?;
    let secrets = hidden::of_project(&project, extensions)?;
    let options = Options { recovery: Duration::from_secs(args.recovery), baud: args.baud };
    let port = SerialPort::open(&args.port.port, options).map_err(|e| port_failure(&e))?;
    let mut view = View::new(args, symbols, secrets);
    view.say(&format!("{} at {} baud; Ctrl-] ends", port.place(), args.baud));
    if args.reset {
        port.restart().wait().map_err(|e| port_failure(&e))?;
    }
    // Restores the terminal when it goes.
    let keyboard = keys::Keyboard::start().map_err(|e| Failure::io("standard input", &e))?;
    let ended = follow(args, &port, &keyboard.keys, &mut view);
    view.end_line();
    drop(keyboard);
    ended
}

pub(super) fn symbols(path: &std::path::Path) -> Result<Arc<Symbolizer>, Failure> {
    let wrong = |problem: String| Failure::usage(format!("--elf {}: {problem}", path.display()));
    let elf = std::fs::read(path).map_err(|e| Failure::io(format_args!("--elf {}", path.display()), &e))?;
    Ok(Arc::new(Symbolizer::new(&elf).map_err(|e| wrong(hil_model::error::chain(&e)))?))
}

fn follow(args: &Args, port: &SerialPort, keys: &Receiver<Key>, view: &mut View) -> Result<Exit, Failure> {
    let began = Instant::now();
    loop {
        match port.next_within(TURN) {
            Some(Event::Text(piece)) => {
                let is_rubbish = view.rubbish.push(&piece.bytes);
                view.text(piece).map_err(|e| Failure::io("standard output", &e))?;
                if is_rubbish {
                    view.say_rubbish(port, args.baud);
                }
                if view.is_satisfied {
                    return Ok(DONE);
                }
            }
            Some(Event::Lost(bytes)) => view.say(&format!("{bytes} bytes were lost: they came faster than shown")),
            Some(Event::Gone { why, .. }) => view.say(&format!("the port has gone ({why}): looking for it")),
            Some(Event::Back { place, .. }) => view.say(&format!("the port is back: {place}")),
            Some(Event::Ended(error)) => return Err(port_failure(&error)),
            None => {}
        }
        loop {
            match keys.try_recv() {
                Ok(Key::End) => return Ok(DONE),
                Ok(Key::Reset) => match port.reset(Sequence::Run).wait() {
                    Ok(()) => view.say("reset"),
                    Err(error) => view.say(&format!("{error}; {}", error.help())),
                },
                Ok(Key::Bytes(bytes)) => {
                    if let Err(error) = port.write(&bytes).wait() {
                        view.say(&hil_model::error::chain(&error));
                    }
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        if args.limit.is_some_and(|limit| began.elapsed() >= Duration::from_secs(limit)) {
            return match &args.until {
                None => Ok(DONE),
                Some(text) => {
                    let limit = args.limit.unwrap_or_default();
                    if view.rubbish.is_suspicious() {
                        view.say_rubbish(port, args.baud);
                    }
                    view.say(&format!("{text:?} was not printed within {limit} s"));
                    Ok(Exit::Bench)
                }
            };
        }
    }
}

/// What is shown.
struct View {
    timestamps: bool,
    until: Option<String>,
    is_satisfied: bool,
    symbols: Option<Arc<Symbolizer>>,
    secrets: Secrets,
    console: ConsoleWatch,
    rubbish: Rubbish,
    lines: Lines,
    at_line_start: bool,
    /// Whether our own remarks go between the board's lines on one terminal.
    is_shared: bool,
    theme: Theme,
}

impl View {
    fn new(args: &Args, symbols: Option<Arc<Symbolizer>>, secrets: Secrets) -> Self {
        Self {
            timestamps: args.timestamps,
            until: args.until.clone(),
            is_satisfied: false,
            symbols,
            secrets,
            console: ConsoleWatch::default(),
            rubbish: Rubbish::default(),
            lines: Lines::default(),
            at_line_start: true,
            is_shared: stdout().is_terminal() && stderr().is_terminal(),
            theme: Theme::detect(stderr().is_terminal(), |name| std::env::var(name).ok()),
        }
    }

    fn text(&mut self, piece: Piece) -> std::io::Result<()> {
        let mut out = stdout().lock();
        if self.timestamps && self.at_line_start {
            let now = chrono::Utc::now();
            let at = now - piece.at.elapsed();
            write!(out, "[{}] ", at.format("%H:%M:%S%.3f"))?;
        }
        // A piece is a line, or what stood there for a while.
        out.write_all(&self.secrets.redact_bytes(&piece.bytes))?;
        out.flush()?;
        self.at_line_start = piece.ends_line();
        let has = |line: &str| self.until.as_ref().is_some_and(|text| line.contains(text.as_str()));
        for line in self.lines.push(&piece.bytes) {
            self.is_satisfied |= has(&line);
            self.console.line(&line);
            if let Some(symbols) = self.symbols.as_ref().filter(|_| self.console.is_inside()) {
                symbols.calls(&line).iter().for_each(|call| remark!("    {call}"));
            }
        }
        Ok(())
    }

    fn say(&mut self, text: &str) {
        self.end_line();
        let (cyan, reset) = if self.theme.has_color() { ("\x1b[36m", "\x1b[0m") } else { ("", "") };
        remark!("{cyan}monitor{reset}: {text}");
    }

    fn say_rubbish(&mut self, port: &SerialPort, baud: u32) {
        let error = PortError::Rubbish { port: port.spec().to_string(), baud, fits: None };
        self.say(&format!("{error}; {}", error.help()));
    }

    fn end_line(&mut self) {
        if self.is_shared && !self.at_line_start {
            remark!("");
            self.at_line_start = true;
        }
    }
}
