//! The super watchdog, SWD: an analogue circuit that resets the chip if it is not fed for about a second; TRM section
//! 12.3. The manual does not say when it asks for food; here it is after half of that.

use crate::soc::reset::ResetCause;
use hil_sim_core::time::{Instant, Span};

/// A signal of 300 cycles; not fed automatically.
const CONF_RESET: u32 = 0x04B0_0000;
const KEY: u32 = 0x8F1D_312A;

const RESET_FLAG: u32 = 1 << 0;
const FEED_INT: u32 = 1 << 1;
const BYPASS_RST: u32 = 1 << 17;
const RST_FLAG_CLR: u32 = 1 << 28;
const FEED: u32 = 1 << 29;
const DISABLE: u32 = 1 << 30;
const AUTO_FEED_EN: u32 = 1 << 31;

const HUNGRY: Span = Span::from_ms(500);
const BITES: Span = Span::from_ms(1_000);

#[derive(Clone, Hash, Debug)]
pub(super) struct SuperWatchdog {
    conf: u32,
    key: u32,
    fed: Instant,
    /// It has bitten since it was fed.
    bitten: bool,
}

impl SuperWatchdog {
    /// As the bootloader leaves it after this reset: feeding itself.
    pub(super) fn after(cause: ResetCause) -> Self {
        let flag = if cause == ResetCause::SuperWatchdog { RESET_FLAG } else { 0 };
        Self { conf: CONF_RESET | AUTO_FEED_EN | flag, key: 0, fed: Instant::ZERO, bitten: false }
    }

    /// What the bootloader does.
    pub(super) fn feed_by_itself(&mut self) {
        self.conf |= AUTO_FEED_EN;
        self.key = 0;
    }

    /// After a reset it wants to be fed, from now on.
    pub(super) fn starve(&mut self, now: Instant) {
        self.conf &= !AUTO_FEED_EN;
        (self.key, self.fed, self.bitten) = (0, now, false);
    }

    fn counts(&self) -> bool {
        self.conf & (DISABLE | AUTO_FEED_EN) == 0
    }

    /// Whether it wants to be fed.
    pub(super) fn is_hungry(&self, now: Instant) -> bool {
        self.counts() && now.since(self.fed) >= HUNGRY
    }

    /// Whether it resets the chip now.
    pub(super) fn take_bite(&mut self, now: Instant) -> bool {
        let bites = self.counts() && !self.bitten && now.since(self.fed) >= BITES;
        self.bitten |= bites;
        bites && self.conf & BYPASS_RST == 0
    }

    /// When it will want something.
    pub(super) fn next(&self, now: Instant) -> Instant {
        match now.since(self.fed) {
            _ if !self.counts() || self.bitten => Instant::NEVER,
            since if since < HUNGRY => self.fed + HUNGRY,
            _ => self.fed + BITES,
        }
    }

    pub(super) fn conf(&self, now: Instant) -> u32 {
        self.conf | if self.is_hungry(now) { FEED_INT } else { 0 }
    }

    pub(super) fn set_conf(&mut self, now: Instant, value: u32) {
        if self.key != KEY {
            return;
        }
        let counted = self.counts();
        let flag = if value & RST_FLAG_CLR != 0 { 0 } else { self.conf & RESET_FLAG };
        self.conf = value & !(RESET_FLAG | FEED_INT | RST_FLAG_CLR | FEED) | flag;
        if value & FEED != 0 || !counted {
            (self.fed, self.bitten) = (now, false);
        }
    }

    pub(super) fn key(&self) -> u32 {
        self.key
    }

    pub(super) fn set_key(&mut self, value: u32) {
        self.key = value;
    }
}
