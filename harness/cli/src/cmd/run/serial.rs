//! `--target serial`: which boards, and what is done with them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use hil_bench::Board;
use hil_bench::inventory::{FirmwareSource, Selection};
use hil_bench::serial::{BAUD, Options, PortSpec, Symbolizer, look};
use hil_bench::serial_target::{AnalyzerSpec, Command, Equipment, Lights};
use hil_project::{Origin, SerialSettings, Settings};
use hil_runner::RunsOn;
use hil_targets::Wiring;
use hil_targets::sockets::Sockets;

use super::boards::{self, BenchArg, Firmwares};
use super::provision::Telling;
use super::target::Chosen;
use crate::Extensions;
use crate::cmd::error::Failure;
use crate::cmd::port::{baud, parse, port_failure};
use crate::cmd::project::Said;

/// Heading of its options in the help.
const HEADING: &str = "Options of --target serial";

#[derive(Clone, clap::Args)]
pub(super) struct SerialArgs {
    /// The board's serial port: a device node (or a link to one), usb:SERIAL, or rfc2217://HOST:PORT
    #[arg(help_heading = HEADING, short, long, value_name = "PORT", env = "HIL_PORT", value_parser = parse)]
    port: Option<PortSpec>,

    /// The boards: an inventory file, or a place of labgrid by its tags (labgrid:chip=esp32c3) or name
    /// (labgrid:place=NAME) [default: ./bench.yaml if it exists and no --port is given]
    #[arg(help_heading = HEADING, long, value_name = "BENCH", env = "HIL_BENCH", conflicts_with = "port")]
    bench: Option<BenchArg>,

    /// Of the inventory, the board with this id; several may be given
    #[arg(help_heading = HEADING, long, value_name = "ID")]
    board: Vec<String>,

    /// Of the inventory, the boards with these tags: `a,b` = both, `!a` = without; several are joined by or
    #[arg(help_heading = HEADING, long, value_name = "TAGS")]
    board_tag: Vec<String>,

    /// Of the inventory, all boards
    #[arg(help_heading = HEADING, long)]
    all: bool,

    /// With fewer boards that are fit to the end, the run is a bench error
    #[arg(help_heading = HEADING, long, value_name = "N", default_value_t = 1)]
    min_boards: usize,

    /// Bits per second at which the board's console speaks
    #[arg(help_heading = HEADING, long, value_name = "BAUD", default_value_t = BAUD, value_parser = baud())]
    baud: u32,

    /// ELF file of the board's firmware, to name the addresses of panics with
    #[arg(help_heading = HEADING, long, value_name = "FILE")]
    elf: Option<PathBuf>,

    /// Shell command that switches the board's supply; {on|off} in it stands for either word
    ///
    /// With it the board has the capability `power`: uhubctl -l 1-1 -p 2 -a {on|off}
    #[arg(help_heading = HEADING, long, value_name = "COMMAND", value_parser = |text: &str| Command::switch(text))]
    power_command: Option<Command>,

    /// Shell command that resets the board, where DTR and RTS do not
    #[arg(help_heading = HEADING, long, value_name = "COMMAND", value_parser = |text: &str| Ok::<_, String>(Command::plain(text)))]
    reset_command: Option<Command>,

    /// How it is known what the board's lights show
    #[arg(help_heading = HEADING, long, value_enum, default_value = "none")]
    light: Light,

    /// The logic analyzer on the data line of the board's lights, for --light analyzer: sigrok's driver, channel and rate
    ///
    /// driver=fx2lafw,channel=D0,samplerate=24MHz, and where needed gpio=8 (the pin, if lights are on several) and
    /// order=rgb (of their colours, else grb). One of several devices: driver=fx2lafw:conn=1.2
    #[arg(help_heading = HEADING, long, value_name = "SPEC", value_parser = |text: &str| text.parse::<AnalyzerSpec>())]
    analyzer: Option<AnalyzerSpec>,

    /// How long a port that has gone is looked for, in seconds; then the board has failed
    #[arg(help_heading = HEADING, long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    recovery: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Light {
    /// It is not: scenarios with `expect-led` are skipped
    None,
    /// The firmware reports on the console what it has sent (`light: shows #rrggbb`): hil provision --led-log reported
    Reported,
    /// The chip measures what is on its pin, and says so (`light: measured #rrggbb`): hil provision --led-log measured
    Measured,
    /// A logic analyzer on their data line sees it, through sigrok-cli: needs --analyzer
    Analyzer,
}

impl Light {
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Reported => Some("reported"),
            Self::Measured => Some("measured"),
            Self::Analyzer => Some("analyzer"),
        }
    }
}

/// What is flashed into boards, and what they are told.
pub(super) struct Flashed<'a> {
    pub(super) firmware: Option<&'a PathBuf>,
    pub(super) partitions: Option<&'a Path>,
    /// How boards of an inventory learn what stands in `device`, if anybody says it.
    pub(super) telling: Option<Telling>,
    /// The command line asks for it.
    pub(super) asks: bool,
    /// The way to the HTTP server of one that stands in no inventory.
    pub(super) sockets: Sockets,
    pub(super) extensions: &'a Extensions,
}

impl SerialArgs {
    /// Options that mean nothing to the other targets. (HIL_PORT and HIL_BENCH may be set for other commands.)
    pub(super) fn refuse(&self) -> Result<(), Failure> {
        let is_set = |name| std::env::var_os(name).is_some();
        let given = [
            ("--port", self.port.is_some() && !is_set("HIL_PORT")),
            ("--bench", self.bench.is_some() && !is_set("HIL_BENCH")),
            ("--min-boards", self.min_boards != 1),
            ("--elf", self.elf.is_some()),
            ("--baud", self.baud != BAUD),
        ];
        let given = given.into_iter().chain(self.selecting()).chain(self.equipping());
        refuse(given, "has a meaning only with --target serial")
    }

    /// Options that choose boards of an inventory.
    fn selecting(&self) -> [(&'static str, bool); 3] {
        [("--board", !self.board.is_empty()), ("--board-tag", !self.board_tag.is_empty()), ("--all", self.all)]
    }

    /// Options that stand in the inventory, where there is one.
    fn equipping(&self) -> [(&'static str, bool); 4] {
        [
            ("--power-command", self.power_command.is_some()),
            ("--reset-command", self.reset_command.is_some()),
            ("--light", self.light != Light::None),
            ("--analyzer", self.analyzer.is_some()),
        ]
    }

    /// What the user says.
    pub(super) fn say(&self, said: &mut Said) {
        let port = self.port.as_ref().map(ToString::to_string);
        said.option_or_variable(("--port", "HIL_PORT"), port, |it| &mut it.serial.port);
        // A port goes before an inventory, if both stand in the environment.
        if self.port.is_none() {
            let bench = self.bench.as_ref().map(ToString::to_string);
            said.option_or_variable(("--bench", "HIL_BENCH"), bench, |it| &mut it.serial.bench);
        }
        said.option("--baud", Some(self.baud).filter(|baud| *baud != BAUD), |it| &mut it.serial.baud);
    }

    /// The same, with what holds in the project.
    pub(super) fn of_project(&self, settings: &Settings) -> Result<Self, Failure> {
        let SerialSettings { port, baud, bench } = &settings.serial;
        let wrong = |origin: &Origin, error: &dyn std::fmt::Display| Failure::usage(format!("{origin}: {error}"));
        let port = port.as_ref().map(|port| parse(&port.value).map_err(|e| wrong(&port.origin, &e))).transpose()?;
        let bench = bench.as_ref().map(|it| it.value.parse().map_err(|e: String| wrong(&it.origin, &e))).transpose()?;
        Ok(Self { port, bench, baud: baud.as_ref().map_or(self.baud, |baud| baud.value), ..self.clone() })
    }

    /// Looks whether the port is there, before it is of use: a run that skips all of its scenarios would not notice.
    pub(super) fn look_at_port(&self, settings: &Settings) -> Result<(), Failure> {
        let Some(port) = self.of_project(settings)?.port else { return Ok(()) };
        look(&port).map(drop).map_err(|e| port_failure(&e))
    }

    /// The boards.
    pub(super) fn open(
        &self,
        flashed: Flashed<'_>,
        how: &str,
        wiring: impl Fn() -> Result<Wiring, Failure>,
    ) -> Result<Chosen, Failure> {
        let symbols = self.elf.as_deref().map(crate::cmd::monitor::symbols).transpose()?;
        let options = Options { recovery: Duration::from_secs(self.recovery), baud: self.baud };
        let info = flashed.firmware.map(|path| super::firmware::info(path)).transpose()?;
        let firmware = flashed.firmware.map(|path| FirmwareSource::Elf(path.clone()));
        let partitions = flashed.partitions;
        let mut firmwares = Firmwares::new(flashed.extensions);
        let bench = match (&self.port, &self.bench) {
            (Some(_), _) => None,
            (None, Some(bench)) => Some(bench.clone()),
            (None, None) => boards::default_bench(),
        };
        let (boards, reason) = match (&self.port, bench) {
            (_, Some(BenchArg::File(path))) => {
                refuse(self.equipping(), "stands in the inventory: see `power`, `reset` and `light` there")?;
                let address = ("--device-address", flashed.sockets.device.is_some());
                refuse([address], "is that of one board at a --port, not of an inventory's")?;
                let ids = self.board.clone();
                let selection = Selection { ids, tags: self.board_tag.clone(), all: self.all };
                let wanted = boards::Wanted {
                    selection,
                    firmware,
                    partitions,
                    symbols,
                    wiring: wiring()?,
                    options,
                    telling: flashed.telling,
                };
                let boards = boards::of_inventory(&path, wanted, firmwares)?;
                let ids: Vec<_> = boards.iter().map(|board| board.id.as_str()).collect();
                let reason = format!("{}: {}", path.display(), ids.join(", "));
                (boards, reason)
            }
            (_, Some(BenchArg::Labgrid(spec))) => {
                is_told_by_inventories(&flashed)?;
                let mut board = boards::of_labgrid(&spec, options);
                flash(&mut board, firmware, partitions, &mut firmwares)?;
                (vec![self.equipped(board, symbols, flashed.sockets, wiring)?], spec.to_string())
            }
            (Some(port), None) => {
                is_told_by_inventories(&flashed)?;
                let mut board = boards::at_port(port, options);
                flash(&mut board, firmware, partitions, &mut firmwares)?;
                (vec![self.equipped(board, symbols, flashed.sockets, wiring)?], port.to_string())
            }
            (None, None) => {
                return Err(Failure::usage("--target serial needs a board").help(
                    "name its port: --port /dev/ttyUSB0, usb:SERIAL or rfc2217://HOST:PORT (`hil doctor` lists ports), \
                     or the bench: --bench FILE or labgrid:TAG=VALUE",
                ));
            }
        };
        if self.min_boards > boards.len() {
            return Err(Failure::usage(format!("--min-boards {}, but {} chosen", self.min_boards, boards.len()))
                .help("choose more with --board-tag or --all, or ask for fewer"));
        }
        let runs_on = RunsOn::Boards { boards, min: self.min_boards };
        Ok(Chosen { runs_on, reason: format!("{how}: {reason}"), image: None, firmware: info, faults: Vec::new() })
    }

    /// A board that is no inventory's, with what the options say of it.
    fn equipped(
        &self,
        mut board: Board,
        symbols: Option<Arc<Symbolizer>>,
        sockets: Sockets,
        wiring: impl Fn() -> Result<Wiring, Failure>,
    ) -> Result<Arc<Board>, Failure> {
        refuse(self.selecting(), "chooses boards of an inventory: --bench FILE")?;
        let lights = match (self.light, &self.analyzer) {
            (Light::Analyzer, Some(spec)) => Lights::Observed(spec.clone(), wiring()?),
            (Light::Analyzer, None) => {
                return Err(Failure::usage("--light analyzer needs the logic analyzer").help(
                    "name it: --analyzer driver=fx2lafw,channel=D0,samplerate=24MHz; `sigrok-cli --scan` lists them",
                ));
            }
            (_, Some(_)) => return Err(Failure::usage("--analyzer has a meaning only with --light analyzer")),
            (Light::None, None) => Lights::Unknown,
            (Light::Reported, None) => Lights::Reported(wiring()?),
            (Light::Measured, None) => Lights::Measured(wiring()?),
        };
        board.equipment = Equipment {
            symbols: symbols.or(board.equipment.symbols),
            power: self.power_command.clone(),
            reset: self.reset_command.clone(),
            lights,
            sockets,
        };
        Ok(Arc::new(board))
    }

    pub(super) fn repeat_options(&self) -> Vec<String> {
        let mut options = Vec::new();
        let mut push = |name: &str, value: String| options.extend([name.to_owned(), value]);
        if let Some(port) = &self.port {
            push("--port", port.to_string());
        }
        if let Some(bench) = &self.bench {
            push("--bench", bench.to_string());
        }
        self.board.iter().for_each(|id| push("--board", id.clone()));
        self.board_tag.iter().for_each(|tag| push("--board-tag", tag.clone()));
        if self.baud != BAUD {
            push("--baud", self.baud.to_string());
        }
        if let Some(elf) = &self.elf {
            push("--elf", elf.display().to_string());
        }
        if let Some(command) = &self.power_command {
            push("--power-command", command.to_string());
        }
        if let Some(command) = &self.reset_command {
            push("--reset-command", command.to_string());
        }
        if let Some(word) = self.light.word() {
            push("--light", word.to_owned());
        }
        if let Some(spec) = &self.analyzer {
            push("--analyzer", spec.to_string());
        }
        if self.all {
            options.push("--all".to_owned());
        }
        options
    }
}

/// Has a firmware written into a board's flash.
fn flash(
    board: &mut Board,
    firmware: Option<FirmwareSource>,
    partitions: Option<&Path>,
    firmwares: &mut Firmwares<'_>,
) -> Result<(), Failure> {
    let Some(source) = firmware else { return Ok(()) };
    let (flashing, of_elf) = firmwares.flashing(&source, partitions, hil_bench::flash::BAUD)?;
    board.flashing = Some(flashing);
    board.equipment.symbols = of_elf;
    Ok(())
}

/// A board that stands in no inventory keeps what it knows.
fn is_told_by_inventories(flashed: &Flashed<'_>) -> Result<(), Failure> {
    match &flashed.telling {
        Some(Telling { provisioner, .. }) if flashed.asks => Err(Failure::usage(format!(
            "a board at a port keeps what it knows: provisioner {} is not asked",
            provisioner.name()
        ))
        .help("tell it once with hil provision, or put it into an inventory with `device`")),
        _ => Ok(()),
    }
}

/// The first option that is given is refused.
fn refuse(given: impl IntoIterator<Item = (&'static str, bool)>, why: &str) -> Result<(), Failure> {
    match given.into_iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => Err(Failure::usage(format!("{option} {why}"))),
        None => Ok(()),
    }
}
