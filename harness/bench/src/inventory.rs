//! The inventory of a bench: `bench.yaml`.
//!
//! It is read as scenario files are: a tree with places, decoded with all errors told together. What all boards share stands
//! under `defaults`; a board's own keys go before.
//!
//! | module | what it is |
//! |---|---|
//! | `file` | the file's keys, and what must differ from board to board |
//! | `merge` | `defaults` under a board |
//! | `entry`, `device`, `light` | a board's keys |
//! | `select` | which boards a run takes |
//! | `status` | whether a board is free, without touching it |
//! | `schema` | the JSON Schema |

mod configuration;
mod device;
mod entry;
mod file;
mod light;
mod merge;
mod schema;
mod select;
mod status;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use self::configuration::ConfigurationError;
pub use self::schema::schema;
pub use self::select::{SelectError, Selection};
pub use self::status::{PortKind, State, Status, status};
use super::Limits;
use crate::provision::Request;
use crate::serial::PortSpec;
use crate::serial_target::Command;
use hil_scenario::Diagnostics;
use hil_targets::provision::Provisioner;

/// Where an inventory is looked for.
pub const DEFAULT_PATH: &str = "bench.yaml";

/// The boards of a bench.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// How long the phases of a board may take.
    pub limits: Limits,
    /// The boards, in the file's order; at least one, with ids and ports that differ.
    pub boards: Vec<BoardEntry>,
}

impl Inventory {
    /// Reads an inventory whose boards are told by `provisioner` what stands in `device`.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn load(path: &Path, provisioner: &dyn Provisioner) -> Result<Self, Diagnostics> {
        file::load(path, provisioner)
    }

    /// Reads one from memory; `path` is what errors call it, and what paths in it are relative to.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn load_text(
        path: &Path,
        text: impl Into<Vec<u8>>,
        provisioner: &dyn Provisioner,
    ) -> Result<Self, Diagnostics> {
        file::load_text(path, text.into(), provisioner)
    }
}

/// A board of the inventory, with `defaults` put in. Paths are relative to where the program runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardEntry {
    /// `id`: unique; lower-case letters, digits, `.`, `_`, `-`.
    pub id: String,
    /// `chip`
    pub chip: Chip,
    /// `port`
    pub port: PortSpec,
    /// `tags`
    pub tags: Vec<String>,
    /// `power`: switches its supply.
    pub power: Option<Command>,
    /// `reset`: resets it where DTR and RTS cannot.
    pub reset: Option<Command>,
    /// `light`: how it is known what its lights show.
    pub light: LightSource,
    /// `firmware`: what is flashed; `None`: it keeps its firmware.
    pub firmware: Option<FirmwareSource>,
    /// `partitions`: partition table as CSV; `None`: our own.
    pub partitions: Option<PathBuf>,
    /// `baud`: bits per second while flashing.
    pub baud: u32,
    /// `ready`: text of the serial line that says that it is ready; `None`: it is not waited for.
    pub ready: Option<String>,
    /// `topic-root`: put before every topic, with a slash at its end: `lab/3/`, or empty. `None`: the run's own choice.
    pub topic_root: Option<String>,
    /// `device`: its configuration; `None`: it keeps its own.
    pub device: Option<Request>,
}

/// A chip that boards have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Chip {
    /// ESP32-C3.
    Esp32c3,
}

impl Chip {
    /// `esp32c3`
    pub const fn name(self) -> &'static str {
        match self {
            Self::Esp32c3 => "esp32c3",
        }
    }
}

/// What is flashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirmwareSource {
    /// An ELF file.
    Elf(PathBuf),
    /// Our own, built now.
    Own,
    /// Our own for emulators, with the OpenCores Ethernet MAC.
    OwnOpenEth,
}

/// How it is known what a board's lights show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LightSource {
    /// It is not.
    None,
    /// The firmware reports each frame that it sends.
    Reported,
    /// The firmware measures its own data line, and reports that.
    Measured,
    /// A logic analyzer on the data line, by sigrok.
    Analyzer {
        /// sigrok's driver, perhaps with its connection: `fx2lafw`, `fx2lafw:conn=1.42`.
        driver: String,
        /// The channel on the data line: `D0`.
        channel: String,
        /// Samples per second.
        samplerate_hz: u64,
    },
}
