//! Everything observed while a scenario runs, in one ordered, append-only record.
//!
//! Expectations search the journal from a cursor and wait for it to grow; they never race a callback. The same journal
//! feeds every report.

mod entry;
mod record;

pub use entry::{Direction, Entry, Evidence, FlashOp, Message, Observation, Payload, Rgb, SerialStream};
pub use record::{Journal, Position};
