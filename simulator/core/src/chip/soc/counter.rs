//! A counter that a clock drives, computed from time when somebody looks. For timers and watchdogs.

use crate::time::{Instant, Span};

const PS_PER_SECOND: u64 = 1_000_000_000_000;

/// A clock with a divider behind it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rate {
    hz: u32,
    divider: u32,
    /// Picoseconds of a tick, if it has a whole number of them; otherwise 0.
    tick: u64,
}

impl Rate {
    /// A clock of `hz`, divided; a frequency or divider of 0 counts as 1.
    pub const fn new(hz: u32, divider: u32) -> Self {
        let hz = if hz == 0 { 1 } else { hz };
        let divider = if divider == 0 { 1 } else { divider };
        let tick = if PS_PER_SECOND.is_multiple_of(hz as u64) { PS_PER_SECOND / hz as u64 } else { 0 };
        Self { hz, divider, tick: tick.saturating_mul(divider as u64) }
    }

    /// Whole ticks in a span.
    pub fn ticks(self, span: Span) -> u64 {
        span.ps().checked_div(self.tick).unwrap_or_else(|| span.cycles(self.hz) / u64::from(self.divider))
    }

    /// The shortest span with so many ticks in it.
    pub fn span(self, ticks: u64) -> Span {
        let cycles = u128::from(ticks) * u128::from(self.divider);
        let ps = cycles.saturating_mul(PS_PER_SECOND.into()).div_ceil(u128::from(self.hz));
        Span::from_ps(u64::try_from(ps).unwrap_or(u64::MAX))
    }
}

/// Ticks of a clock since something, while it runs.
#[derive(Clone, Copy, Hash, Debug)]
pub struct Counter {
    count: u64,
    /// When it had that count; of a counter that runs also where its prescaler stood at 0.
    at: Instant,
    rate: Rate,
    running: bool,
}

impl Counter {
    /// Stands at 0.
    pub const fn stopped(rate: Rate) -> Self {
        Self { count: 0, at: Instant::ZERO, rate, running: false }
    }

    /// Runs from 0 since power-on.
    pub const fn running(rate: Rate) -> Self {
        Self { count: 0, at: Instant::ZERO, rate, running: true }
    }

    /// The count, without wrapping.
    pub fn count(&self, now: Instant) -> u64 {
        if self.running { self.count.wrapping_add(self.rate.ticks(now.since(self.at))) } else { self.count }
    }

    /// Gives it a count; its prescaler begins anew.
    pub fn set(&mut self, now: Instant, count: u64) {
        (self.count, self.at) = (count, now);
    }

    /// Changes the clock. A tick that has begun is forgotten.
    pub fn set_rate(&mut self, now: Instant, rate: Rate) {
        if self.rate != rate {
            self.set(now, self.count(now));
            self.rate = rate;
        }
    }

    /// Starts or stops it. A tick that has begun when it stops is forgotten.
    pub fn run(&mut self, now: Instant, running: bool) {
        if self.running != running {
            self.set(now, self.count(now));
            self.running = running;
        }
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// When it will have counted `ticks` more than now. Never, if it stands.
    pub fn after(&self, now: Instant, ticks: u64) -> Instant {
        if !self.running {
            return Instant::NEVER;
        }
        let counted = self.rate.ticks(now.since(self.at));
        self.at + self.rate.span(counted.saturating_add(ticks))
    }
}
