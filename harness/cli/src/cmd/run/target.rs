//! Which target.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::firmware::faults::{self, Fault};
use clap::ValueEnum;
use hil_fuzz::coverage::Image;
use hil_model::error::chain;
use hil_model::event::FirmwareInfo;
use hil_project::value::{Destination, HostPort, Provision};
use hil_project::{Origin, Project, Resolved, Settings};
use hil_runner::{BrokerChoice, RunsOn};
use hil_targets::Wiring;
use hil_targets::mqtt::MqttTarget;
use hil_tools::sim::{Hosts, SimTarget};
use hil_tools::simulation::load;
use light_host::native::NativeTarget;

use super::{firmware, serial, wokwi};
use crate::cmd::error::Failure;
use crate::cmd::project::{Said, firmware_file, nothing_to_run};

#[derive(Clone, clap::Args)]
pub(in crate::cmd) struct TargetArgs {
    /// What the scenarios run on [default: what the project file says, else sim; the first line says why]
    #[arg(long, value_enum)]
    target: Option<TargetName>,

    /// Firmware for the simulator: an ELF, an app image or a flash image, with the OpenCores Ethernet MAC as its network
    /// [default: what the project file says]; for boards: an ELF that is written into their flash first [default: they keep
    /// theirs, or what the inventory says]
    #[arg(long, value_name = "FILE")]
    firmware: Option<PathBuf>,

    /// `max`: scenario time costs no wall time where the target can do that; `realtime`: a second is a second
    #[arg(long, value_enum, default_value = "max")]
    speed: Speed,

    /// Board drawing (Wokwi's diagram.json) that says which lights hang on which GPIO [default: what the project file says, or
    /// diagram.json beside it if it exists, else one light `led1` on GPIO8]
    #[arg(long, value_name = "FILE")]
    diagram: Option<PathBuf>,

    /// Partition table of the simulated chip, CSV or binary [default: what the project file says, else espflash's usual one]
    #[arg(long, value_name = "FILE")]
    partitions: Option<PathBuf>,

    /// What the simulated chip's NVS partition holds: CSV as ESP-IDF's generator reads it, with ${broker.host} and so on filled
    /// in, or an image [default: what the project file says, else nothing]
    #[arg(long, value_name = "FILE")]
    nvs: Option<PathBuf>,

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
    /// The firmware, as far as hil knows it.
    pub(in crate::cmd) firmware: Option<FirmwareInfo>,
}

impl TargetArgs {
    /// What the user says.
    pub(in crate::cmd) fn say(&self, said: &mut Said) {
        let target = self.target.map(|target| target.name().to_owned());
        said.option("--target", target, |it| &mut it.target);
        let firmware = self.firmware.clone().map(hil_project::value::Firmware::file);
        said.option("--firmware", firmware, |it| &mut it.firmware);
        said.option("--diagram", self.diagram.clone(), |it| &mut it.diagram);
        said.option("--partitions", self.partitions.clone(), |it| &mut it.flash.partitions);
        said.option("--nvs", self.nvs.clone().map(Provision::of_file), |it| &mut it.provision);
        self.serial.say(said);
    }

    /// The target that holds in the project, and what is in it.
    pub(in crate::cmd) fn choose(&self, broker: &BrokerChoice, project: &Project) -> Result<Chosen, Failure> {
        let settings = &project.settings;
        let (target, how) = match &settings.target {
            Some(target) => (Some(TargetName::of(&target.value)?), how(target)),
            None => (None, "default".to_owned()),
        };
        self.is_for(target)?;
        match target {
            Some(TargetName::Mqtt) => self.mqtt(broker, how),
            Some(TargetName::Serial) => self.serial(broker, settings, &how),
            Some(TargetName::Wokwi) => self.wokwi(broker, settings),
            Some(TargetName::Native) => self.native(settings, how),
            None if self.plant_fault.is_some() && self.firmware.is_none() && settings.native.is_some() => {
                self.native(settings, "for --plant-fault".to_owned())
            }
            None => match (&settings.firmware, &settings.native) {
                (None, Some(device)) => self.native(settings, device.origin.to_string()),
                _ => self.sim(settings, &how),
            },
            Some(TargetName::Sim) => self.sim(settings, &how),
        }
    }

    /// The simulator, also if no target is named, for `what` runs nowhere else.
    pub(in crate::cmd) fn choose_simulator(&self, what: &str, project: &Project) -> Result<Chosen, Failure> {
        if !matches!(self.target, None | Some(TargetName::Sim)) {
            return Err(Failure::usage(format!("{what} runs on the simulator only"))
                .help("leave --target away, or say --target sim; tiers 1 and 2 run on every target: --tier 1,2"));
        }
        self.is_for(Some(TargetName::Sim))?;
        if !is_light(&project.settings) {
            return Err(Failure::usage(format!("{what} has to tell the device its broker, and nobody says how"))
                .help("tiers 1 and 2 run on every target: --tier 1,2"));
        }
        self.sim(&project.settings, if self.target.is_some() { "--target sim" } else { "for tier 3" })
    }

    /// Refuses options that mean nothing to this target.
    fn is_for(&self, target: Option<TargetName>) -> Result<(), Failure> {
        if target != Some(TargetName::Serial) {
            self.serial.refuse()?;
        }
        if target != Some(TargetName::Wokwi) {
            self.wokwi.refuse()?;
        }
        let runs_a_binary = matches!(target, None | Some(TargetName::Sim | TargetName::Serial | TargetName::Wokwi));
        if self.firmware.is_some() && !runs_a_binary {
            return Err(Failure::usage(
                "--firmware needs --target sim, serial or wokwi: no other target runs a binary that it is given",
            ));
        }
        let of_chip = [("--partitions", self.partitions.is_some()), ("--nvs", self.nvs.is_some())];
        match of_chip.into_iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) if !matches!(target, None | Some(TargetName::Sim)) => {
                Err(Failure::usage(format!("{option} is for the simulated chip: --target sim")))
            }
            _ => Ok(()),
        }
    }

    /// Arguments beside the target's name that a run depends on.
    pub(in crate::cmd) fn repeat_options(&self) -> Vec<String> {
        let speed = (self.speed == Speed::Realtime).then(|| ["--speed".to_owned(), "realtime".to_owned()]);
        let file = |option: &str, path: &Option<PathBuf>| {
            path.as_ref().map(|path| [option.to_owned(), path.display().to_string()])
        };
        let files = [
            file("--diagram", &self.diagram),
            file("--firmware", &self.firmware),
            file("--partitions", &self.partitions),
            file("--nvs", &self.nvs),
        ];
        let fault = self.plant_fault.map(|n| ["--plant-fault".to_owned(), n.to_string()]);
        let options: Vec<_> = [speed].into_iter().chain(files).chain([fault]).flatten().flatten().collect();
        match self.target {
            Some(TargetName::Serial) => [options, self.serial.repeat_options()].concat(),
            Some(TargetName::Wokwi) => [options, self.wokwi.repeat_options()].concat(),
            Some(TargetName::Sim | TargetName::Native | TargetName::Mqtt) | None => options,
        }
    }

    fn mqtt(&self, broker: &BrokerChoice, reason: String) -> Result<Chosen, Failure> {
        if matches!(broker, BrokerChoice::Embedded) {
            return Err(Failure::usage("--target mqtt needs a broker with a device on it")
                .help("name it: --broker mqtt://HOST:PORT; `hil up` starts one with a device to try"));
        }
        self.plants_nothing()?;
        Ok(Chosen { runs_on: RunsOn::target(MqttTarget), reason, image: None, firmware: None })
    }

    fn serial(&self, broker: &BrokerChoice, settings: &Settings, how: &str) -> Result<Chosen, Failure> {
        if matches!(broker, BrokerChoice::Embedded) {
            return Err(Failure::usage("--target serial needs a broker that the board is on too")
                .help("name it: --broker mqtt://HOST:PORT, as `hil provision --broker` has told the board"));
        }
        self.plants_nothing()?;
        let serial = self.serial.of_project(settings)?;
        serial.open(self.firmware.as_ref(), how, || wiring(diagram(settings)))
    }

    fn wokwi(&self, broker: &BrokerChoice, settings: &Settings) -> Result<Chosen, Failure> {
        self.plants_nothing()?;
        let firmware = match &settings.firmware {
            // Of the light, the variant for Wokwi's network is built.
            Some(firmware) if self.firmware.is_some() || !is_light(settings) => {
                Some(firmware_file(&firmware.value.image)?)
            }
            _ if is_light(settings) => None,
            _ => return Err(nothing_to_run()),
        };
        self.wokwi.open(firmware.as_deref(), diagram(settings), broker, || wiring(diagram(settings)))
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

    fn sim(&self, settings: &Settings, how: &str) -> Result<Chosen, Failure> {
        let plants = self.plant_fault.filter(|_| self.firmware.is_none() && is_light(settings));
        let chosen = match (plants, self.plant_fault) {
            (Some(_), _) => firmware::planted(settings)?,
            (None, fault) => firmware::of_project(settings, fault.is_some())?,
        };
        let mut target = simulator(&chosen, settings)?;
        target.realtime = self.speed == Speed::Realtime;
        target.fault = self.plant_fault;
        let fault = self.plant_fault.and_then(faults::fault).map_or_else(String::new, planted);
        let image = Some(Image { fault: self.plant_fault, ..chosen.image });
        let reason = if chosen.reason == how { chosen.reason } else { format!("{how}: {}", chosen.reason) };
        let (reason, firmware) = (reason + &fault, Some(chosen.info));
        Ok(Chosen { runs_on: RunsOn::target(target), reason, image, firmware })
    }

    fn native(&self, settings: &Settings, mut reason: String) -> Result<Chosen, Failure> {
        let Some(device) = &settings.native else {
            return Err(Failure::usage("--target native runs a device that is compiled into hil, and none is named")
                .help("the project file names it: native = \"light\" is the example light, which `hil demo` shows; a firmware of \
                    your own runs on --target sim, serial, mqtt or wokwi"));
        };
        let mut target = NativeTarget::new(wiring(diagram(settings))?);
        target.realtime = self.speed == Speed::Realtime;
        if let Some(fault) = self.plant_fault.and_then(faults::fault) {
            target.rules = fault.rules.ok_or_else(|| {
                Failure::usage(format!("fault {} is one of the chip's memory: {}", fault.number, fault.title))
                    .help("plant it in the chip's binary: --target sim")
            })?;
            reason += &planted(fault);
        }
        let firmware = Some(firmware::compiled_in(&device.value));
        Ok(Chosen { runs_on: RunsOn::target(target), reason, image: None, firmware })
    }
}

impl TargetName {
    fn name(self) -> &'static str {
        match self {
            Self::Sim => "sim",
            Self::Native => "native",
            Self::Mqtt => "mqtt",
            Self::Serial => "serial",
            Self::Wokwi => "wokwi",
        }
    }

    /// The target that the project names.
    fn of(name: &str) -> Result<Self, Failure> {
        Self::value_variants().iter().copied().find(|target| target.name() == name).ok_or_else(|| {
            Failure::usage(format!("this command has no target {name:?}")).help("see --target in its help")
        })
    }
}

/// The simulated board of the project, with this firmware.
pub(in crate::cmd) fn simulator(chosen: &firmware::Chosen, settings: &Settings) -> Result<SimTarget, Failure> {
    let wiring = wiring(diagram(settings))?;
    // Before anything runs: what is wrong with a drawing is no fault of a scenario.
    if let Err(error) = wiring.drawing.diagram.build() {
        let file = diagram(settings).map_or_else(|| "the usual board".to_owned(), |path| path.display().to_string());
        return Err(Failure::usage(format!("{file}: {error}")));
    }
    let mut target = SimTarget::new(Arc::clone(&chosen.image.firmware), wiring);
    target.is_light = is_light(settings);
    target.hosts = hosts(settings);
    if let Some(path) = &settings.rom {
        let rom =
            load::rom(&path.value).map_err(|e| Failure::usage(chain(&e)).help(format!("{} names it", path.origin)))?;
        target.rom = Some(rom.into());
    }
    Ok(target)
}

/// Whether the device is the example light, which hil provisions itself.
pub(in crate::cmd) fn is_light(settings: &Settings) -> bool {
    matches!(&settings.provision, Some(Resolved { value: Provision::Other { name, .. }, .. }) if name == "light")
}

/// Why it is this target, in the words of the command line if it says so: `--target sim`, `hil.toml:3`.
fn how(target: &Resolved<String>) -> String {
    match &target.origin {
        Origin::CommandLine(option) => format!("{option} {}", target.value),
        other => other.to_string(),
    }
}

/// The drawing of the project's board.
pub(in crate::cmd) fn diagram(settings: &Settings) -> Option<&Path> {
    settings.diagram.as_ref().map(|path| path.value.as_path())
}

/// Where the project's hosts lead.
pub(in crate::cmd) fn hosts(settings: &Settings) -> Hosts {
    let mut hosts = Hosts::default();
    for (HostPort { host, port }, destination) in &settings.hosts {
        match &destination.value {
            Destination::Broker => hosts.lead_to_broker(host, *port),
            Destination::Host(real) => hosts.lead(host, *port, (real.host.clone(), real.port)),
        }
    }
    hosts
}

/// What is said of it.
fn planted(fault: &Fault) -> String {
    format!("; fault {} planted: {}", fault.number, fault.title)
}

/// The lights of the board drawing, or of the usual board.
pub(in crate::cmd) fn wiring(diagram: Option<&Path>) -> Result<Wiring, Failure> {
    let Some(path) = diagram else { return Ok(Wiring::default()) };
    Wiring::from_diagram(path).map_err(|e| {
        Failure::usage(e.to_string())
            .help("name a board drawing (Wokwi's diagram.json) with --diagram, or correct this one")
    })
}
