//! How scenario time passes.
//!
//! Everything of a scenario (device, network, broker where it is embedded, observer, runner) runs on one
//! single-threaded tokio runtime, on tokio's clock. On simulated targets that clock is paused: when nothing is left to
//! do it jumps to the next timer. With the embedded broker nothing is ever "on its way" outside the runtime, so a jump can
//! overtake nothing. With an external broker answers travel in wall time: while one is [`Due`], the clock follows the
//! wall clock instead of jumping.

mod due;
mod wall;

pub use due::{Due, DueGuard};
pub use wall::{wall_sleep, wall_timeout};

use std::io;

/// How a scenario's clock moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Jumps to the next timer when nothing is left to do. For scenarios that are wholly inside the runtime.
    Jump,
    /// Jumps, but follows the wall clock while an answer from outside is due.
    JumpWhenQuiet,
    /// Is the wall clock.
    WallClock,
}

/// A runtime whose clock moves as `pace` says. With [`Pace::JumpWhenQuiet`], [`Due::keep_pace`] must run on it.
///
/// # Errors
/// The operating system refuses the I/O driver.
pub fn runtime(pace: Pace) -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(pace != Pace::WallClock).build()
}
