//! Colours as pulses on a WS2812's data line, in the unit of the ESP32's RMT peripheral, and pulses as colours.
//!
//! One tick is 12.5 ns (RMT clock of 80 MHz). Times are those of the WS2812B data sheet, each with a tolerance of
//! 150 ns there.

mod decode;
mod encode;
mod order;

pub use decode::{WrongWaveform, decode, uniform};
pub use encode::encode;
pub use order::{ColorOrder, UnknownColorOrder};

/// RMT ticks per microsecond.
pub const TICKS_PER_US: u16 = 80;
/// High time of a 0 bit: 400 ns.
pub const T0H: u16 = 32;
/// Low time of a 0 bit: 850 ns.
pub const T0L: u16 = 68;
/// High time of a 1 bit: 800 ns.
pub const T1H: u16 = 64;
/// Low time of a 1 bit: 450 ns.
pub const T1L: u16 = 36;
/// How far each of these times may be off: 150 ns.
pub const TOLERANCE: u16 = 12;
/// Pulses of one LED: a bit each.
pub const PULSES_PER_LED: usize = 24;
/// Low time that latches what was sent: 300 us, and 280 us are asked for. An RMT half-word holds 409 us at most.
pub const LATCH: u16 = 300 * TICKS_PER_US;

/// A high level, then a low one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pulse {
    /// Time at high level, in ticks of 12.5 ns. Never 0, which would be RMT's end marker.
    pub high_ticks: u16,
    /// Time at low level, in ticks of 12.5 ns. Never 0, and at most 32767.
    pub low_ticks: u16,
}
