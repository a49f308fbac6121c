//! The RTC timer: 48 bits of the slow clock, with one alarm.

use crate::soc::clock::RC_SLOW;
use hil_sim_core::chip::soc::{Counter, Rate};
use hil_sim_core::time::Instant;

const COUNT: u64 = (1 << 48) - 1;
const ALARM_EN: u32 = 1 << 16;
const UPDATE: u32 = 1 << 31;

#[derive(Clone, Hash, Debug)]
pub(super) struct MainTimer {
    counter: Counter,
    /// What the last trigger copied, and the one before it.
    copies: [u64; 2],
    alarm: u64,
    armed: bool,
}

impl MainTimer {
    /// Runs from 0.
    pub(super) fn new(now: Instant) -> Self {
        let mut counter = Counter::running(RC_SLOW);
        counter.set(now, 0);
        Self { counter, copies: [0; 2], alarm: 0, armed: false }
    }

    pub(super) fn set_rate(&mut self, now: Instant, rate: Rate) {
        self.counter.set_rate(now, rate);
    }

    fn count(&self, now: Instant) -> u64 {
        self.counter.count(now) & COUNT
    }

    /// TIME_UPDATE: copies the count.
    pub(super) fn update(&mut self, now: Instant, value: u32) {
        if value & UPDATE != 0 {
            self.copies = [self.count(now), self.copies[0]];
        }
    }

    /// TIME_LOWn and TIME_HIGHn.
    pub(super) fn copy(&self, number: usize, high: bool) -> u32 {
        let copy = self.copies[number];
        if high { (copy >> 32) as u32 } else { copy as u32 }
    }

    /// SLP_TIMER0 and SLP_TIMER1.
    pub(super) fn alarm_register(&self, high: bool) -> u32 {
        if high { (self.alarm >> 32) as u32 } else { self.alarm as u32 }
    }

    pub(super) fn set_alarm_register(&mut self, high: bool, value: u32) {
        if high {
            self.alarm = self.alarm & 0xFFFF_FFFF | u64::from(value & 0xFFFF) << 32;
            self.armed = value & ALARM_EN != 0;
        } else {
            self.alarm = self.alarm & !0xFFFF_FFFF | u64::from(value);
        }
    }

    /// Whether the alarm is due, once.
    pub(super) fn take_alarm(&mut self, now: Instant) -> bool {
        let due = self.armed && self.count(now) >= self.alarm;
        self.armed &= !due;
        due
    }

    pub(super) fn alarm_at(&self, now: Instant) -> Instant {
        if self.armed { self.counter.after(now, self.alarm.saturating_sub(self.count(now))) } else { Instant::NEVER }
    }
}
