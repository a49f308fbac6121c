//! The registers.

use super::main_timer::MainTimer;
use super::rtc_watchdog::RtcWatchdog;
use super::sleep::Sleep;
use super::storage::Storage;
use super::super_watchdog::SuperWatchdog;
use crate::soc::chip::Start;
use crate::soc::hub::{Env, Hub};
use crate::soc::interrupt::Source;
use crate::soc::reset::ResetCause;
use crate::soc::watchdog::Action;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::time::Instant;

const OPTIONS0: u32 = 0x00;
const SLP_TIMER0: u32 = 0x04;
const SLP_TIMER1: u32 = 0x08;
const TIME_UPDATE: u32 = 0x0C;
const TIME_LOW0: u32 = 0x10;
const TIME_HIGH0: u32 = 0x14;
const STATE0: u32 = 0x18;
const RESET_STATE: u32 = 0x38;
const INT_ENA: u32 = 0x40;
const INT_RAW: u32 = 0x44;
const INT_ST: u32 = 0x48;
const INT_CLR: u32 = 0x4C;
const CLK_CONF: u32 = 0x70;
const SLOW_CLK_CONF: u32 = 0x74;
const PWC: u32 = 0x84;
const DIG_ISO: u32 = 0x8C;
const WDTCONFIG0: u32 = 0x90;
const WDTWPROTECT: u32 = 0xA8;
const SWD_CONF: u32 = 0xAC;
const SWD_WPROTECT: u32 = 0xB0;
const SW_CPU_STALL: u32 = 0xB4;
const LOW_POWER_ST: u32 = 0xC8;
const DIAG0: u32 = 0xCC;
const PAD_HOLD: u32 = 0xD0;
const DIG_PAD_HOLD: u32 = 0xD4;
const TIME_LOW1: u32 = 0xDC;
const TIME_HIGH1: u32 = 0xE0;
const SLP_REJECT_CAUSE: u32 = 0xF0;
const SLP_WAKEUP_CAUSE: u32 = 0xF8;
const INT_ENA_W1TS: u32 = 0x100;
const INT_ENA_W1TC: u32 = 0x104;
const DATE: u32 = 0x1FC;

const SW_PROCPU_RST: u32 = 1 << 5;
const SW_SYS_RST: u32 = 1 << 31;
/// The core stands still when SW_STALL_PROCPU_C0 and C1 have these values.
const STALL_C0: u32 = 0x2;
const STALL_C1: u32 = 0x21;
const SLEEP_EN: u32 = 1 << 31;
const SLP_REJECT_CAUSE_CLR: u32 = 1 << 1;
/// STAT_VECTOR_SEL of both cores.
const VECTOR_SEL: u32 = 0x3000;

const INT_SLP_WAKEUP: u32 = 1 << 0;
const INT_SLP_REJECT: u32 = 1 << 1;
const INT_WDT: u32 = 1 << 3;
const INT_MAIN_TIMER: u32 = 1 << 10;
const INT_SWD: u32 = 1 << 15;
/// The interrupts that there are.
const INT_ALL: u32 = 0x0019_860B;

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct RtcCntl {
    storage: Storage,
    cause: ResetCause,
    timer: MainTimer,
    watchdog: RtcWatchdog,
    super_watchdog: SuperWatchdog,
    sleep: Sleep,
    int_ena: u32,
    int_raw: u32,
}

impl Default for RtcCntl {
    /// After power-on and the bootloader.
    fn default() -> Self {
        Self::after(ResetCause::PowerOn, Instant::ZERO)
    }
}

impl RtcCntl {
    /// After a reset that clears the RTC, and the bootloader.
    fn after(cause: ResetCause, now: Instant) -> Self {
        Self {
            storage: Storage::default(),
            cause,
            timer: MainTimer::new(now),
            watchdog: RtcWatchdog::default(),
            super_watchdog: SuperWatchdog::after(cause),
            sleep: Sleep::default(),
            int_ena: 0,
            int_raw: 0,
        }
    }

    /// The core starts again. The RTC's registers survive most causes; the bootloader turns the watchdogs off.
    pub(crate) fn restart(&mut self, env: &mut Env<'_>, cause: ResetCause, start: Start) {
        if cause.clears_rtc() {
            *self = Self::after(cause, env.now());
        }
        self.cause = cause;
        env.hub.pins.hold(env.now(), self.storage.held_pads());
        match start {
            Start::App => {
                self.watchdog = RtcWatchdog::default();
                self.super_watchdog.feed_by_itself();
            }
            Start::Rom => {
                self.watchdog = RtcWatchdog::at_reset();
                self.super_watchdog.starve(env.now());
            }
        }
        self.sleep.end();
        self.update(env);
    }

    /// Why the core started last.
    pub(crate) fn cause(&self) -> ResetCause {
        self.cause
    }

    /// Does what is due, and asks to be called for what comes next.
    fn update(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        let slow = self.storage.slow_clock();
        self.timer.set_rate(now, slow);
        self.watchdog.drive(now, slow, self.sleep.is_asleep());
        if self.timer.take_alarm(now) {
            self.int_raw |= INT_MAIN_TIMER;
        }
        if self.int_raw & INT_MAIN_TIMER != 0 && self.sleep.is_woken_by_timer(&self.storage) {
            self.wake(env);
        }
        while let Some(action) = self.watchdog.take_due(now) {
            match action {
                Action::Off => {}
                Action::Interrupt => self.int_raw |= INT_WDT,
                Action::ResetCpu => env.request_reset(ResetCause::RtcWatchdogCpu),
                Action::ResetSystem => env.request_reset(ResetCause::RtcWatchdogSystem),
                Action::ResetRtc => env.request_reset(ResetCause::RtcWatchdogChip),
            }
            self.watchdog.plan(now, self.int_raw & INT_WDT != 0);
        }
        let watchdog = self.watchdog.plan(now, self.int_raw & INT_WDT != 0);
        if self.super_watchdog.is_hungry(now) {
            self.int_raw |= INT_SWD;
        }
        if self.super_watchdog.take_bite(now) {
            env.request_reset(ResetCause::SuperWatchdog);
        }
        env.wake_at(self.timer.alarm_at(now).min(watchdog).min(self.super_watchdog.next(now)));
        self.present_interrupt(env);
    }

    fn fall_asleep(&mut self, env: &mut Env<'_>) {
        if self.sleep.is_rejected(&self.storage, self.int_raw & INT_MAIN_TIMER != 0) {
            self.int_raw |= INT_SLP_REJECT;
        } else {
            self.sleep.begin(env, &self.storage);
        }
    }

    fn wake(&mut self, env: &mut Env<'_>) {
        if self.sleep.is_deep() {
            env.request_reset(ResetCause::DeepSleep);
        } else {
            env.common.asleep = false;
            self.int_raw |= INT_SLP_WAKEUP;
        }
        self.sleep.end();
    }

    fn present_interrupt(&self, env: &mut Env<'_>) {
        env.interrupt(Source::RTC, self.int_raw & self.int_ena != 0);
    }

    fn set_options0(&mut self, env: &mut Env<'_>, value: u32) {
        self.storage.write(OPTIONS0, value);
        if value & SW_SYS_RST != 0 {
            env.request_reset(ResetCause::SoftwareSystem);
        } else if value & SW_PROCPU_RST != 0 {
            env.request_reset(ResetCause::SoftwareCpu);
        }
        self.check_stall(env);
    }

    fn check_stall(&self, env: &mut Env<'_>) {
        let (c0, c1) = (self.storage.read(OPTIONS0) >> 2 & 3, self.storage.read(SW_CPU_STALL) >> 26);
        if (c0, c1) == (STALL_C0, STALL_C1) {
            env.unsupported("a stall of the core");
        }
    }
}

impl Device<Hub> for RtcCntl {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            SLP_TIMER0 | SLP_TIMER1 => self.timer.alarm_register(offset == SLP_TIMER1),
            TIME_LOW0 | TIME_HIGH0 => self.timer.copy(0, offset == TIME_HIGH0),
            TIME_LOW1 | TIME_HIGH1 => self.timer.copy(1, offset == TIME_HIGH1),
            RESET_STATE => self.storage.read(offset) & !0xFFF | VECTOR_SEL | self.cause as u32,
            INT_ENA => self.int_ena,
            INT_RAW => self.int_raw,
            INT_ST => self.int_raw & self.int_ena,
            INT_CLR | INT_ENA_W1TS | INT_ENA_W1TC => 0,
            WDTCONFIG0..=WDTWPROTECT => self.watchdog.read(offset - WDTCONFIG0),
            SWD_CONF => self.super_watchdog.conf(env.now()),
            SWD_WPROTECT => self.super_watchdog.key(),
            SLP_REJECT_CAUSE => self.sleep.reject_cause(),
            SLP_WAKEUP_CAUSE => self.sleep.wakeup_cause(),
            DATE => 0x0200_7270,
            LOW_POWER_ST | DIAG0 => env.unmodelled_read(offset),
            _ if Storage::has(offset) => self.storage.read(offset),
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        let now = env.now();
        match offset {
            OPTIONS0 => self.set_options0(env, value),
            SLP_TIMER0 | SLP_TIMER1 => self.timer.set_alarm_register(offset == SLP_TIMER1, value),
            TIME_UPDATE => {
                self.storage.write(offset, value);
                self.timer.update(now, value);
            }
            STATE0 => {
                self.storage.write(offset, value);
                if value & SLP_REJECT_CAUSE_CLR != 0 {
                    self.sleep.clear_reject_cause();
                }
                if value & SLEEP_EN != 0 {
                    self.fall_asleep(env);
                }
            }
            INT_ENA => self.int_ena = value & INT_ALL,
            INT_ENA_W1TS => self.int_ena |= value & INT_ALL,
            INT_ENA_W1TC => self.int_ena &= !value,
            INT_CLR => {
                // What was due before this is cleared with it.
                self.update(env);
                self.int_raw &= !value;
            }
            CLK_CONF | SLOW_CLK_CONF => {
                self.storage.write(offset, value);
                if self.storage.wants_crystal() {
                    env.unsupported("a 32 kHz crystal as the slow clock");
                }
            }
            WDTCONFIG0..=WDTWPROTECT => self.watchdog.write(now, offset - WDTCONFIG0, value),
            SWD_CONF => self.super_watchdog.set_conf(now, value),
            SWD_WPROTECT => self.super_watchdog.set_key(value),
            SW_CPU_STALL => {
                self.storage.write(offset, value);
                self.check_stall(env);
            }
            PWC | DIG_ISO | PAD_HOLD | DIG_PAD_HOLD => {
                self.storage.write(offset, value);
                env.hub.pins.hold(now, self.storage.held_pads());
            }
            TIME_LOW0 | TIME_HIGH0 | TIME_LOW1 | TIME_HIGH1 | INT_RAW | INT_ST | SLP_REJECT_CAUSE
            | SLP_WAKEUP_CAUSE | DATE => return,
            LOW_POWER_ST | DIAG0 => return env.unmodelled_write(offset, value),
            _ if Storage::has(offset) => return self.storage.write(offset, value),
            _ => return env.unmodelled_write(offset, value),
        }
        self.update(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        // No bit of SYSTEM resets this block.
        self.update(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.update(env);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
