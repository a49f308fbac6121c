//! The timer T0: 54 bits behind a prescaler of 16; TRM chapter 11.

use crate::soc::clock::Clocks;
use hil_sim_core::chip::soc::Counter;
use hil_sim_core::time::Instant;

const CONFIG: u32 = 0x00;
const LO: u32 = 0x04;
const HI: u32 = 0x08;
const UPDATE: u32 = 0x0C;
const ALARMLO: u32 = 0x10;
const ALARMHI: u32 = 0x14;
const LOADLO: u32 = 0x18;
const LOADHI: u32 = 0x1C;
const LOAD: u32 = 0x20;

/// Counts up with the APB clock divided by 2 and reloads at alarms, but is not enabled.
const CONFIG_RESET: u32 = 0x6000_2000;
const USE_XTAL: u32 = 1 << 9;
const ALARM_EN: u32 = 1 << 10;
const DIVCNT_RST: u32 = 1 << 12;
const AUTORELOAD: u32 = 1 << 29;
const INCREASE: u32 = 1 << 30;
const EN: u32 = 1 << 31;
/// Bits without a meaning read as 0, and so does DIVCNT_RST.
const CONFIG_KEPT: u32 = 0xFFFF_E000 | ALARM_EN | USE_XTAL;

const COUNT: u64 = (1 << 54) - 1;
/// The higher halves have 22 bits.
const HIGH: u32 = (1 << 22) - 1;
/// An alarm that the count has passed by less than this is due at once; TRM tables 11-1 and 11-2.
const PASSED: u64 = 1 << 53;

#[derive(Clone, Hash, Debug)]
pub(super) struct Timer {
    config: u32,
    /// The ticks since `base`, in either direction.
    ticks: Counter,
    base: u64,
    /// What UPDATE copied.
    value: u64,
    load: u64,
    alarm: u64,
}

impl Default for Timer {
    fn default() -> Self {
        let ticks = Counter::stopped(Clocks::AT_ENTRY.xtal_or_apb(false, 2));
        Self { config: CONFIG_RESET, ticks, base: 0, value: 0, load: 0, alarm: 0 }
    }
}

impl Timer {
    fn has(&self, bit: u32) -> bool {
        self.config & bit != 0
    }

    fn divider(&self) -> u32 {
        match self.config >> 13 & 0xFFFF {
            0 => 65_536,
            1 => 2,
            divider => divider,
        }
    }

    fn count(&self, now: Instant) -> u64 {
        let ticks = self.ticks.count(now);
        let count = if self.has(INCREASE) { self.base.wrapping_add(ticks) } else { self.base.wrapping_sub(ticks) };
        count & COUNT
    }

    fn set_count(&mut self, at: Instant, count: u64) {
        self.base = count;
        self.ticks.set(at, 0);
    }

    /// Gives it its clock.
    pub(super) fn drive(&mut self, now: Instant, clocks: Clocks, clock_active: bool) {
        self.ticks.set_rate(now, clocks.xtal_or_apb(self.has(USE_XTAL), self.divider()));
        self.ticks.run(now, self.has(EN) && clock_active);
    }

    /// Ticks by which the alarm was passed, modulo the counter's width.
    fn behind(&self, now: Instant) -> u64 {
        let (count, alarm) = (self.count(now), self.alarm);
        let behind = if self.has(INCREASE) { count.wrapping_sub(alarm) } else { alarm.wrapping_sub(count) };
        behind & COUNT
    }

    /// Whether the alarm is due, once: it disables itself, and reloads the counter if it is to.
    pub(super) fn take_alarm(&mut self, now: Instant) -> bool {
        let due = self.has(ALARM_EN) && self.ticks.is_running() && self.behind(now) < PASSED;
        if due {
            self.config &= !ALARM_EN;
            if self.has(AUTORELOAD) {
                self.set_count(now, self.load);
            }
        }
        due
    }

    /// When the alarm will be due.
    pub(super) fn alarm_at(&self, now: Instant) -> Instant {
        if self.has(ALARM_EN) { self.ticks.after(now, self.behind(now).wrapping_neg() & COUNT) } else { Instant::NEVER }
    }

    pub(super) fn read(&self, offset: u32) -> u32 {
        match offset {
            CONFIG => self.config,
            LO => self.value as u32,
            HI => (self.value >> 32) as u32,
            ALARMLO => self.alarm as u32,
            ALARMHI => (self.alarm >> 32) as u32,
            LOADLO => self.load as u32,
            LOADHI => (self.load >> 32) as u32,
            _ => 0,
        }
    }

    pub(super) fn write(&mut self, now: Instant, offset: u32, value: u32) {
        let low = |was: u64| was & !0xFFFF_FFFF | u64::from(value);
        let high = |was: u64| was & 0xFFFF_FFFF | u64::from(value & HIGH) << 32;
        match offset {
            CONFIG => {
                if (value ^ self.config) & INCREASE != 0 {
                    let count = self.count(now);
                    self.set_count(now, count);
                }
                self.config = value & CONFIG_KEPT;
                if value & DIVCNT_RST != 0 {
                    let count = self.count(now);
                    self.set_count(now, count);
                }
            }
            UPDATE => self.value = self.count(now),
            ALARMLO => self.alarm = low(self.alarm),
            ALARMHI => self.alarm = high(self.alarm),
            LOADLO => self.load = low(self.load),
            LOADHI => self.load = high(self.load),
            LOAD => self.set_count(now, self.load),
            _ => {}
        }
    }
}
