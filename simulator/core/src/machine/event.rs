//! What a machine did that can be seen from outside.

use crate::air::AirEvent;
use crate::chip::{FlashOperation, Report};
use crate::circuit::Edge;
use crate::part::PartEvent;
use crate::time::Instant;

/// Something that was seen. `Port` and `Reset` are the chip's serial ports and causes of resets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event<Port, Reset> {
    /// When.
    pub at: Instant,
    /// What.
    pub what: What<Port, Reset>,
}

/// What was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum What<Port, Reset> {
    /// A byte came out of a serial port.
    Serial {
        /// Which port.
        port: Port,
        /// The byte.
        byte: u8,
    },
    /// A part has told of something.
    Part {
        /// Its index on the board: see [`Machine::part_id`](super::Machine::part_id).
        part: usize,
        /// What happened.
        event: PartEvent,
    },
    /// The level of a GPIO changed that is [watched](super::Machine::watch).
    Edge(Edge),
    /// The flash chip's contents were changed.
    Flash(FlashOperation),
    /// The chip was reset.
    Reset(Reset),
    /// The firmware jumps to itself with interrupts off; only a reset can change that.
    Halted {
        /// The address of the jump.
        pc: u32,
    },
    /// Something happened between an access point and the radio.
    Air(AirEvent),
    /// The model noticed something.
    Report(Report),
}
