//! Which target.

use clap::ValueEnum;
use firmware::faults::{self, Fault};
use hil_fuzz::coverage::Image;
use hil_runner::{BrokerChoice, RunsOn};
use hil_targets::Wiring;
use hil_targets::mqtt::MqttTarget;
use hil_tools::sim::SimTarget;
use light_host::build::Variant;
use light_host::native::NativeTarget;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use simulator::board::diagram::Diagram;
use simulator::machine::Board;

use super::firmware::{Choice, Chosen as Firmware, named, own};
use super::{serial, wokwi};
use crate::cmd::error::Failure;

/// The board drawing that is used if it exists.
pub(super) const DIAGRAM: &str = "diagram.json";

#[derive(clap::Args)]
pub(in crate::cmd) struct TargetArgs {
    /// What the scenarios run on [default: sim if there is firmware for it, else native; the first line says why]
    #[arg(long, value_enum)]
    target: Option<TargetName>,

    /// Firmware for the simulator: an ELF, an app image or a flash image, with the OpenCores Ethernet MAC as its network
    /// [default: firmware/, built now if there is a compiler for the chip, else firmware/prebuilt/]; for boards: an ELF that
    /// is written into their flash first [default: they keep theirs, or what the inventory says]
    #[arg(long, value_name = "FILE")]
    firmware: Option<PathBuf>,

    /// `max`: scenario time costs no wall time where the target can do that; `realtime`: a second is a second
    #[arg(long, value_enum, default_value = "max")]
    speed: Speed,

    /// Board drawing (Wokwi's diagram.json) that says which lights hang on which GPIO [default: ./diagram.json if it
    /// exists, else one light `led1` on GPIO8]
    #[arg(long, value_name = "FILE")]
    diagram: Option<PathBuf>,

    #[command(flatten)]
    serial: serial::SerialArgs,

    #[command(flatten)]
    wokwi: wokwi::WokwiArgs,

    /// Plant one of the faults of docs/faults.md into the device, to see a failure: 1 to 10 with --target native (the
    /// default then) or sim, 11 and 12 with --target sim
    #[arg(long, value_name = "1..12", value_parser = clap::value_parser!(u8).range(1..=12))]
    plant_fault: Option<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TargetName {
    /// The ESP32-C3's binary on the simulator, on simulated time
    Sim,
    /// The firmware compiled for the host, on simulated time
    Native,
    /// A device that is on the broker already (needs --broker URL)
    Mqtt,
    /// A board on a serial port, and on the broker (needs --port and --broker URL)
    Serial,
    /// Simulations of Wokwi by wokwi-cli, and a broker that the simulated chip reaches (needs WOKWI_CLI_TOKEN)
    Wokwi,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Speed {
    Max,
    Realtime,
}

/// The target, and why it is this one.
pub(in crate::cmd) struct Chosen {
    pub(in crate::cmd) runs_on: RunsOn,
    pub(in crate::cmd) reason: String,
    /// What the simulator runs, if it is that.
    pub(in crate::cmd) image: Option<Image>,
}

impl TargetArgs {
    pub(in crate::cmd) fn choose(&self, broker: &BrokerChoice) -> Result<Chosen, Failure> {
        if self.target != Some(TargetName::Serial) {
            self.serial.refuse()?;
        }
        if self.target != Some(TargetName::Wokwi) {
            self.wokwi.refuse()?;
        }
        let runs_a_binary =
            matches!(self.target, None | Some(TargetName::Sim | TargetName::Serial | TargetName::Wokwi));
        if self.firmware.is_some() && !runs_a_binary {
            return Err(Failure::usage(
                "--firmware needs --target sim, serial or wokwi: no other target runs a binary that it is given",
            ));
        }
        match self.target {
            Some(TargetName::Mqtt) => self.mqtt(broker),
            Some(TargetName::Serial) => self.serial(broker),
            Some(TargetName::Wokwi) => self.wokwi(broker),
            Some(TargetName::Native) => self.native("--target native".to_owned()),
            Some(TargetName::Sim) => match self.firmware()? {
                Choice::Chosen(chosen) => self.sim(chosen, "--target sim"),
                Choice::None(why) => Err(Failure::usage(format!("--target sim has no firmware to run: {why}"))
                    .help("name it with --firmware FILE, or let --target native run the firmware's sources")),
            },
            None if self.plant_fault.is_some() && self.firmware.is_none() => {
                self.native("for --plant-fault".to_owned())
            }
            None => match self.firmware()? {
                Choice::Chosen(chosen) => self.sim(chosen, "default"),
                Choice::None(why) => self.native(format!("default: {why}")),
            },
        }
    }

    /// The simulator, also if no target is named, for `what` runs nowhere else.
    pub(in crate::cmd) fn choose_simulator(&self, what: &str) -> Result<Chosen, Failure> {
        if !matches!(self.target, None | Some(TargetName::Sim)) {
            return Err(Failure::usage(format!("{what} runs on the simulator only"))
                .help("leave --target away, or say --target sim; tiers 1 and 2 run on every target: --tier 1,2"));
        }
        self.serial.refuse()?;
        self.wokwi.refuse()?;
        match self.firmware()? {
            Choice::Chosen(chosen) => {
                self.sim(chosen, if self.target.is_some() { "--target sim" } else { "for tier 3" })
            }
            Choice::None(why) => Err(Failure::usage(format!("{what} has no firmware to run: {why}"))
                .help("name it with --firmware FILE: an ELF with the OpenCores Ethernet MAC as its network")),
        }
    }

    /// Arguments beside the target's name that a run depends on.
    pub(in crate::cmd) fn repeat_options(&self) -> Vec<String> {
        let speed = (self.speed == Speed::Realtime).then(|| ["--speed".to_owned(), "realtime".to_owned()]);
        let diagram = self.diagram.as_ref().map(|path| ["--diagram".to_owned(), path.display().to_string()]);
        let firmware = self.firmware.as_ref().map(|path| ["--firmware".to_owned(), path.display().to_string()]);
        let fault = self.plant_fault.map(|n| ["--plant-fault".to_owned(), n.to_string()]);
        let options: Vec<_> = [speed, diagram, firmware, fault].into_iter().flatten().flatten().collect();
        if self.target == Some(TargetName::Serial) {
            return [options, self.serial.repeat_options()].concat();
        }
        if self.is_wokwi() {
            return [options, self.wokwi.repeat_options()].concat();
        }
        options
    }

    fn mqtt(&self, broker: &BrokerChoice) -> Result<Chosen, Failure> {
        if matches!(broker, BrokerChoice::Embedded) {
            return Err(Failure::usage("--target mqtt needs a broker with a device on it")
                .help("name it: --broker mqtt://HOST:PORT; `hil up` starts one with a device to try"));
        }
        self.plants_nothing()?;
        Ok(Chosen { runs_on: RunsOn::target(MqttTarget), reason: "--target mqtt".to_owned(), image: None })
    }

    fn serial(&self, broker: &BrokerChoice) -> Result<Chosen, Failure> {
        if matches!(broker, BrokerChoice::Embedded) {
            return Err(Failure::usage("--target serial needs a broker that the board is on too")
                .help("name it: --broker mqtt://HOST:PORT, as `hil provision --broker` has told the board"));
        }
        self.plants_nothing()?;
        self.serial.open(self.firmware.as_ref(), || wiring(self.diagram.as_deref()))
    }

    fn wokwi(&self, broker: &BrokerChoice) -> Result<Chosen, Failure> {
        self.plants_nothing()?;
        let (firmware, diagram) = (self.firmware.as_deref(), self.diagram.as_deref());
        self.wokwi.open(firmware, diagram, broker, || wiring(diagram))
    }

    /// Whether simulations are shared with others: by default one at a time, and topics that nobody guesses.
    pub(super) fn is_wokwi(&self) -> bool {
        self.target == Some(TargetName::Wokwi)
    }

    fn firmware(&self) -> Result<Choice, Failure> {
        match &self.firmware {
            Some(path) => named(path, self.plant_fault.is_some()).map(Choice::Chosen),
            None if self.plant_fault.is_some() => own(Variant::Planted),
            None => own(Variant::OpenEth),
        }
    }

    /// Devices that are not ours, or not simulated here, get no faults.
    fn plants_nothing(&self) -> Result<(), Failure> {
        if self.plant_fault.is_none() {
            return Ok(());
        }
        Err(Failure::usage(
            "--plant-fault needs --target native or sim: hil does not change a device that is not its own",
        ))
    }

    fn sim(&self, chosen: Firmware, how: &str) -> Result<Chosen, Failure> {
        let mut target = SimTarget::new(Arc::clone(&chosen.image.firmware), wiring(self.diagram.as_deref())?);
        target.board = board(self.diagram.as_deref())?;
        target.realtime = self.speed == Speed::Realtime;
        target.fault = self.plant_fault;
        let fault = self.plant_fault.and_then(faults::fault).map_or_else(String::new, planted);
        let image = Some(Image { fault: self.plant_fault, ..chosen.image });
        Ok(Chosen { runs_on: RunsOn::target(target), reason: format!("{how}: {}{fault}", chosen.reason), image })
    }

    fn native(&self, mut reason: String) -> Result<Chosen, Failure> {
        let mut target = NativeTarget::new(wiring(self.diagram.as_deref())?);
        target.realtime = self.speed == Speed::Realtime;
        if let Some(fault) = self.plant_fault.and_then(faults::fault) {
            target.rules = fault.rules.ok_or_else(|| {
                Failure::usage(format!("fault {} is one of the chip's memory: {}", fault.number, fault.title))
                    .help("plant it in the chip's binary: --target sim")
            })?;
            reason += &planted(fault);
        }
        Ok(Chosen { runs_on: RunsOn::target(target), reason, image: None })
    }
}

/// What is said of it.
fn planted(fault: &Fault) -> String {
    format!("; fault {} planted: {}", fault.number, fault.title)
}

/// The wires and parts of the same drawing.
fn board(diagram: Option<&Path>) -> Result<Board, Failure> {
    let Some(path) = diagram.or_else(|| Some(Path::new(DIAGRAM)).filter(|path| path.exists())) else {
        return Ok(Board::default());
    };
    let wrong = |e: String| Failure::usage(format!("{}: {e}", path.display()));
    let diagram = Diagram::read(path).map_err(|e| wrong(e.to_string()))?;
    Board::from_diagram(&diagram).map_err(|e| wrong(e.to_string()))
}

/// The lights of the board drawing: the named one, or ./diagram.json if there is one, or the usual board.
pub(in crate::cmd) fn wiring(diagram: Option<&Path>) -> Result<Wiring, Failure> {
    let path = match diagram {
        Some(path) => path,
        None if Path::new(DIAGRAM).exists() => Path::new(DIAGRAM),
        None => return Ok(Wiring::default()),
    };
    Wiring::from_diagram(path).map_err(|e| {
        Failure::usage(e.to_string())
            .help("name a board drawing (Wokwi's diagram.json) with --diagram, or correct this one")
    })
}
