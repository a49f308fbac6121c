//! What a machine did that can be seen from outside.

use crate::soc::{FlashOperation, Report, ResetCause, SerialPort};
use hil_sim_core::circuit::Edge;
use hil_sim_core::part::PartEvent;
use hil_sim_core::time::Instant;

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
    Reset(ResetCause),
    /// The firmware jumps to itself with interrupts off; only a reset can change that.
    Halted {
        /// The address of the jump.
        pc: u32,
    },
    /// The model noticed something.
    Report(Report),
}
