//! An edge at a pad.

use crate::time::Instant;

/// The level of a GPIO's net changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Edge {
    /// When.
    pub at: Instant,
    /// Which GPIO, by its number on the chip.
    pub gpio: u8,
    /// Its level from now on.
    pub level: bool,
}
