//! The keys of the file and of its tables.

use std::collections::BTreeMap;

use hil_scenario::schema::complete;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::forms::{
    Baud, Bench, Broker, BrokerUrl, Chip, Command, Destinations, Expressions, Firmware, FlashSize, Images, Name, Path,
    Paths, Port, Provision, TopicRoot, VariableName, Vars,
};

/// The JSON Schema (draft 2020-12) of project files. Equal for equal versions: keys are sorted.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    // Referred to by name only.
    generator.subschema_for::<FirmwareKeys>();
    generator.subschema_for::<BrokerKeys>();
    complete::<FileKeys>(generator, [], "hil", "hilbench project")
}

macro_rules! settings {
    ($(#[$meta:meta])* $name:ident { $($(#[$of_key:meta])* $key:ident: $value:ty,)* }) => {
        $(#[$meta])*
        #[expect(dead_code, reason = "only its schema is used")]
        struct $name {
            $($(#[$of_key])* $key: $value,)*
            /// Files with scenarios, and folders that are searched for them; default `scenarios`.
            scenarios: Option<Paths>,
            /// What the scenarios run on: sim, native, mqtt, serial, wokwi, or one that this build of hil adds; default: sim if
            /// there is a firmware.
            target: Option<Name>,
            /// Which of the devices that are compiled into this build of hil the target native is.
            native: Option<Name>,
            /// The chip; default esp32c3.
            chip: Option<Chip>,
            /// The firmware: an ELF file, an app image or a flash image, or the command that makes it.
            firmware: Option<Firmware>,
            /// The board drawing (Wokwi's diagram.json); default diagram.json, if it exists.
            diagram: Option<Path>,
            /// Espressif's mask ROM of the chip, as ELF or image: the simulated chip starts there. "none" goes without; by default it is the
            /// one that `hil rom` finds.
            rom: Option<Path>,
            /// The chip's flash, beside the firmware.
            flash: Option<FlashKeys>,
            /// The broker: its URL, or a table; default embedded.
            broker: Option<Broker>,
            /// Boards on serial ports, for the target serial.
            serial: Option<SerialKeys>,
            /// What the firmware prints.
            console: Option<ConsoleKeys>,
            /// The wireless network that provisioners tell the device.
            wifi: Option<WifiKeys>,
            /// How the device learns its broker, its identity and its network; default: it knows them. Nothing is written into its
            /// flash that is not named.
            provision: Option<Provision>,
            /// Hosts that the simulated device may connect to, and where they lead; it reaches no other.
            hosts: Option<Destinations>,
            /// Variables of all scenarios: ${name}. Those of a scenario file go before them.
            vars: Option<Vars>,
            /// For `hil fuzz`.
            fuzz: Option<FuzzKeys>,
        }
    };
}

settings!(
    /// The project file of hilbench. Paths are relative to it.
    #[derive(JsonSchema)]
    #[schemars(rename = "project", rename_all = "kebab-case", deny_unknown_fields)]
    FileKeys {
        /// Profiles by name, each with the same keys, laid over the file's: `hil run --profile bench`.
        profile: Option<BTreeMap<String, ProfileKeys>>,
    }
);

settings!(
    /// A profile: the keys of the file, laid over its own.
    #[derive(JsonSchema)]
    #[schemars(rename = "profile", rename_all = "kebab-case", deny_unknown_fields)]
    ProfileKeys {}
);

/// The firmware.
#[derive(JsonSchema)]
#[schemars(rename = "firmware-keys", rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("anyOf" = [{ "required": ["file"] }, { "required": ["build"] }]))]
#[expect(dead_code, reason = "only its schema is used")]
struct FirmwareKeys {
    /// An ELF file, an app image or a flash image. With `build`: the file that the command makes; default: the path that is the
    /// last line of what it prints.
    file: Option<Path>,
    /// The command that makes it, in the project's folder: a line for the shell, or a program and its arguments. The folder of
    /// the running hil is the first of its PATH.
    build: Option<Command>,
    /// The ELF file that the firmware was made of, if it is an image: for backtraces.
    elf: Option<Path>,
}

/// The chip's flash.
#[derive(JsonSchema)]
#[schemars(rename = "flash", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct FlashKeys {
    /// Size of the flash chip; default: what the image says, else 4MB.
    size: Option<FlashSize>,
    /// The partition table, CSV or binary; default: that of the flash image, else espflash's usual one.
    partitions: Option<Path>,
    /// What the NVS partition holds: a CSV file of ESP-IDF's generator, in which ${broker.host} and so on are filled in, or an
    /// image. Short for `provision` of the kinds nvs and image.
    nvs: Option<Path>,
    /// More images by offset ("0x210000") or by the label of a partition.
    images: Option<Images>,
}

/// The broker.
#[derive(JsonSchema)]
#[schemars(rename = "broker-keys", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct BrokerKeys {
    /// host[:port], mqtt://[user@]host[:port], mqtts://, ws://host:port/path, wss://, or embedded, which is the default: one
    /// for each scenario. The password is read from HIL_BROKER_PASSWORD.
    url: Option<BrokerUrl>,
    /// PEM file with the certificate authority to trust for mqtts and wss.
    ca: Option<Path>,
    /// Put before every topic of the scenarios.
    topic_root: Option<TopicRoot>,
}

/// Boards on serial ports.
#[derive(JsonSchema)]
#[schemars(rename = "serial", rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("not" = { "required": ["port", "bench"] }))]
#[expect(dead_code, reason = "only its schema is used")]
struct SerialKeys {
    /// The board's port: a device node, usb:SERIAL, or rfc2217://HOST:PORT.
    port: Option<Port>,
    /// Bits per second of its console; default 115200.
    baud: Option<Baud>,
    /// The inventory of the boards (bench.yaml), or a place of labgrid: labgrid:chip=esp32c3.
    bench: Option<Bench>,
}

/// What the firmware prints.
#[derive(JsonSchema)]
#[schemars(rename = "console", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct ConsoleKeys {
    /// Regular expressions of lines by which it says that it cannot go on: a scenario fails then. Those of known frameworks
    /// (ESP-IDF, Arduino, Rust, Zephyr, NuttX, MicroPython) need none.
    deaths: Option<Expressions>,
}

/// The wireless network.
#[derive(JsonSchema)]
#[schemars(rename = "wifi", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct WifiKeys {
    /// Its name.
    ssid: Option<Name>,
    /// The environment variable with its password; default HIL_WIFI_PASSWORD.
    password_env: Option<VariableName>,
}

/// For `hil fuzz`.
#[derive(JsonSchema)]
#[schemars(rename = "fuzz", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct FuzzKeys {
    /// The description of the device (device.yaml).
    device: Option<Path>,
}
