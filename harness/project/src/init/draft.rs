//! What a first project file is made of.

use std::fmt;

use crate::value::{BuildCommand, Chip, FlashSize, HostPort};

/// What a project is built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Toolkit {
    /// PlatformIO, whatever its framework.
    PlatformIo,
    /// Rust without an operating system, on esp-hal.
    EspHal,
    /// Rust with its standard library, on ESP-IDF.
    EspIdfRust,
    /// ESP-IDF.
    EspIdf,
    /// The Arduino core.
    Arduino,
}

/// Its name, as its makers write it.
impl fmt::Display for Toolkit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PlatformIo => "PlatformIO",
            Self::EspHal => "esp-hal",
            Self::EspIdfRust => "Rust on ESP-IDF",
            Self::EspIdf => "ESP-IDF",
            Self::Arduino => "Arduino",
        })
    }
}

/// What was found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, as it is from the folder: `Cargo.toml`.
    pub file: String,
    /// What it tells, in words: `the binary thermostat, with esp-hal for the esp32c3`.
    pub tells: String,
}

/// `Cargo.toml: the binary thermostat, with esp-hal for the esp32c3`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.tells)
    }
}

/// What cannot be known from files, and has to be looked at by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unknown {
    /// Nothing in the folder says what the firmware is.
    Firmware,
    /// Several things could be the firmware; this one was taken.
    OneOfSeveral {
        /// What there is several of: `binary`, `environment`.
        what: &'static str,
        /// The one that was taken.
        taken: String,
        /// The others.
        others: Vec<String>,
    },
    /// Another build tool's files lie there, too.
    AnotherToolkit(Toolkit),
    /// The board that the sketch is compiled for.
    ArduinoBoard,
    /// The chip is not said.
    Chip,
    /// It is a chip that the simulator has no model of; boards of it can be tested.
    NoModelOfChip(String),
    /// The drawing has no board that the simulator has a model of.
    NoModelOfBoard(String),
    /// Nothing says which hosts the device connects to.
    Hosts,
    /// Nothing says whether the firmware has the network that the simulator has a model of.
    Network,
    /// The partition table does not lie where the simulated bootloader looks for it.
    TableOffset(String),
    /// A file cannot be read as what its name says.
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Firmware => {
                f.write_str("which firmware: nothing here says it; name the file, or the command that makes it")
            }
            Self::OneOfSeveral { what, taken, others } => {
                write!(f, "which {what}: {taken} was taken; there are also {}", others.join(", "))
            }
            Self::AnotherToolkit(toolkit) => {
                write!(f, "whether the files of {toolkit} that lie here, too, are the ones to build with")
            }
            Self::ArduinoBoard => f.write_str("the board that the sketch is compiled for: put it after --fqbn"),
            Self::Chip => f.write_str("the chip: nothing here says it"),
            Self::NoModelOfChip(chip) => write!(
                f,
                "how the {chip} is simulated: there is no model of it; run the scenarios on a board (target serial or mqtt)"
            ),
            Self::NoModelOfBoard(board) => write!(
                f,
                "how the drawing's {board} is simulated: there is no model of it; run in Wokwi or on a board"
            ),
            Self::Hosts => f.write_str("which hosts the device connects to: put them under [hosts]"),
            Self::Network => f.write_str(
                "which Wi-Fi network the device joins: put its ssid under [wifi] (the simulator has an open Wokwi-GUEST without it). \
                 The radio needs Espressif's mask ROM: `hil rom` says whether there is one",
            ),
            Self::TableOffset(offset) => write!(
                f,
                "how the partition table at {offset} is found: the simulated bootloader looks at 0x8000"
            ),
            Self::Unreadable { file, why } => write!(f, "what {file} says: {why}"),
        }
    }
}

/// The firmware of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFirmware {
    /// The command that makes it.
    pub build: Option<BuildCommand>,
    /// The file, relative to the folder.
    pub file: String,
}

/// A first project file. Paths are relative to the folder, with slashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What the project is built with.
    pub toolkit: Option<Toolkit>,
    /// The firmware.
    pub firmware: Option<DraftFirmware>,
    /// Whether `wokwi.toml` names it already.
    pub firmware_of_wokwi: bool,
    /// The chip, if the simulator has a model of it.
    pub chip: Option<Chip>,
    /// The size of the flash chip.
    pub flash_size: Option<FlashSize>,
    /// The partition table, CSV or binary.
    pub partitions: Option<String>,
    /// A folder with scenarios other than `scenarios`.
    pub scenarios: Option<String>,
    /// Hosts that the sources name as brokers.
    pub brokers: Vec<HostPort>,
}
