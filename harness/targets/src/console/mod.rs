//! What a device prints, as lines: where they [end](LineEnds), how they read [without colours](plain), and which of them say
//! that the device has [died](ConsoleWatch) or begun anew.
//!
//! There is one such watch for all targets, so that the same console gets the same verdict on a board, on the simulator and in
//! Wokwi.

mod boots;
mod deaths;
mod lines;
mod log;
mod plain;
mod watch;

pub use boots::{OwnReset, own_reset};
pub use deaths::{Deaths, PatternError};
pub use lines::{LineEnds, Lines, Place};
pub use plain::plain;
pub use watch::ConsoleWatch;
