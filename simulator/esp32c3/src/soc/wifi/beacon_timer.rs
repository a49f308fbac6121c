//! The timer of target beacon transmission times: while a station is a member it wakes the driver for each beacon, so that the driver
//! notices when beacons are missing. `hal_set_sta_tbtt`, `hal_enable_sta_tbtt`, `hal_disable_sta_tbtt`.

use super::mac::WifiMac;
use hil_sim_core::time::{Instant, Span};

/// When the first one is: bits 25:0 of the timer, in µs.
const START: u32 = 0x2020;
const START_BITS: u32 = 26;
/// Bit 26 runs it.
const CONTROL: u32 = 0x2028;
const RUNS: u32 = 1 << 26;
/// The interval in units of 1024 µs in bits 15:0, and in 31:16 how many µs before each beacon it wakes.
const INTERVAL: u32 = 0x2030;
/// Which events of the part that stays awake interrupt.
pub(super) const BEACON_ENABLE: u32 = 0x2110;
/// The registers of the timer.
pub(super) const BEACON_FIRST: u32 = START;
pub(super) const BEACON_LAST: u32 = INTERVAL;
const UNIT_US: i64 = 1024;

/// The event.
pub(super) const EVENT_BEACON: u32 = 1 << 4;

impl WifiMac {
    /// When it wakes the driver next, behind a moment; never unless it runs.
    pub(super) fn next_beacon_time(&self, from: Instant) -> Instant {
        let interval = i64::from(self.register(INTERVAL) & 0xFFFF) * UNIT_US;
        let runs = self.register(CONTROL) & RUNS != 0 && self.register(BEACON_ENABLE) & EVENT_BEACON != 0;
        if !runs || interval == 0 {
            return Instant::NEVER;
        }
        let ahead = i64::from(self.register(INTERVAL) >> 16);
        // The difference of two times of 26 bits, with its sign.
        let now = self.timer(from) as u32;
        let unused = 32 - START_BITS;
        let since = (now.wrapping_sub(self.register(START)) << unused) as i32 >> unused;
        let left = interval - (i64::from(since) + ahead).rem_euclid(interval);
        from + Span::from_us(left.unsigned_abs())
    }
}
