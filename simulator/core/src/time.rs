//! Simulated time, in picoseconds: every clock of the chip (160, 80, 40, 20 and 16 MHz) has a whole number of them per
//! cycle, so that no timer drifts against another.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// A moment, in picoseconds since the machine was powered on. Reaches 213 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(u64);

/// A length of time, in picoseconds. Reaches 213 days; sums and products that would pass that stay there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(u64);

impl Instant {
    /// When the machine was powered on.
    pub const ZERO: Self = Self(0);
    /// A moment that never comes.
    pub const NEVER: Self = Self(u64::MAX);

    /// The moment that is this many picoseconds after power-on.
    #[must_use]
    pub const fn from_ps(ps: u64) -> Self {
        Self(ps)
    }

    /// The moment that is this many nanoseconds after power-on.
    #[must_use]
    pub const fn from_ns(ns: u64) -> Self {
        Self(ns.saturating_mul(1_000))
    }

    /// Picoseconds since power-on.
    #[must_use]
    pub const fn ps(self) -> u64 {
        self.0
    }

    /// Whole nanoseconds since power-on.
    #[must_use]
    pub const fn ns(self) -> u64 {
        self.0 / 1_000
    }

    /// How long after `earlier` this is; zero if it is not.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// This many picoseconds.
    #[must_use]
    pub const fn from_ps(ps: u64) -> Self {
        Self(ps)
    }

    /// This many nanoseconds.
    #[must_use]
    pub const fn from_ns(ns: u64) -> Self {
        Self(ns.saturating_mul(1_000))
    }

    /// This many microseconds.
    #[must_use]
    pub const fn from_us(us: u64) -> Self {
        Self(us.saturating_mul(1_000_000))
    }

    /// This many milliseconds.
    #[must_use]
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000_000_000))
    }

    /// This many cycles of a clock, rounded to the nearest picosecond.
    ///
    /// # Panics
    ///
    /// If `hz` is 0.
    #[must_use]
    pub const fn of_cycles(cycles: u64, hz: u32) -> Self {
        let ps = (cycles as u128 * 1_000_000_000_000 + hz as u128 / 2) / hz as u128;
        Self(if ps > u64::MAX as u128 { u64::MAX } else { ps as u64 })
    }

    /// How many whole cycles of a clock fit in.
    #[must_use]
    pub const fn cycles(self, hz: u32) -> u64 {
        (self.0 as u128 * hz as u128 / 1_000_000_000_000) as u64
    }

    /// Picoseconds.
    #[must_use]
    pub const fn ps(self) -> u64 {
        self.0
    }

    /// Whole nanoseconds.
    #[must_use]
    pub const fn ns(self) -> u64 {
        self.0 / 1_000
    }

    /// So many times as long.
    #[must_use]
    pub const fn times(self, n: u64) -> Self {
        Self(self.0.saturating_mul(n))
    }
}

impl Add<Span> for Instant {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Instant {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Add for Span {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Instant {
    /// Milliseconds with microseconds behind the point: `12.345 ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03} ms", self.0 / 1_000_000_000, self.0 / 1_000_000 % 1_000)
    }
}
