//! How long a board may take for what it goes through.

use std::time::Duration;

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
