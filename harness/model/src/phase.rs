//! What a board goes through in a run.

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
