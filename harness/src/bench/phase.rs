//! What a board goes through in a run.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A phase of a board, in the order of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It is taken for this run alone.
    Lock,
    /// The firmware is written into its flash.
    Flash,
    /// Its configuration is.
    Provision,
    /// It is reset and says that it is ready.
    Boot,
    /// It runs scenarios.
    Run,
    /// It is given back.
    Release,
}

impl Phase {
    /// As reports write it: `flash`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Flash => "flash",
            Self::Provision => "provision",
            Self::Boot => "boot",
            Self::Run => "run",
            Self::Release => "release",
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// How long each phase may take, in wall time. Scenarios have their own limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Waiting for another run to let go of the board.
    pub lock: Duration,
    /// Writing and verifying the firmware.
    pub flash: Duration,
    /// Writing the configuration.
    pub provision: Duration,
    /// From the reset to the line that says that it is ready.
    pub boot: Duration,
    /// Giving it back.
    pub release: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lock: Duration::from_secs(60),
            flash: Duration::from_secs(180),
            provision: Duration::from_secs(60),
            boot: Duration::from_secs(30),
            release: Duration::from_secs(15),
        }
    }
}
