//! Why a device cannot be told what it is to know.

use std::path::PathBuf;

/// Why a device cannot be provisioned. No message holds a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProvisionError {
    /// `device:` has a key that the provisioner does not know.
    #[error("`device:` has the key `{key}`, which provisioner {provisioner} does not know{}", hint(guess, known))]
    UnknownKey {
        /// The key.
        key: String,
        /// The provisioner.
        provisioner: String,
        /// ``did you mean `led-count`?``
        guess: Option<String>,
        /// The keys that it knows, as a list in words.
        known: String,
    },
    /// A value cannot be.
    #[error("{key} cannot be this: {problem}")]
    Value {
        /// The key, as the user writes it.
        key: String,
        /// Why not.
        problem: String,
    },
    /// The flash has no such partition.
    #[error("the flash has no partition `{0}`; name a table that has one: --partitions FILE")]
    NoPartition(String),
    /// The flash has no partition table.
    #[error("the flash has no partition table: {0}")]
    NoTable(String),
    /// More than a partition, or the flash, has room for.
    #[error("{what} needs {needed} bytes, and there are {room} in {place}")]
    NoRoom {
        /// What.
        what: String,
        /// Bytes.
        needed: usize,
        /// Bytes.
        room: usize,
        /// The partition.
        place: String,
    },
    /// The flash cannot be read.
    #[error("the device's flash cannot be read: {0}")]
    Flash(String),
    /// A file of the provisioner cannot be read, or is wrong.
    #[error("{}{}: {problem}", path.display(), line.map_or_else(String::new, |line| format!(":{line}")))]
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: Option<usize>,
        /// What is wrong.
        problem: String,
    },
    /// A value is needed that nobody has given.
    #[error("{by} needs {what}, which nobody has given: {remedy}")]
    Missing {
        /// What asks for it.
        by: String,
        /// What is missing: `${wifi.ssid}`.
        what: String,
        /// How it is given.
        remedy: String,
    },
    /// This device, or this target, cannot be provisioned so.
    #[error("{0}")]
    Impossible(String),
}

fn hint(guess: &Option<String>, known: &str) -> String {
    guess.as_ref().map_or_else(|| format!("; it knows {known}"), |guess| format!(": {guess}"))
}
