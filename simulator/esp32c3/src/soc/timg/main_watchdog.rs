//! The main system watchdog, MWDT; TRM section 12.2.

use crate::soc::clock::Clocks;
use crate::soc::watchdog::{Action, Stage, Watchdog};
use hil_sim_core::time::Instant;

/// Offsets from WDTCONFIG0.
const CONFIG0: u32 = 0x00;
const CONFIG1: u32 = 0x04;
const CONFIG2: u32 = 0x08;
const CONFIG5: u32 = 0x14;
const FEED: u32 = 0x18;
const WPROTECT: u32 = 0x1C;

/// Flash boot protection on, shortest reset signals.
const CONFIG0_RESET: u32 = 0x0004_C000;
const CONFIG1_RESET: u32 = 0x0001_0000;
const HOLD_RESET: [u32; 4] = [26_000_000, 0x07FF_FFFF, 0x000F_FFFF, 0x000F_FFFF];
/// Written to WDTWPROTECT it lets the other registers be written.
const KEY: u32 = 0x50D8_3AA1;

const PROCPU_RESET_EN: u32 = 1 << 13;
const FLASHBOOT_MOD_EN: u32 = 1 << 14;
const USE_XTAL: u32 = 1 << 21;
const CONF_UPDATE_EN: u32 = 1 << 22;
const EN: u32 = 1 << 31;
const DIVCNT_RST: u32 = 1 << 0;
/// WDT_STG0; the other stages are below it, two bits each.
const STG0: u32 = 29;

/// What WDT_CONF_UPDATE_EN takes over.
#[derive(Clone, Copy, Hash, Debug)]
struct Settings {
    config0: u32,
    prescale: u32,
    hold: [u32; 4],
}

#[derive(Clone, Hash, Debug)]
pub(super) struct MainWatchdog {
    written: Settings,
    used: Settings,
    key: u32,
    watchdog: Watchdog,
}

impl Default for MainWatchdog {
    fn default() -> Self {
        let settings = Settings { config0: CONFIG0_RESET, prescale: CONFIG1_RESET, hold: HOLD_RESET };
        let watchdog = Watchdog::new(Clocks::AT_ENTRY.xtal_or_apb(false, 1));
        Self { written: settings, used: settings, key: KEY, watchdog }
    }
}

impl MainWatchdog {
    /// What the bootloader does when it has loaded the firmware.
    pub(super) fn leave_flash_boot(&mut self) {
        self.written.config0 &= !FLASHBOOT_MOD_EN;
        self.used = self.written;
        self.key = 0;
    }

    /// Whether it runs only because a reset of the registers has turned flash boot protection on.
    pub(super) fn only_flash_boot(&self) -> bool {
        self.written.config0 & (FLASHBOOT_MOD_EN | EN) == FLASHBOOT_MOD_EN
    }

    /// Gives it its clock and its settings. Only MWDT0 has flash boot protection, although both have the bit.
    pub(super) fn drive(&mut self, now: Instant, clocks: Clocks, clock_active: bool, has_flash_boot: bool) {
        let Settings { config0, prescale, hold } = self.used;
        self.watchdog.set_rate(now, clocks.xtal_or_apb(config0 & USE_XTAL != 0, prescale >> 16));
        self.watchdog.set_stages(std::array::from_fn(|stage| {
            let action = match config0 >> (STG0 - 2 * stage as u32) & 0b11 {
                _ if stage == 0 && self.only_flash_boot() => Action::ResetSystem,
                1 => Action::Interrupt,
                2 if config0 & PROCPU_RESET_EN != 0 => Action::ResetCpu,
                3 => Action::ResetSystem,
                _ => Action::Off,
            };
            Stage { ticks: hold[stage].into(), action }
        }));
        // These two bits need no update.
        let on = self.written.config0 & EN != 0 || has_flash_boot && self.only_flash_boot();
        self.watchdog.run(now, on, !clock_active);
    }

    pub(super) fn take_due(&mut self, now: Instant) -> Option<Action> {
        self.watchdog.take_due(now)
    }

    pub(super) fn plan(&mut self, now: Instant, interrupt_raised: bool) -> Instant {
        self.watchdog.plan(now, interrupt_raised)
    }

    pub(super) fn read(&self, offset: u32) -> u32 {
        match offset {
            CONFIG0 => self.written.config0,
            CONFIG1 => self.written.prescale,
            CONFIG2..=CONFIG5 => self.written.hold[((offset - CONFIG2) / 4) as usize],
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
            CONFIG0 => {
                self.written.config0 = value & !CONF_UPDATE_EN;
                if value & CONF_UPDATE_EN != 0 {
                    self.used = self.written;
                }
            }
            CONFIG1 => self.written.prescale = value & !DIVCNT_RST,
            CONFIG2..=CONFIG5 => self.written.hold[((offset - CONFIG2) / 4) as usize] = value,
            FEED => self.watchdog.feed(now),
            _ => {}
        }
    }
}
