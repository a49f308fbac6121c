//! A timer of LEDC: counts up to its resolution and begins again. Computed from time when somebody looks.

use hil_sim_core::chip::soc::{Pace, Ticker};
use hil_sim_core::time::Instant;

// TIMERn_CONF.
const PAUSE: u32 = 1 << 22;
const RST: u32 = 1 << 23;
const PARA_UP: u32 = 1 << 25;
const CONF_RESET: u32 = RST;
const CONF_BITS: u32 = 0x01FF_FFFF;

/// The greatest resolution in bits: counters and HPOINT have as many.
const MOST_BITS: u32 = 14;
/// CLK_DIV has 8 bits behind the point.
const DIVIDER_ONE: u32 = 1 << 8;

/// A timer's register and state.
#[derive(Clone, Hash, Debug)]
pub(super) struct Timer {
    conf: u32,
    /// CONF as of the last PARA_UP that has taken effect.
    active: u32,
    update_waits: bool,
    /// Its clock, counted on over overflows.
    ticker: Ticker,
    /// Overflows before the ticker was set up.
    overflows_before: u64,
    /// Overflows of which the channels were told.
    told: u64,
}

impl Default for Timer {
    fn default() -> Self {
        Self {
            conf: CONF_RESET,
            active: CONF_RESET,
            update_waits: false,
            ticker: Ticker::new(Pace::STOPPED, Instant::ZERO),
            overflows_before: 0,
            told: 0,
        }
    }
}

impl Timer {
    pub(super) fn conf(&self) -> u32 {
        self.conf | if self.update_waits { PARA_UP } else { 0 }
    }

    pub(super) fn write_conf(&mut self, now: Instant, source_hz: u32, value: u32) {
        let ran = self.runs(source_hz);
        self.conf = value & CONF_BITS;
        self.update_waits |= value & PARA_UP != 0;
        if self.conf & RST != 0 {
            self.ticker = Ticker::new(Pace::STOPPED, now);
            (self.overflows_before, self.told) = (0, 0);
        }
        if self.update_waits && !(ran && self.runs(source_hz)) {
            self.update(now, source_hz);
        } else {
            self.set_up(now, source_hz);
        }
    }

    /// The settings that waited take effect: with the next overflow, or at once if none will come.
    pub(super) fn update(&mut self, now: Instant, source_hz: u32) {
        if std::mem::take(&mut self.update_waits) {
            // The count keeps its place if it is still within the period.
            let count = self.count(now);
            self.overflows_before = self.overflow(now);
            self.active = self.conf;
            self.ticker = Ticker::resumed(self.pace(source_hz), now, count % self.period());
        }
    }

    /// Goes on with the clock that there is now.
    pub(super) fn set_up(&mut self, now: Instant, source_hz: u32) {
        self.ticker.change(self.pace(source_hz), now);
    }

    /// Whether it counts.
    pub(super) fn runs(&self, source_hz: u32) -> bool {
        self.pace(source_hz) != Pace::STOPPED
    }

    fn pace(&self, source_hz: u32) -> Pace {
        let divider = self.active >> 4 & 0x3_FFFF;
        if self.conf & (RST | PAUSE) != 0 || divider < DIVIDER_ONE || source_hz == 0 {
            return Pace::STOPPED;
        }
        Pace { source_hz, cycles: divider, over: DIVIDER_ONE }
    }

    /// Counts from one overflow to the next.
    pub(super) fn period(&self) -> u64 {
        1 << (self.active & 0xF).min(MOST_BITS)
    }

    /// The counter.
    pub(super) fn count(&self, now: Instant) -> u64 {
        self.ticker.tick(now) % self.period()
    }

    /// How many times it has overflowed.
    pub(super) fn overflow(&self, now: Instant) -> u64 {
        self.overflows_before.wrapping_add(self.ticker.tick(now) / self.period())
    }

    /// Whether it has overflowed since this was last asked.
    pub(super) fn take_overflow(&mut self, now: Instant) -> bool {
        let overflow = self.overflow(now);
        std::mem::replace(&mut self.told, overflow) != overflow
    }

    /// When it will have counted so far, in this period or beyond it.
    pub(super) fn when(&self, now: Instant, count: u64) -> Instant {
        let tick = self.ticker.tick(now);
        self.ticker.at(tick - tick % self.period() + count)
    }

    pub(super) fn update_waits(&self) -> bool {
        self.update_waits
    }
}
