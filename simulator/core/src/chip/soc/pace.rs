//! Which moment a tick of a clock is that makes edges on pins: a source divided by a fraction. For RMT, LEDC and the
//! sigma-delta modulators.

use crate::time::{Instant, Span};

const PS_PER_SECOND: u128 = 1_000_000_000_000;

/// A clock, as a fraction of the frequency that it is made from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Pace {
    /// Frequency of the source; 0 is a clock that stands still.
    pub source_hz: u32,
    /// A tick is so many cycles of the source, divided by [`over`](Self::over).
    pub cycles: u32,
    /// At least 1.
    pub over: u32,
}

impl Pace {
    /// A clock that stands still.
    pub const STOPPED: Self = Self { source_hz: 0, cycles: 1, over: 1 };

    /// The same clock divided by `divider`.
    pub fn divided(self, divider: u32) -> Self {
        Self { cycles: self.cycles.saturating_mul(divider.max(1)), ..self }
    }
}

/// Counts the ticks of a clock since it was started. Only the count is added up, so that nothing is rounded twice. A
/// fraction of the source's cycles makes ticks of two lengths, as a divider on the chip does.
#[derive(Clone, Copy, Hash, Debug)]
pub struct Ticker {
    pace: Pace,
    origin: Instant,
    /// The tick that began at the origin.
    base: u64,
}

impl Ticker {
    /// Its tick 0 begins at a moment.
    pub fn new(pace: Pace, origin: Instant) -> Self {
        Self { pace, origin, base: 0 }
    }

    /// Goes on from a count.
    pub fn resumed(pace: Pace, origin: Instant, base: u64) -> Self {
        Self { pace, origin, base }
    }

    /// When a tick begins.
    pub fn at(&self, tick: u64) -> Instant {
        let Pace { source_hz, cycles, over } = self.pace;
        if source_hz == 0 {
            return Instant::NEVER;
        }
        let whole = (u128::from(tick.saturating_sub(self.base)) * u128::from(cycles)).div_ceil(u128::from(over.max(1)));
        let ps = whole.saturating_mul(PS_PER_SECOND).div_ceil(u128::from(source_hz));
        self.origin + Span::from_ps(u64::try_from(ps).unwrap_or(u64::MAX))
    }

    /// The tick that a moment is in.
    pub fn tick(&self, at: Instant) -> u64 {
        let Pace { source_hz, cycles, over } = self.pace;
        let whole = u128::from(at.since(self.origin).ps()) * u128::from(source_hz) / PS_PER_SECOND;
        let ticks = whole.saturating_mul(u128::from(over)) / u128::from(cycles.max(1));
        self.base.saturating_add(u64::try_from(ticks).unwrap_or(u64::MAX))
    }

    /// The clock runs at another pace from now on; the tick that it is in begins again.
    pub fn change(&mut self, pace: Pace, now: Instant) {
        if self.pace != pace {
            *self = Self { pace, origin: now, base: self.tick(now) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_of_a_fraction_begin_with_cycles_of_the_source() {
        // 80 MHz divided by 2 1/3.
        let ticker = Ticker::new(Pace { source_hz: 80_000_000, cycles: 7, over: 3 }, Instant::from_ps(1));
        let cycles: Vec<u64> = (0..5).map(|tick| (ticker.at(tick).ps() - 1) / 12_500).collect();
        assert_eq!(cycles, [0, 3, 5, 7, 10]);
        assert!((0..1_000).all(|tick| ticker.tick(ticker.at(tick)) == tick));
    }

    #[test]
    fn a_source_without_whole_picoseconds_does_not_drift() {
        let ticker = Ticker::new(Pace { source_hz: 17_500_000, cycles: 1, over: 1 }, Instant::ZERO);
        assert_eq!(ticker.at(1).ps(), 57_143);
        assert_eq!(ticker.at(17_500_000).ps(), 1_000_000_000_000);
        assert!((0..1_000).all(|tick| ticker.tick(ticker.at(tick)) == tick));
    }

    #[test]
    fn a_clock_that_stands_still_never_ticks() {
        let ticker = Ticker::new(Pace::STOPPED, Instant::ZERO);
        assert_eq!(ticker.at(1), Instant::NEVER);
        assert_eq!(ticker.tick(Instant::from_ns(5)), 0);
    }
}
