//! The registers.

use super::calibration::Calibration;
use super::main_watchdog::MainWatchdog;
use super::timer::Timer;
use crate::soc::hub::{Env, Hub};
use crate::soc::interrupt::Source;
use crate::soc::map::DeviceId;
use crate::soc::reset::ResetCause;
use crate::soc::watchdog::Action;
use hil_sim_core::chip::soc::Device;

const T0_FIRST: u32 = 0x00;
const T0_LAST: u32 = 0x20;
const WDT_FIRST: u32 = 0x48;
const WDT_LAST: u32 = 0x64;
const RTCCALICFG: u32 = 0x68;
const RTCCALICFG1: u32 = 0x6C;
const RTCCALICFG2: u32 = 0x80;
const INT_ENA: u32 = 0x70;
const INT_RAW: u32 = 0x74;
const INT_ST: u32 = 0x78;
const INT_CLR: u32 = 0x7C;
const NTIMERS_DATE: u32 = 0xF8;
const REGCLK: u32 = 0xFC;

const INT_T0: u32 = 1 << 0;
const INT_WDT: u32 = 1 << 1;
const REGCLK_RESET: u32 = 0x6000_0000;
const WDT_CLK_IS_ACTIVE: u32 = 1 << 29;
const TIMER_CLK_IS_ACTIVE: u32 = 1 << 30;

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Timg {
    timer: Timer,
    watchdog: MainWatchdog,
    calibration: Calibration,
    int_ena: u32,
    int_raw: u32,
    regclk: u32,
}

impl Default for Timg {
    /// As the bootloader leaves it: the watchdog's flash boot protection is off, and so is the watchdog.
    fn default() -> Self {
        let mut timg = Self::at_reset();
        timg.watchdog.leave_flash_boot();
        timg
    }
}

impl Timg {
    /// Reset values, with flash boot protection on.
    pub(crate) fn at_reset() -> Self {
        Self {
            timer: Timer::default(),
            watchdog: MainWatchdog::default(),
            calibration: Calibration::default(),
            int_ena: 0,
            int_raw: 0,
            regclk: REGCLK_RESET,
        }
    }

    /// Does what is due, and asks to be called for what comes next.
    fn update(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        let gated = |bit| self.regclk & bit == 0;
        self.timer.drive(now, env.hub.clocks, !gated(TIMER_CLK_IS_ACTIVE));
        let flash_boot = env.device == DeviceId::Timg0;
        self.watchdog.drive(now, env.hub.clocks, !gated(WDT_CLK_IS_ACTIVE), flash_boot);
        if self.timer.take_alarm(now) {
            self.int_raw |= INT_T0;
        }
        while let Some(action) = self.watchdog.take_due(now) {
            self.expire(env, action);
            self.watchdog.plan(now, self.int_raw & INT_WDT != 0);
        }
        let watchdog = self.watchdog.plan(now, self.int_raw & INT_WDT != 0);
        env.wake_at(self.timer.alarm_at(now).min(watchdog));
        self.present_interrupts(env);
    }

    fn expire(&mut self, env: &mut Env<'_>, action: Action) {
        let first = env.device == DeviceId::Timg0;
        match action {
            Action::Off => {}
            Action::Interrupt => self.int_raw |= INT_WDT,
            Action::ResetCpu if first => env.request_reset(ResetCause::Timg0WatchdogCpu),
            Action::ResetCpu => env.request_reset(ResetCause::Timg1WatchdogCpu),
            Action::ResetSystem | Action::ResetRtc if self.watchdog.only_flash_boot() => env.unsupported(
                "flash boot protection, on since the reset of the timer group; on silicon it may reset the chip now",
            ),
            Action::ResetSystem | Action::ResetRtc if first => env.request_reset(ResetCause::Timg0WatchdogSystem),
            Action::ResetSystem | Action::ResetRtc => env.request_reset(ResetCause::Timg1WatchdogSystem),
        }
    }

    fn present_interrupts(&self, env: &mut Env<'_>) {
        let (timer, watchdog) = if env.device == DeviceId::Timg0 {
            (Source::TIMG0_T0, Source::TIMG0_WDT)
        } else {
            (Source::TIMG1_T0, Source::TIMG1_WDT)
        };
        let pending = self.int_raw & self.int_ena;
        env.interrupt(timer, pending & INT_T0 != 0);
        env.interrupt(watchdog, pending & INT_WDT != 0);
    }
}

impl Device<Hub> for Timg {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        let now = env.now();
        match offset {
            T0_FIRST..=T0_LAST => self.timer.read(offset - T0_FIRST),
            WDT_FIRST..=WDT_LAST => self.watchdog.read(offset - WDT_FIRST),
            RTCCALICFG => self.calibration.config(now),
            RTCCALICFG1 => self.calibration.value(now),
            RTCCALICFG2 => self.calibration.timeout(now),
            INT_ENA => self.int_ena,
            INT_RAW => self.int_raw,
            INT_ST => self.int_raw & self.int_ena,
            INT_CLR => 0,
            NTIMERS_DATE => 0x0200_6191,
            REGCLK => self.regclk,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        let now = env.now();
        match offset {
            T0_FIRST..=T0_LAST => self.timer.write(now, offset - T0_FIRST, value),
            WDT_FIRST..=WDT_LAST => self.watchdog.write(now, offset - WDT_FIRST, value),
            RTCCALICFG => self.calibration.set_config(now, value),
            RTCCALICFG2 => self.calibration.set_timeout(now, value),
            INT_ENA => self.int_ena = value & (INT_T0 | INT_WDT),
            INT_CLR => {
                // What was due before this is cleared with it.
                self.update(env);
                self.int_raw &= !value;
            }
            REGCLK => self.regclk = value,
            RTCCALICFG1 | INT_RAW | INT_ST | NTIMERS_DATE => return,
            _ => return env.unmodelled_write(offset, value),
        }
        self.update(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::at_reset();
        self.update(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.update(env);
    }

    fn clocks_changed(&mut self, env: &mut Env<'_>) {
        self.update(env);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
