//! Everything that a project says, and one layer of it over another.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::value::{
    At, BuildCommand, BuildOutput, Chip, Destination, Firmware, FirmwareImage, FlashSize, HostPort, Provision,
};
use crate::{Origin, Resolved};

/// Everything that a project says. What is `None` or empty, nobody has said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// `scenarios`: files, and folders that are searched.
    pub scenarios: Option<Resolved<Vec<PathBuf>>>,
    /// `target`: one of [`Names::targets`](crate::Names::targets).
    pub target: Option<Resolved<String>>,
    /// `native`: which of [`Names::devices`](crate::Names::devices) the target `native` is.
    pub native: Option<Resolved<String>>,
    /// `chip`
    pub chip: Option<Resolved<Chip>>,
    /// `firmware`
    pub firmware: Option<Resolved<Firmware>>,
    /// `diagram`: the board drawing, Wokwi's diagram.json.
    pub diagram: Option<Resolved<PathBuf>>,
    /// `rom`: the chip's mask ROM, ELF or image; [`NO_ROM`](Self::NO_ROM) for none although there is one.
    pub rom: Option<Resolved<PathBuf>>,
    /// `[flash]`
    pub flash: FlashSettings,
    /// `[broker]`
    pub broker: BrokerSettings,
    /// `[serial]`
    pub serial: SerialSettings,
    /// `[console]`
    pub console: ConsoleSettings,
    /// `[wifi]`
    pub wifi: WifiSettings,
    /// `[provision]`, or `nvs` of `[flash]`, which is short for it.
    pub provision: Option<Resolved<Provision>>,
    /// `[hosts]`: what the device may connect to, and where that leads.
    pub hosts: BTreeMap<HostPort, Resolved<Destination>>,
    /// `[vars]`: variables of all scenarios; those of a scenario file go before them.
    pub vars: BTreeMap<String, Resolved<String>>,
    /// `device` of `[fuzz]`: the description of the device.
    pub fuzz_device: Option<Resolved<PathBuf>>,
}

/// `[flash]`
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlashSettings {
    /// `size`: of the flash chip.
    pub size: Option<Resolved<FlashSize>>,
    /// `partitions`: the partition table, CSV or binary.
    pub partitions: Option<Resolved<PathBuf>>,
    /// `images`: what else belongs into the flash.
    pub images: BTreeMap<At, Resolved<PathBuf>>,
}

/// `[broker]`
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BrokerSettings {
    /// `url`: the URL, without a password, or `embedded`.
    pub url: Option<Resolved<String>>,
    /// `ca`: PEM file with the certificate authority to trust.
    pub ca: Option<Resolved<PathBuf>>,
    /// `topic-root`: put before every topic of the scenarios.
    pub topic_root: Option<Resolved<String>>,
}

/// `[serial]`
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SerialSettings {
    /// `port`: of the board.
    pub port: Option<Resolved<String>>,
    /// `baud`: bits per second of its console.
    pub baud: Option<Resolved<u32>>,
    /// `bench`: an inventory, or `labgrid:...`.
    pub bench: Option<Resolved<String>>,
}

/// `[console]`
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConsoleSettings {
    /// `deaths`: regular expressions of lines by which the firmware says that it cannot go on, beside those of known frameworks.
    pub deaths: Option<Resolved<Vec<String>>>,
}

/// `[wifi]`
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WifiSettings {
    /// `ssid`: the network's name.
    pub ssid: Option<Resolved<String>>,
    /// `password-env`: the environment variable that has its password.
    pub password_env: Option<Resolved<String>>,
}

impl Settings {
    /// Where scenarios are, if nobody says it.
    pub const SCENARIOS: &'static str = "scenarios";
    /// The board drawing, if nobody names one and it is there.
    pub const DIAGRAM: &'static str = "diagram.json";
    /// In place of the path of a ROM: none, although there may be one.
    pub const NO_ROM: &'static str = "none";
    /// The environment variable with the Wi-Fi network's password, if nobody names another.
    pub const WIFI_PASSWORD: &'static str = "HIL_WIFI_PASSWORD";

    /// These settings, and where they say nothing those of `below`.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        // Destructured, so that a new setting does not compile until it is layered.
        let Self {
            scenarios,
            target,
            native,
            chip,
            firmware,
            diagram,
            rom,
            flash,
            broker,
            serial,
            console: ConsoleSettings { deaths },
            wifi,
            provision,
            hosts,
            vars,
            fuzz_device,
        } = self;
        Self {
            scenarios: scenarios.or(below.scenarios),
            target: target.or(below.target),
            native: native.or(below.native),
            chip: chip.or(below.chip),
            firmware: firmware.or(below.firmware),
            diagram: diagram.or(below.diagram),
            rom: rom.or(below.rom),
            flash: flash.over(below.flash),
            broker: broker.over(below.broker),
            serial: serial.over(below.serial),
            console: ConsoleSettings { deaths: deaths.or(below.console.deaths) },
            wifi: wifi.over(below.wifi),
            provision: provision.or(below.provision),
            hosts: joined(hosts, below.hosts),
            vars: joined(vars, below.vars),
            fuzz_device: fuzz_device.or(below.fuzz_device),
        }
    }

    /// What holds in `folder` if nobody says anything else.
    pub(crate) fn defaults(folder: &Path) -> Self {
        let diagram = Some(folder.join(Self::DIAGRAM)).filter(|path| path.exists());
        Self {
            scenarios: Some(Resolved::default_of(vec![folder.join(Self::SCENARIOS)])),
            diagram: diagram.map(Resolved::default_of),
            broker: BrokerSettings {
                url: Some(Resolved::default_of("embedded".to_owned())),
                ..BrokerSettings::default()
            },
            wifi: WifiSettings {
                password_env: Some(Resolved::default_of(Self::WIFI_PASSWORD.to_owned())),
                ..WifiSettings::default()
            },
            ..Self::default()
        }
    }

    /// The files that have to be there before anything runs, with the keys that name them. The firmware is none of them: it may
    /// not be built yet.
    pub fn files(&self) -> Vec<(&'static str, &Path, &Origin)> {
        let mut files: Vec<(&'static str, &Path, &Origin)> = Vec::new();
        let named = [
            ("diagram", &self.diagram),
            ("partitions", &self.flash.partitions),
            ("ca", &self.broker.ca),
            ("device", &self.fuzz_device),
        ];
        for (key, file) in named {
            files.extend(file.as_ref().map(|file| (key, file.value.as_path(), &file.origin)));
        }
        let rom = self.rom.as_ref().filter(|rom| rom.value != Path::new(Self::NO_ROM));
        files.extend(rom.map(|rom| ("rom", rom.value.as_path(), &rom.origin)));
        let images = self.flash.images.values();
        files.extend(images.map(|image| ("images", image.value.as_path(), &image.origin)));
        if let Some(Resolved { value, origin }) = &self.provision
            && let Provision::Nvs { file, .. } | Provision::Image { file, .. } = value
        {
            files.push(("file", file.as_path(), origin));
        }
        let paths = self.scenarios.iter().flat_map(|it| it.value.iter().map(|path| (path.as_path(), &it.origin)));
        files.extend(paths.map(|(path, origin)| ("scenarios", path, origin)));
        files
    }

    /// Everything that holds, key by key as it stands in the file, with where it is from.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = Entries::default();
        // Destructured, so that a new setting does not compile until it is shown.
        let Self {
            scenarios,
            target,
            native,
            chip,
            firmware,
            diagram,
            rom,
            flash: FlashSettings { size, partitions, images },
            broker: BrokerSettings { url, ca, topic_root },
            serial: SerialSettings { port, baud, bench },
            console: ConsoleSettings { deaths },
            wifi: WifiSettings { ssid, password_env },
            provision,
            hosts,
            vars,
            fuzz_device,
        } = self;
        entries.add("scenarios", scenarios, |paths| json!(paths));
        entries.add("target", target, |name| json!(name));
        entries.add("native", native, |name| json!(name));
        entries.add("chip", chip, |chip| json!(chip.name()));
        entries.firmware(firmware.as_ref());
        entries.add("diagram", diagram, |path| json!(path));
        entries.add("rom", rom, |path| json!(path));
        entries.add("flash.size", size, |size| json!(size.to_string()));
        entries.add("flash.partitions", partitions, |path| json!(path));
        for (at, image) in images {
            entries.push(format!("flash.images.{at}"), json!(image.value), &image.origin);
        }
        entries.add("broker.url", url, |url| json!(url));
        entries.add("broker.ca", ca, |path| json!(path));
        entries.add("broker.topic-root", topic_root, |root| json!(root));
        entries.add("serial.port", port, |port| json!(port));
        entries.add("serial.baud", baud, |baud| json!(baud));
        entries.add("serial.bench", bench, |bench| json!(bench));
        entries.add("console.deaths", deaths, |deaths| json!(deaths));
        entries.add("wifi.ssid", ssid, |ssid| json!(ssid));
        entries.add("wifi.password-env", password_env, |name| json!(name));
        entries.provision(provision.as_ref());
        for (host, destination) in hosts {
            entries.push(format!("hosts.\"{host}\""), json!(destination.to_string()), &destination.origin);
        }
        for (name, value) in vars {
            entries.push(format!("vars.{name}"), json!(value.value), &value.origin);
        }
        entries.add("fuzz.device", fuzz_device, |path| json!(path));
        entries.0
    }
}

impl FlashSettings {
    fn over(self, below: Self) -> Self {
        let Self { size, partitions, images } = self;
        Self {
            size: size.or(below.size),
            partitions: partitions.or(below.partitions),
            images: joined(images, below.images),
        }
    }
}

impl BrokerSettings {
    /// Certificate authority and topic root of one broker are not those of another.
    fn over(self, below: Self) -> Self {
        let Self { url, ca, topic_root } = self;
        let is_another = url.is_some() && below.url.as_ref().is_some_and(|it| Some(&it.value) != url.as_deref());
        Self {
            url: url.or(below.url),
            ca: ca.or(below.ca.filter(|_| !is_another)),
            topic_root: topic_root.or(below.topic_root.filter(|_| !is_another)),
        }
    }
}

impl SerialSettings {
    /// A port goes before the inventory of a lower layer, and an inventory before a port.
    fn over(self, below: Self) -> Self {
        let Self { port, baud, bench } = self;
        let says_which = port.is_some() || bench.is_some();
        Self {
            port: port.or(below.port.filter(|_| !says_which)),
            baud: baud.or(below.baud),
            bench: bench.or(below.bench.filter(|_| !says_which)),
        }
    }
}

impl WifiSettings {
    fn over(self, below: Self) -> Self {
        let Self { ssid, password_env } = self;
        Self { ssid: ssid.or(below.ssid), password_env: password_env.or(below.password_env) }
    }
}

/// The entries of both; those of `above` go before.
fn joined<K: Ord, V>(above: BTreeMap<K, V>, mut below: BTreeMap<K, V>) -> BTreeMap<K, V> {
    below.extend(above);
    below
}

/// One line of `hil config`.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key with the tables that it stands in: `broker.url`.
    pub key: String,
    /// The value.
    pub value: Json,
    /// Where it is from.
    pub origin: Origin,
}

#[derive(Default)]
struct Entries(Vec<Entry>);

impl Entries {
    fn push(&mut self, key: impl Into<String>, value: Json, origin: &Origin) {
        self.0.push(Entry { key: key.into(), value, origin: origin.clone() });
    }

    fn add<T>(&mut self, key: &str, value: &Option<Resolved<T>>, show: impl FnOnce(&T) -> Json) {
        if let Some(Resolved { value, origin }) = value {
            self.push(key, show(value), origin);
        }
    }

    fn firmware(&mut self, firmware: Option<&Resolved<Firmware>>) {
        let Some(Resolved { value: Firmware { image, elf }, origin }) = firmware else { return };
        let file = match image {
            FirmwareImage::File(path) => Some(path),
            FirmwareImage::Built(build) => {
                let command = match &build.command {
                    BuildCommand::Shell(line) => json!(line),
                    BuildCommand::Arguments(words) => json!(words),
                };
                self.push("firmware.build", command, origin);
                match &build.output {
                    BuildOutput::File(path) => Some(path),
                    BuildOutput::LastLine => None,
                }
            }
        };
        for (key, path) in [("firmware.file", file), ("firmware.elf", elf.as_ref())] {
            if let Some(path) = path {
                self.push(key, json!(path), origin);
            }
        }
    }

    fn provision(&mut self, provision: Option<&Resolved<Provision>>) {
        let Some(Resolved { value, origin }) = provision else { return };
        self.push("provision.kind", json!(value.kind()), origin);
        match value {
            Provision::None => {}
            Provision::Nvs { file, partition } => {
                self.push("provision.file", json!(file), origin);
                if let Some(partition) = partition {
                    self.push("provision.partition", json!(partition), origin);
                }
            }
            Provision::Image { file, at } => {
                self.push("provision.file", json!(file), origin);
                if let Some(at) = at {
                    self.push("provision.at", json!(at.to_string()), origin);
                }
            }
            Provision::Serial { steps } => {
                let steps: Vec<Json> =
                    steps.iter().map(|step| json!({ "prompt": step.prompt, "answer": step.answer })).collect();
                self.push("provision.steps", json!(steps), origin);
            }
            Provision::Other { settings, .. } => {
                for (key, setting) in settings {
                    self.push(format!("provision.{key}"), setting.value.clone(), &setting.origin);
                }
            }
        }
    }
}
