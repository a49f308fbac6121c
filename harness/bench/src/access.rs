//! Having a board for oneself.

use std::time::Duration;

use crate::serial::PortSpec;

/// A way to a board that others use too.
pub trait Access: Send + Sync {
    /// Takes the board. Waits at most `limit` for others to let go of it, and ends early when `is_cancelled`.
    ///
    /// # Errors
    /// Somebody else keeps it, or there is no such board.
    fn acquire(&self, limit: Duration, is_cancelled: &dyn Fn() -> bool) -> Result<Grant, AccessError>;
}

/// A board that is ours now.
pub struct Grant {
    /// Its serial port.
    pub port: PortSpec,
    /// What keeps it.
    pub held: Box<dyn Held>,
}

/// Keeps a board. Dropping it gives the board back too, as far as that can be done without being told of errors.
pub trait Held: Send {
    /// Gives the board back.
    ///
    /// # Errors
    /// It could not be given back: others may find it taken.
    fn release(self: Box<Self>) -> Result<(), AccessError>;
}

/// Why a board is not ours, or not given back.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub struct AccessError {
    /// What is wrong: `it is in use by ann@ci2 (process 4711) since 12:01:07`.
    pub problem: String,
    /// What to do about it.
    pub help: String,
}

impl AccessError {
    /// An error and its remedy.
    pub fn new(problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self { problem: problem.into(), help: help.into() }
    }
}
