//! The shape of a frame, and the levels of its bits.

use crate::time::Span;

/// Parity bit of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Parity {
    /// There is none.
    None,
    /// The ones of data and parity together are even in number.
    Even,
    /// They are odd in number.
    Odd,
}

/// The shape of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Format {
    /// 5 to 8.
    pub data_bits: u8,
    /// The bit behind the data.
    pub parity: Parity,
    /// Length of the stop bit in half bits: 2 to 4.
    pub stop_halves: u8,
}

/// The levels of a frame's bits: bit 0 is the start bit. What follows [`Format::count`] bits is the stop bit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Pattern {
    bits: u16,
    count: u8,
    stop_halves: u8,
}

/// What the bits that were sampled mean.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Decoded {
    /// The data bits.
    pub byte: u8,
    /// The parity bit is not that of the data.
    pub parity_error: bool,
    /// The stop bit was low.
    pub frame_error: bool,
    /// All bits and the stop bit were low.
    pub is_break: bool,
}

impl Format {
    /// 8N1.
    pub const COMMON: Self = Self { data_bits: 8, parity: Parity::None, stop_halves: 2 };

    /// Whether it has eight data bits and no parity.
    pub fn is_common(self) -> bool {
        (self.data_bits, self.parity) == (Self::COMMON.data_bits, Self::COMMON.parity)
    }

    /// The same with a parity bit: 8E1 of 8N1.
    #[must_use]
    pub const fn with_parity(self, parity: Parity) -> Self {
        Self { parity, ..self }
    }

    /// Bits before the stop bit.
    pub fn count(self) -> u8 {
        1 + self.data_bits + u8::from(self.parity != Parity::None)
    }

    fn mask(self) -> u8 {
        u8::MAX >> (8 - self.data_bits)
    }

    fn parity_bit(self, byte: u8) -> bool {
        let odd = byte.count_ones() % 2 == 1;
        odd ^ (self.parity == Parity::Odd)
    }

    /// The levels of a frame with this byte; bits beyond the data bits are left out.
    pub fn encode(self, byte: u8) -> Pattern {
        let byte = byte & self.mask();
        let parity = if self.parity == Parity::None { 0 } else { u16::from(self.parity_bit(byte)) };
        let bits = u16::from(byte) << 1 | parity << (1 + self.data_bits);
        Pattern { bits, count: self.count(), stop_halves: self.stop_halves }
    }

    /// The meaning of samples of all bits, the stop bit included; the start bit is the lowest.
    pub fn decode(self, samples: u16) -> Decoded {
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
    pub fn level(self, bit: u64) -> bool {
        bit >= u64::from(self.count) || self.bits >> bit & 1 == 1
    }

    /// The first bit after this one that has another level; none if the level stays until the frame ends.
    pub fn next_change(self, bit: u64) -> Option<u64> {
        let level = self.level(bit);
        (bit + 1..=u64::from(self.count)).find(|next| self.level(*next) != level)
    }

    /// How long the whole frame is.
    pub fn length(self, bit: Span) -> Span {
        Span::from_ps(bit.ps().saturating_mul(2 * u64::from(self.count) + u64::from(self.stop_halves)) / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_begins_low_and_ends_high_with_the_lowest_bit_first() {
        let pattern = Format::COMMON.encode(0b0100_1101);
        let levels: Vec<bool> = (0..10).map(|bit| pattern.level(bit)).collect();
        assert_eq!(levels, [false, true, false, true, true, false, false, true, false, true]);
        assert_eq!(pattern.length(Span::from_us(10)), Span::from_us(100));
    }

    #[test]
    fn parity_makes_the_ones_even_or_odd() {
        let even = Format::COMMON.with_parity(Parity::Even);
        let odd = Format::COMMON.with_parity(Parity::Odd);
        assert_eq!([even, odd].map(|format| format.encode(0b111).level(9)), [true, false]);
        let samples = 0b111 << 1 | 1 << 9 | 1 << 10;
        assert!(!even.decode(samples).parity_error && odd.decode(samples).parity_error);
    }

    #[test]
    fn a_low_stop_bit_is_an_error_and_all_low_a_break() {
        let decoded = Format::COMMON.decode(0b110);
        assert_eq!((decoded.byte, decoded.frame_error, decoded.is_break), (3, true, false));
        assert!(Format::COMMON.decode(0).is_break);
    }
}
