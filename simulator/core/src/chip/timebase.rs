//! Which moment a cycle of the core begins in.

use crate::time::{Instant, Span};

/// The core's clock. Its frequency changes; its count of cycles does not start again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Timebase {
    cycle: u64,
    at: Instant,
    ps_per_cycle: u64,
}

impl Timebase {
    /// From this cycle and moment on the core runs at `hz`.
    pub fn new(cycle: u64, at: Instant, hz: u32) -> Self {
        Self { cycle, at, ps_per_cycle: Span::of_cycles(1, hz).ps() }
    }

    /// When a cycle begins. Cycles before the last change of frequency count as that moment.
    pub fn time(&self, cycle: u64) -> Instant {
        self.at + Span::from_ps(cycle.saturating_sub(self.cycle).saturating_mul(self.ps_per_cycle))
    }

    /// The first cycle that does not begin before a moment.
    pub fn cycle(&self, at: Instant) -> u64 {
        self.cycle.saturating_add(at.since(self.at).ps().div_ceil(self.ps_per_cycle))
    }
}
