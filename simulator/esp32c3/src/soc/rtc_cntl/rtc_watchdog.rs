//! The RTC watchdog, RWDT; TRM section 12.2.
//!
//! ESP-IDF's bootloader can be configured to leave it running with 9 s; here it is off when the firmware starts.

use crate::soc::clock::RC_SLOW;
use crate::soc::watchdog::{Action, Stage, Watchdog};
use hil_sim_core::chip::soc::Rate;
use hil_sim_core::time::Instant;

/// Offsets from WDTCONFIG0.
const CONFIG0: u32 = 0x00;
const CONFIG1: u32 = 0x04;
const CONFIG4: u32 = 0x10;
const FEED: u32 = 0x14;
const WPROTECT: u32 = 0x18;

/// Flash boot protection, which the bootloader has turned off, not included.
const CONFIG0_AT_ENTRY: u32 = 0x0001_2214;
const HOLD_RESET: [u32; 4] = [200_000, 80_000, 0xFFF, 0xFFF];
const KEY: u32 = 0x50D8_3AA1;

const PAUSE_IN_SLP: u32 = 1 << 9;
const PROCPU_RESET_EN: u32 = 1 << 11;
const FLASHBOOT_MOD_EN: u32 = 1 << 12;
const EN: u32 = 1 << 31;
const FEED_NOW: u32 = 1 << 31;
/// WDT_STG0; the other stages are below it, three bits each.
const STG0: u32 = 28;
/// Stage 0 lasts longer than its register says, by EFUSE_WDT_DELAY_SEL + 1 bits; that eFuse is not burnt.
const STAGE0_SHIFT: u32 = 1;

#[derive(Clone, Hash, Debug)]
pub(super) struct RtcWatchdog {
    config0: u32,
    hold: [u32; 4],
    key: u32,
    watchdog: Watchdog,
}

impl Default for RtcWatchdog {
    fn default() -> Self {
        Self { config0: CONFIG0_AT_ENTRY, hold: HOLD_RESET, key: 0, watchdog: Watchdog::new(RC_SLOW) }
    }
}

impl RtcWatchdog {
    /// After a reset: flash boot protection is on.
    pub(super) fn at_reset() -> Self {
        Self { config0: CONFIG0_AT_ENTRY | FLASHBOOT_MOD_EN, ..Self::default() }
    }

    /// Gives it its clock and its settings.
    pub(super) fn drive(&mut self, now: Instant, slow: Rate, asleep: bool) {
        let flash_boot = self.config0 & FLASHBOOT_MOD_EN != 0;
        let enabled = self.config0 & EN != 0;
        self.watchdog.set_rate(now, slow);
        self.watchdog.set_stages(std::array::from_fn(|stage| {
            let action = match self.config0 >> (STG0 - 3 * stage as u32) & 0b111 {
                _ if stage == 0 && flash_boot && !enabled => Action::ResetRtc,
                1 => Action::Interrupt,
                2 if self.config0 & PROCPU_RESET_EN != 0 => Action::ResetCpu,
                3 => Action::ResetSystem,
                4 => Action::ResetRtc,
                _ => Action::Off,
            };
            let shift = if stage == 0 { STAGE0_SHIFT } else { 0 };
            Stage { ticks: u64::from(self.hold[stage]) << shift, action }
        }));
        self.watchdog.run(now, enabled || flash_boot, asleep && self.config0 & PAUSE_IN_SLP != 0);
    }

    pub(super) fn take_due(&mut self, now: Instant) -> Option<Action> {
        self.watchdog.take_due(now)
    }

    pub(super) fn plan(&mut self, now: Instant, interrupt_raised: bool) -> Instant {
        self.watchdog.plan(now, interrupt_raised)
    }

    pub(super) fn read(&self, offset: u32) -> u32 {
        match offset {
            CONFIG0 => self.config0,
            CONFIG1..=CONFIG4 => self.hold[((offset - CONFIG1) / 4) as usize],
            WPROTECT => self.key,
            _ => 0,
        }
    }

    pub(super) fn write(&mut self, now: Instant, offset: u32, value: u32) {
        if offset == WPROTECT {
            self.key = value;
        }
        if self.key != KEY {
            return;
        }
        match offset {
            CONFIG0 => self.config0 = value,
            CONFIG1..=CONFIG4 => self.hold[((offset - CONFIG1) / 4) as usize] = value,
            FEED if value & FEED_NOW != 0 => self.watchdog.feed(now),
            _ => {}
        }
    }
}
