//! What a machine did that can be seen from outside.

use crate::soc::{Edge, FlashOperation, Report, ResetCause, SerialPort};
use hil_sim_core::time::Instant;
use hil_sim_parts::ws2812;

/// Something that was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// What.
    pub what: What,
}

/// What was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum What {
    /// A byte came out of a serial port.
    Serial {
        /// Which port.
        port: SerialPort,
        /// The byte.
        byte: u8,
    },
    /// A chain of LEDs latched, or its waveform was wrong.
    Light {
        /// Index of the chain in [`Board::chains`](super::Board).
        chain: usize,
        /// What its decoder says; its times are nanoseconds since power was first applied.
        event: ws2812::Event,
    },
    /// The level of a GPIO with a probe changed.
    Edge(Edge),
    /// The flash chip's contents were changed.
    Flash(FlashOperation),
    /// The chip was reset.
    Reset(ResetCause),
    /// The firmware jumps to itself with interrupts off; only a reset can change that.
    Halted {
        /// The address of the jump.
        pc: u32,
    },
    /// The model noticed something.
    Report(Report),
}
