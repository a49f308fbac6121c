//! The times of the WS2812B data sheet (Worldsemi, "Data transfer time"), in nanoseconds.

use std::fmt;
use std::ops::RangeInclusive;

/// How far each of the four pulse times may be off; data sheet: ±150 ns.
pub const TOLERANCE_NS: u64 = 150;

/// A low level of at least this long latches the frame; data sheet: "RES, low voltage time, above 280 µs".
pub const RESET_NS: u64 = 280_000;

/// From this long up to [`RESET_NS`] a low level is neither a data pulse nor a reset.
///
/// The data sheet leaves the range open, and that of the first WS2812 asks for a reset of only 50 µs: a frame with such a
/// pause shows differently from one batch of LEDs to the next. That it begins at 5 µs is a choice of this crate.
pub const AMBIGUOUS_LOW_NS: u64 = 5_000;

/// A high pulse of at least this long is read as a one: half way between T0H and T1H.
pub const ONE_FROM_NS: u64 = 600;

/// The four pulse times of the data sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PulseTime {
    /// High time of a zero, 0.40 µs.
    T0H,
    /// Low time of a zero, 0.85 µs.
    T0L,
    /// High time of a one, 0.80 µs.
    T1H,
    /// Low time of a one, 0.45 µs.
    T1L,
}

impl PulseTime {
    /// The high time of a bit.
    pub const fn high(bit: bool) -> Self {
        if bit { Self::T1H } else { Self::T0H }
    }

    /// The low time of a bit.
    pub const fn low(bit: bool) -> Self {
        if bit { Self::T1L } else { Self::T0L }
    }

    /// The data sheet's typical value in nanoseconds.
    pub const fn nominal_ns(self) -> u64 {
        match self {
            Self::T0H => 400,
            Self::T0L => 850,
            Self::T1H => 800,
            Self::T1L => 450,
        }
    }

    /// The values that the data sheet allows, in nanoseconds.
    pub const fn allowed_ns(self) -> RangeInclusive<u64> {
        self.nominal_ns() - TOLERANCE_NS..=self.nominal_ns() + TOLERANCE_NS
    }
}

impl fmt::Display for PulseTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::T0H => "T0H",
            Self::T0L => "T0L",
            Self::T1H => "T1H",
            Self::T1L => "T1L",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_allowed_ranges_are_those_of_the_data_sheet() {
        assert_eq!(PulseTime::T0H.allowed_ns(), 250..=550);
        assert_eq!(PulseTime::T0L.allowed_ns(), 700..=1_000);
        assert_eq!(PulseTime::T1H.allowed_ns(), 650..=950);
        assert_eq!(PulseTime::T1L.allowed_ns(), 300..=600);
    }

    #[test]
    fn every_allowed_high_time_is_read_as_its_own_bit() {
        assert!(*PulseTime::T0H.allowed_ns().end() < ONE_FROM_NS);
        assert!(*PulseTime::T1H.allowed_ns().start() >= ONE_FROM_NS);
    }
}
