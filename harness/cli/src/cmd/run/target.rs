//! Which target.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use hil_fuzz::coverage::Image;
use hil_model::event::FirmwareInfo;
use hil_project::value::{Destination, HostPort, Provision};
use hil_project::{Origin, Project, Resolved, Settings};
use hil_runner::{BrokerChoice, RunsOn};
use hil_scenario::Secret;
use hil_targets::Wiring;
use hil_targets::console::Deaths;
use hil_targets::mqtt::MqttTarget;
use hil_targets::own::OwnBuild;
use hil_targets::provision::{BrokerAddress, Fault, Identity};
use hil_targets::sockets::{DeviceAddress, Sockets};
use hil_tools::sim::{Hosts, SimTarget, Symbols};
use simulator::net::AccessPoint;

use super::{firmware, provision, serial, wokwi};
use crate::cmd::error::Failure;
use crate::cmd::project::{Said, firmware_file, nothing_to_run};
use crate::cmd::rom;
use crate::{Extensions, OwnTarget, TargetOptions};

#[derive(Clone, clap::Args)]
pub(in crate::cmd) struct TargetArgs {
    /// What the scenarios run on [default: what the project file says, else sim; the first line says why]
    #[arg(long)]
    target: Option<String>,

    /// Firmware for the simulator: an ELF, an app image or a flash image [default: what the project file says]; Wi-Fi needs
    /// Espressif's mask ROM (hil rom); for boards: an ELF that is written into their flash first [default: they keep
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

    /// Refuse a board drawing with parts that are not simulated, instead of telling of them [only with --target sim]
    #[arg(long)]
    strict: bool,

    /// Partition table of the simulated chip, CSV or binary [default: what the project file says, else espflash's usual one]
    #[arg(long, value_name = "FILE")]
    partitions: Option<PathBuf>,

    /// What the simulated chip's NVS partition holds: CSV as ESP-IDF's generator reads it, with ${broker.host} and so on filled
    /// in, or an image [default: what the project file says, else nothing]
    #[arg(long, value_name = "FILE")]
    nvs: Option<PathBuf>,

    /// How the device learns its broker and its identity: a provisioner of this program by its name, or none, which touches
    /// nothing [default: what the project file says, else the one that knows the firmware, else none]
    #[arg(long, value_name = "NAME", conflicts_with = "nvs")]
    provisioner: Option<String>,

    /// With --target mqtt: the device's MQTT client identifier, which `take-over` needs
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    client_id: Option<String>,

    /// With --target mqtt, or one board of --target serial: the device's IP address or name in this computer's network, which is
    /// the host `device` of `http-request`
    #[arg(long, value_name = "HOST", value_parser = |text: &str| text.parse::<DeviceAddress>())]
    device_address: Option<DeviceAddress>,

    #[command(flatten)]
    serial: serial::SerialArgs,

    #[command(flatten)]
    wokwi: wokwi::WokwiArgs,

    /// The network of the simulated chip, of the firmware that comes with hil: its Wi-Fi binary, the very one that is flashed, which
    /// needs Espressif's mask ROM, or its binary for emulators [default: wifi if `hil rom` finds the ROM]
    #[arg(long, value_enum, value_name = "NETWORK")]
    network: Option<SimNetwork>,

    /// Plant one of the faults of docs/faults.md into the device, to see a failure: 1 to 10 with --target native (the
    /// default then) or sim, 11 and 12 with --target sim
    #[arg(long, value_name = "1..12")]
    plant_fault: Option<String>,
}

/// The targets of every build of `hil`, in the order of the help.
pub(super) const SIM: (&str, &str) = ("sim", "The ESP32-C3's binary on the simulator, on simulated time");
const NATIVE: (&str, &str) = ("native", "The firmware compiled for the host, on simulated time");
const MQTT: (&str, &str) = ("mqtt", "A device that is on the broker already (needs --broker URL)");
const SERIAL: (&str, &str) = ("serial", "A board on a serial port, and on the broker (needs --port and --broker URL)");
const WOKWI: (&str, &str) = (
    "wokwi",
    "Simulations of Wokwi by wokwi-cli, and a broker that the simulated chip reaches (needs WOKWI_CLI_TOKEN)",
);

/// All targets that can be named, with what they are.
pub(in crate::cmd) fn names(extensions: &Extensions) -> Vec<(&'static str, &'static str)> {
    let native = (!extensions.devices().is_empty()).then_some(NATIVE);
    let own = extensions.targets().iter().map(|target| (target.name, target.about));
    [SIM].into_iter().chain(native).chain(own).chain([MQTT, SERIAL, WOKWI]).collect()
}

/// Which binary of the firmware that comes with `hil`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SimNetwork {
    /// Wi-Fi, on the simulated radio
    Wifi,
    /// The Ethernet MAC of emulators, without the mask ROM
    Ethernet,
}

impl SimNetwork {
    /// The binary, with faults to plant or without.
    const fn build(self, plants: bool) -> OwnBuild {
        match (self, plants) {
            (Self::Wifi, false) => OwnBuild::Boards,
            (Self::Wifi, true) => OwnBuild::RadioWithFaults,
            (Self::Ethernet, false) => OwnBuild::Emulators,
            (Self::Ethernet, true) => OwnBuild::EmulatorsWithFaults,
        }
    }
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
    /// Faults that can be planted into such a device.
    pub(in crate::cmd) faults: Vec<Fault>,
}

impl TargetArgs {
    /// What the user says.
    pub(in crate::cmd) fn say(&self, said: &mut Said) {
        said.option("--target", self.target.clone(), |it| &mut it.target);
        let firmware = self.firmware.clone().map(hil_project::value::Firmware::file);
        said.option("--firmware", firmware, |it| &mut it.firmware);
        said.option("--diagram", self.diagram.clone(), |it| &mut it.diagram);
        said.option("--partitions", self.partitions.clone(), |it| &mut it.flash.partitions);
        said.option("--nvs", self.nvs.clone().map(Provision::of_file), |it| &mut it.provision);
        said.option("--provisioner", self.provisioner.as_deref().map(of_name), |it| &mut it.provision);
        self.serial.say(said);
    }

    /// The target that holds in the project, and what is in it.
    pub(in crate::cmd) fn choose(
        &self,
        broker: &BrokerChoice,
        project: &Project,
        extensions: &Extensions,
    ) -> Result<Chosen, Failure> {
        let settings = &project.settings;
        let (target, how) = match &settings.target {
            Some(target) => (Some(target.value.as_str()), how(target)),
            None => (None, "default".to_owned()),
        };
        self.is_for(target)?;
        match target {
            Some(name) if name == MQTT.0 => self.mqtt(broker, how),
            Some(name) if name == SERIAL.0 => self.serial(broker, settings, &how, extensions),
            Some(name) if name == WOKWI.0 => self.wokwi(broker, settings, extensions),
            Some(name) if name == NATIVE.0 => self.native(settings, how, extensions),
            Some(name) if name == SIM.0 => self.sim(settings, &how, SimNetwork::Wifi, extensions),
            Some(name) => match extensions.find_target(name) {
                Some(own) => self.own(own, settings, how),
                None => {
                    Err(Failure::usage(format!("this command has no target {name:?}")).help("see --target in its help"))
                }
            },
            None if self.plant_fault.is_some() && self.firmware.is_none() && settings.native.is_some() => {
                self.native(settings, "for --plant-fault".to_owned(), extensions)
            }
            None => match (&settings.firmware, &settings.native) {
                (None, Some(device)) => self.native(settings, device.origin.to_string(), extensions),
                _ => self.sim(settings, &how, SimNetwork::Wifi, extensions),
            },
        }
    }

    /// Whether the target of the project is the simulator, with the project's firmware.
    pub(super) fn would_simulate(&self, settings: &Settings) -> bool {
        match &settings.target {
            Some(target) => target.value == SIM.0,
            // As [`Self::choose`] has it.
            None => settings.firmware.is_some() && (self.plant_fault.is_none() || settings.native.is_none()),
        }
    }

    /// The fault that is to be planted.
    pub(in crate::cmd) fn fault(&self) -> Option<&str> {
        self.plant_fault.as_deref()
    }

    /// The same target with this fault planted.
    #[must_use]
    pub(in crate::cmd) fn with_fault(&self, name: &str) -> Self {
        Self { plant_fault: Some(name.to_owned()), ..self.clone() }
    }

    /// Whether `--speed realtime` is asked for.
    pub(super) fn is_realtime(&self) -> bool {
        self.speed == Speed::Realtime
    }

    /// Looks whether the port is there that is named, if the boards are not those of an inventory.
    pub(super) fn look_at_port(&self, settings: &Settings) -> Result<(), Failure> {
        let is_serial = settings.target.as_ref().is_some_and(|target| target.value == SERIAL.0);
        if is_serial { self.serial.look_at_port(settings) } else { Ok(()) }
    }

    /// The simulator, also if no target is named, for `what` runs nowhere else.
    pub(in crate::cmd) fn choose_simulator(
        &self,
        what: &str,
        project: &Project,
        extensions: &Extensions,
    ) -> Result<Chosen, Failure> {
        if self.target.as_deref().is_some_and(|name| name != SIM.0) {
            return Err(Failure::usage(format!("{what} runs on the simulator only"))
                .help("leave --target away, or say --target sim; tiers 1 and 2 run on every target: --tier 1,2"));
        }
        self.is_for(Some(SIM.0))?;
        let settings = &project.settings;
        let how = if self.target.is_some() { "--target sim" } else { "for tier 3" };
        // What is looked into a million times is the smaller one, unless the other is asked for.
        let chosen = self.sim(settings, how, SimNetwork::Ethernet, extensions)?;
        let knows_its_broker = chosen.image.as_ref().is_some_and(|image| {
            !image.provisioner.keys().is_empty() || !image.hosts.is_empty() || settings.provision.is_some()
        });
        if !knows_its_broker {
            return Err(provision::nobody_says_how(&format!("{what} has to tell the device its broker"), extensions));
        }
        Ok(chosen)
    }

    /// Refuses options that mean nothing to this target.
    fn is_for(&self, target: Option<&str>) -> Result<(), Failure> {
        let is = |of: (&str, &str)| target == Some(of.0);
        if !is(SERIAL) {
            self.serial.refuse()?;
        }
        if !is(WOKWI) {
            self.wokwi.refuse()?;
        }
        if self.client_id.is_some() && !is(MQTT) {
            return Err(Failure::usage(
                "--client-id needs --target mqtt: it is that of a device which is there already",
            ));
        }
        if self.device_address.is_some() && !is(MQTT) && !is(SERIAL) {
            return Err(Failure::usage(
                "--device-address needs --target mqtt or serial: a simulated device is in no network of this computer",
            ));
        }
        let runs_a_binary = target.is_none() || is(SIM) || is(SERIAL) || is(WOKWI);
        let given = [
            ("--firmware", self.firmware.is_some()),
            ("--partitions", self.partitions.is_some()),
            ("--nvs", self.nvs.is_some()),
            ("--provisioner", self.provisioner.is_some()),
        ];
        if self.network.is_some() && !(target.is_none() || is(SIM)) {
            return Err(Failure::usage("--network needs --target sim: it chooses what the simulated chip runs"));
        }
        match given.into_iter().find(|(_, is_given)| *is_given && !runs_a_binary) {
            Some((option, _)) => Err(Failure::usage(format!(
                "{option} needs --target sim, serial or wokwi: no other target runs a binary that it is given"
            ))),
            None => Ok(()),
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
        let provisioner = self.provisioner.as_ref().map(|name| ["--provisioner".to_owned(), name.clone()]);
        let fault = self.plant_fault.as_ref().map(|name| ["--plant-fault".to_owned(), name.clone()]);
        let network =
            self.network.and_then(|it| Some(["--network".to_owned(), it.to_possible_value()?.get_name().to_owned()]));
        let client_id = self.client_id.as_ref().map(|id| ["--client-id".to_owned(), id.clone()]);
        let address = self.device_address.as_ref().map(|it| ["--device-address".to_owned(), it.to_string()]);
        let options: Vec<_> = [speed]
            .into_iter()
            .chain(files)
            .chain([provisioner, network, fault, client_id, address])
            .flatten()
            .flatten()
            .collect();
        match self.target.as_deref() {
            Some(name) if name == SERIAL.0 => [options, self.serial.repeat_options()].concat(),
            Some(name) if name == WOKWI.0 => [options, self.wokwi.repeat_options()].concat(),
            _ => options,
        }
    }

    /// The way to a real device's HTTP server.
    fn sockets(&self) -> Sockets {
        Sockets { device: self.device_address.clone() }
    }

    fn mqtt(&self, broker: &BrokerChoice, reason: String) -> Result<Chosen, Failure> {
        if matches!(broker, BrokerChoice::Embedded) {
            return Err(Failure::usage("--target mqtt needs a broker with a device on it")
                .help("name it: --broker mqtt://HOST:PORT; `hil up` starts one with a device to try"));
        }
        self.plants_nothing()?;
        let target = MqttTarget { client_id: self.client_id.clone(), sockets: self.sockets() };
        Ok(Chosen { runs_on: RunsOn::target(target), reason, image: None, firmware: None, faults: Vec::new() })
    }

    fn serial(
        &self,
        broker: &BrokerChoice,
        settings: &Settings,
        how: &str,
        extensions: &Extensions,
    ) -> Result<Chosen, Failure> {
        if matches!(broker, BrokerChoice::Embedded) {
            return Err(Failure::usage("--target serial needs a broker that the board is on too")
                .help("name it: --broker mqtt://HOST:PORT, as `hil provision --broker` has told the board"));
        }
        self.plants_nothing()?;
        if self.firmware.is_some() {
            no_images(settings, "a board")?;
        }
        let serial = self.serial.of_project(settings)?;
        let flashed = serial::Flashed {
            firmware: self.firmware.as_ref(),
            // The project's table is that of the simulated chip; a board's is named, or stands in the inventory.
            partitions: self.partitions.as_deref(),
            telling: provision::named(settings, extensions)?,
            asks: self.nvs.is_some() || self.provisioner.is_some(),
            sockets: self.sockets(),
            extensions,
        };
        serial.open(flashed, how, || wiring(diagram(settings)))
    }

    fn wokwi(&self, broker: &BrokerChoice, settings: &Settings, extensions: &Extensions) -> Result<Chosen, Failure> {
        self.plants_nothing()?;
        no_images(settings, "a simulation of Wokwi")?;
        let firmware = match &settings.firmware {
            // Of the program's own firmware, the variant for Wokwi's network is built.
            Some(firmware) if self.firmware.is_some() || !is_own(settings, extensions) => {
                Some(firmware_file(&firmware.value.image)?.0)
            }
            _ if is_own(settings, extensions) => None,
            _ => return Err(nothing_to_run(extensions)),
        };
        let uploaded = wokwi::Uploaded {
            firmware: firmware.as_deref(),
            partitions: settings.flash.partitions.as_ref().map(|path| path.value.as_path()),
            settings,
            extensions,
        };
        self.wokwi.open(&uploaded, diagram(settings), broker, || wiring(diagram(settings)))
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

    /// The simulator; `usual` is the network of the program's own firmware where the ROM is there.
    fn sim(
        &self,
        settings: &Settings,
        how: &str,
        usual: SimNetwork,
        extensions: &Extensions,
    ) -> Result<Chosen, Failure> {
        let plants = self.plant_fault.is_some();
        let mut rom = rom::of_project(settings)?;
        let network = self.own_network(settings, usual, rom.is_some(), extensions)?;
        let mut chosen = match network {
            // The project names the binary for emulators itself.
            Some(SimNetwork::Ethernet) if !plants => firmware::of_project(settings, plants, extensions)?,
            Some(network) => firmware::own(settings, network.build(plants), extensions)?,
            None => firmware::of_project(settings, plants, extensions)?,
        };
        chosen.reason += match network {
            Some(SimNetwork::Wifi) => ", Wi-Fi",
            Some(SimNetwork::Ethernet) => ", Ethernet",
            None => "",
        };
        if network == Some(SimNetwork::Ethernet) {
            // It starts as the ROM and the bootloader would leave it, which costs nothing.
            rom = None;
        }
        chosen.image.told.fault.clone_from(&self.plant_fault);
        let faults = chosen.image.provisioner.faults();
        let fault = self.plant_fault.as_deref().map(|fault| said(fault, &faults)).transpose()?.unwrap_or_default();
        let mut target = simulator(&chosen, settings)?;
        let remark = target.wiring.drawing.diagram.remark();
        if let Some(text) = remark.as_deref().filter(|_| self.strict) {
            let file = diagram(settings).map_or_else(String::new, |path| format!("{}: ", path.display()));
            return Err(Failure::usage(format!("{file}{text}")).help(WHY_STRICT));
        }
        target.rom = rom.map(|found| found.rom.image);
        target.realtime = self.speed == Speed::Realtime;
        let mut image = chosen.image;
        image.hosts = brokers(settings);
        image.rom.clone_from(&target.rom);
        let reason = if chosen.reason == how { chosen.reason } else { format!("{how}: {}", chosen.reason) };
        let remark = remark.map_or_else(String::new, |text| format!("; {text}"));
        let (reason, firmware) = (reason + &fault + &remark, Some(chosen.info));
        Ok(Chosen { runs_on: RunsOn::target(target), reason, image: Some(image), firmware, faults })
    }

    /// Of the program's own firmware, which network it is run with; `None` if it is another firmware.
    fn own_network(
        &self,
        settings: &Settings,
        usual: SimNetwork,
        has_rom: bool,
        extensions: &Extensions,
    ) -> Result<Option<SimNetwork>, Failure> {
        if self.firmware.is_some() || !is_own(settings, extensions) {
            let Some(_) = self.network else { return Ok(None) };
            return Err(Failure::usage(
                "--network chooses a binary of the firmware that comes with hil, and this is another",
            )
            .help("leave it out: a firmware has the network that it was built with"));
        }
        match self.network {
            Some(SimNetwork::Wifi) if !has_rom => {
                Err(Failure::usage("--network wifi needs Espressif's mask ROM: the radio's driver calls it")
                    .help("hil rom says how to get it; --network ethernet runs the binary for emulators"))
            }
            Some(network) => Ok(Some(network)),
            None if has_rom => Ok(Some(usual)),
            None => Ok(Some(SimNetwork::Ethernet)),
        }
    }

    fn native(&self, settings: &Settings, reason: String, extensions: &Extensions) -> Result<Chosen, Failure> {
        let device = device(settings, extensions)?;
        let firmware = Some(firmware::compiled_in(device.name));
        if let Some(fault) = &self.plant_fault
            && !device.faults.iter().any(|it| it.name == *fault)
        {
            let mut all = extensions.provisioners().iter().flat_map(|provisioner| provisioner.faults());
            if let Some(Fault { title, .. }) = all.find(|it| it.name == *fault) {
                return Err(Failure::usage(format!("fault {fault} is one of the chip's memory: {title}"))
                    .help("plant it in the chip's binary: --target sim"));
            }
        }
        Ok(Chosen { firmware, ..self.own(device, settings, reason)? })
    }

    /// A target, or a device, of the program's own.
    fn own(&self, own: &OwnTarget, settings: &Settings, mut reason: String) -> Result<Chosen, Failure> {
        if let Some(fault) = &self.plant_fault {
            reason += &said(fault, &own.faults)?;
        }
        let options = TargetOptions {
            wiring: wiring(diagram(settings))?,
            realtime: self.speed == Speed::Realtime,
            flash: None,
            fault: self.plant_fault.clone(),
        };
        let made = own.make(&options).map_err(|e| Failure::bench(&e).help(e.help()))?;
        Ok(Chosen { runs_on: made.into(), reason, image: None, firmware: None, faults: own.faults.clone() })
    }
}

/// The provisioner of a name, as the command line has it.
pub(in crate::cmd) fn of_name(name: &str) -> Provision {
    match name {
        "none" => Provision::None,
        name => Provision::Other { name: name.to_owned(), settings: BTreeMap::new() },
    }
}

/// The device that is compiled into the program, and that the project names.
pub(in crate::cmd) fn device<'a>(settings: &Settings, extensions: &'a Extensions) -> Result<&'a OwnTarget, Failure> {
    let Some(device) = &settings.native else {
        return Err(Failure::usage("--target native runs a device that is compiled into hil, and none is named").help(
            "the project file names it: native = \"light\" is the example light, which `hil demo` shows; a firmware of \
             your own runs on --target sim, serial, mqtt or wokwi",
        ));
    };
    extensions.find_device(device).ok_or_else(|| {
        Failure::usage(format!("{}: no device {:?} is compiled into this program", device.origin, device.value))
    })
}

/// What is said of a planted fault.
pub(in crate::cmd) fn said(fault: &str, faults: &[Fault]) -> Result<String, Failure> {
    match faults.iter().find(|it| it.name == fault) {
        Some(Fault { name, title }) => Ok(format!("; fault {name} planted: {title}")),
        None if faults.is_empty() => Err(Failure::usage("this device has no fault to plant")),
        None => {
            let names: Vec<&str> = faults.iter().map(|it| it.name.as_str()).collect();
            Err(Failure::usage(format!("there is no fault {fault}"))
                .help(format!("the device has the faults {}", names.join(", "))))
        }
    }
}

/// What to do about a drawing that `--strict` refuses.
pub(in crate::cmd) const WHY_STRICT: &str =
    "take these parts out of the drawing, or leave out --strict; docs/parts.md lists what is simulated";

/// The simulated board of the project, with this firmware.
pub(in crate::cmd) fn simulator(chosen: &firmware::Chosen, settings: &Settings) -> Result<SimTarget, Failure> {
    let wiring = wiring(diagram(settings))?;
    // Before anything runs: what is wrong with a drawing is no fault of a scenario.
    if let Err(error) = wiring.drawing.diagram.build() {
        let file = diagram(settings).map_or_else(|| "the usual board".to_owned(), |path| path.display().to_string());
        return Err(Failure::usage(format!("{file}: {error}")));
    }
    let mut target = SimTarget::new(Arc::clone(&chosen.image.firmware), wiring);
    target.symbols = Some(Symbols::new(Arc::clone(&chosen.elf)));
    target.provisioner = Arc::clone(&chosen.image.provisioner);
    target.told = chosen.image.told.clone();
    target.hosts = hosts(settings);
    target.access_points.clone_from(&chosen.image.access_points);
    Ok(target)
}

/// The access point around the simulated radio: the project's network, else an open one of the name that Wokwi's has.
pub(super) fn access_point(told: &Identity) -> Result<AccessPoint, Failure> {
    const USUAL: &str = "Wokwi-GUEST";
    let ssid = told.wifi_ssid.as_deref().unwrap_or(USUAL);
    let access_point = match told.wifi_password.as_ref().map(Secret::expose).filter(|it| !it.is_empty()) {
        Some(password) => AccessPoint::wpa2(ssid, password),
        None => AccessPoint::open(ssid),
    };
    access_point.check().map_err(|error| Failure::diagnostic(&error))?;
    Ok(access_point)
}

/// Only the simulator gets the project's images beside the firmware: elsewhere it would run without them, and nobody would know.
fn no_images(settings: &Settings, place: &str) -> Result<(), Failure> {
    match settings.flash.images.first_key_value() {
        None => Ok(()),
        Some((at, image)) => {
            let what = format!("{}: {} at {at} is not written into {place}", image.origin, image.value.display());
            Err(Failure::usage(what).help(
                "name one image of the whole flash as the firmware (esptool merge-bin), or leave `flash.images` to the profile \
                 that runs on sim",
            ))
        }
    }
}

/// Whether the project is about the firmware that comes with the program: its provisioner is the program's own.
fn is_own(settings: &Settings, extensions: &Extensions) -> bool {
    let is_named = matches!(&settings.provision, Some(Resolved { value: Provision::Other { .. }, .. }));
    is_named && settings.native.is_some() && extensions.firmware.is_some()
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

/// Of the project's hosts, those that lead to the broker.
fn brokers(settings: &Settings) -> Vec<BrokerAddress> {
    let leads = settings.hosts.iter().filter(|(_, destination)| destination.value == Destination::Broker);
    leads.map(|(HostPort { host, port }, _)| BrokerAddress { tls: false, host: host.clone(), port: *port }).collect()
}

/// What on a console counts as the end of a firmware.
pub(in crate::cmd) fn deaths(settings: &Settings) -> Deaths {
    let own = settings.console.deaths.iter().flat_map(|deaths| &deaths.value);
    Deaths::with(own.map(String::as_str)).expect("they were compiled when the project file was read")
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

/// The lights of the board drawing, or of the usual board.
pub(in crate::cmd) fn wiring(diagram: Option<&Path>) -> Result<Wiring, Failure> {
    let Some(path) = diagram else { return Ok(Wiring::default()) };
    Wiring::from_diagram(path).map_err(|e| {
        Failure::usage(e.to_string())
            .help("name a board drawing (Wokwi's diagram.json) with --diagram, or correct this one")
    })
}
