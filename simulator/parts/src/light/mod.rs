//! LEDs that shine with the current through them: single ones, in three colours, in a row, and as the segments of digits. What
//! an eye sees of them is measured over the edges at their pins. Not for LEDs that take data: those are in `ws2812`.

mod color;
mod digit;
mod meter;
mod part;

pub(crate) use part::PARTS;
pub use part::{Diodes, LED};
