//! How bytes look on the wire: the shape of a frame and the length of a bit.

use super::registers::{clk_conf, conf0, field};
use crate::soc::clock::{Clocks, RC_FAST_HZ, XTAL_HZ};
use hil_sim_core::time::Span;

/// Parity bit of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Parity {
    None,
    Even,
    Odd,
}

/// The shape of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Format {
    /// 5 to 8.
    pub(crate) data_bits: u8,
    pub(crate) parity: Parity,
    /// Length of the stop bit in half bits: 2 to 4.
    pub(crate) stop_halves: u8,
}

/// The levels of a frame's bits: bit 0 is the start bit. What follows [`count`](Self::count) is the stop bit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Pattern {
    bits: u16,
    /// Bits before the stop bit.
    pub(super) count: u8,
    stop_halves: u8,
}

/// What the bits that were sampled mean.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Decoded {
    pub(super) byte: u8,
    pub(super) parity_error: bool,
    /// The stop bit was low.
    pub(super) frame_error: bool,
    /// All bits and the stop bit were low.
    pub(super) is_break: bool,
}

impl Format {
    /// 8N1.
    pub(crate) const COMMON: Self = Self { data_bits: 8, parity: Parity::None, stop_halves: 2 };

    /// What CONF0 asks for.
    pub(super) fn from_conf0(register: u32) -> Self {
        let parity = match (register & conf0::PARITY_EN != 0, register & conf0::PARITY != 0) {
            (false, _) => Parity::None,
            (true, false) => Parity::Even,
            (true, true) => Parity::Odd,
        };
        Self {
            data_bits: 5 + field(register, conf0::BIT_NUM_SHIFT, 2) as u8,
            parity,
            // 1: one bit, 2: one and a half, 3: two.
            stop_halves: 1 + field(register, conf0::STOP_BIT_NUM_SHIFT, 2).max(1) as u8,
        }
    }

    /// Bits before the stop bit.
    pub(super) fn count(self) -> u8 {
        1 + self.data_bits + u8::from(self.parity != Parity::None)
    }

    fn mask(self) -> u8 {
        u8::MAX >> (8 - self.data_bits)
    }

    fn parity_bit(self, byte: u8) -> bool {
        let odd = byte.count_ones() % 2 == 1;
        odd ^ (self.parity == Parity::Odd)
    }

    pub(super) fn encode(self, byte: u8) -> Pattern {
        let byte = byte & self.mask();
        let parity = if self.parity == Parity::None { 0 } else { u16::from(self.parity_bit(byte)) };
        let bits = u16::from(byte) << 1 | parity << (1 + self.data_bits);
        Pattern { bits, count: self.count(), stop_halves: self.stop_halves }
    }

    /// The meaning of samples of all bits, the stop bit included.
    pub(super) fn decode(self, samples: u16) -> Decoded {
        let byte = (samples >> 1) as u8 & self.mask();
        let parity = samples >> (1 + self.data_bits) & 1 == 1;
        let frame_error = samples >> self.count() & 1 == 0;
        Decoded {
            byte,
            parity_error: self.parity != Parity::None && parity != self.parity_bit(byte),
            frame_error,
            is_break: samples == 0,
        }
    }
}

impl Pattern {
    /// The level of a bit; high from the stop bit on.
    pub(super) fn level(self, bit: u64) -> bool {
        bit >= u64::from(self.count) || self.bits >> bit & 1 == 1
    }

    /// How long the whole frame is.
    pub(super) fn length(self, bit: Span) -> Span {
        Span::from_ps(bit.ps().saturating_mul(2 * u64::from(self.count) + u64::from(self.stop_halves)) / 2)
    }
}

/// The clock of the baud rate generators in hertz, before CLK_CONF's divider; `None` if it stands.
pub(super) fn source_hz(clk_conf: u32, clocks: Clocks) -> Option<u32> {
    if clk_conf & clk_conf::SCLK_EN == 0 {
        return None;
    }
    match field(clk_conf, 20, 2) {
        clk_conf::SOURCE_APB => Some(clocks.apb_hz),
        clk_conf::SOURCE_RC_FAST => Some(RC_FAST_HZ),
        clk_conf::SOURCE_XTAL => Some(XTAL_HZ),
        _ => None,
    }
}

/// How long a number of cycles of the divided clock is, given in sixteenths.
pub(super) fn cycles(clk_conf: u32, clocks: Clocks, sixteenths: u64) -> Option<Span> {
    let hz = u128::from(source_hz(clk_conf, clocks)?).max(1);
    // SCLK_DIV_NUM + 1 + SCLK_DIV_B / SCLK_DIV_A.
    let whole = u128::from(field(clk_conf, 12, 8) + 1);
    let (b, a) = (u128::from(field(clk_conf, 6, 6)), u128::from(field(clk_conf, 0, 6)));
    let (numerator, denominator) = if a == 0 { (whole, 1) } else { (whole * a + b, a) };
    let divisor = 16 * denominator * hz;
    let ps = (1_000_000_000_000 * u128::from(sixteenths) * numerator + divisor / 2) / divisor;
    Some(Span::from_ps(u64::try_from(ps).unwrap_or(u64::MAX)))
}

/// The length of a bit; `None` if there is no clock.
pub(super) fn bit_length(clkdiv: u32, clk_conf: u32, clocks: Clocks) -> Option<Span> {
    let sixteenths = u64::from(16 * field(clkdiv, 0, 12) + field(clkdiv, 20, 4));
    cycles(clk_conf, clocks, sixteenths).filter(|bit| *bit > Span::ZERO)
}
