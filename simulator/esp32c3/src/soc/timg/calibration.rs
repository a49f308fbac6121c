//! The calibration of the RTC's clocks: how many cycles of the crystal so many cycles of a slow clock take; TRM section
//! 11.3.5.

use crate::soc::clock::XTAL_HZ;
use crate::soc::clock::{RC_FAST_DIV, RC_SLOW};
use hil_sim_core::chip::soc::Rate;
use hil_sim_core::time::{Instant, Span};

/// Measures RC_FAST_DIV_CLK over one cycle, again and again.
const CONFIG_RESET: u32 = 0x0001_3000;
const TIMEOUT_RESET: u32 = 0xFFFF_FF98;
const START_CYCLING: u32 = 1 << 12;
const READY: u32 = 1 << 15;
const START: u32 = 1 << 31;
const CYCLING_DATA_VALID: u32 = 1 << 0;
const TIMEOUT: u32 = 1 << 0;

#[derive(Clone, Hash, Debug)]
pub(super) struct Calibration {
    config: u32,
    timeout: u32,
    /// When the measurement was started that runs or has ended.
    started: Option<Instant>,
    /// Cycles of the crystal at the last measurement that ended.
    value: u32,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { config: CONFIG_RESET, timeout: TIMEOUT_RESET, started: None, value: 0 }
    }
}

impl Calibration {
    /// How long the measurement takes. The clock from a crystal of 32 kHz stands still, as there is none.
    fn length(&self) -> Option<Span> {
        let cycles = u64::from((self.config >> 16 & 0x7FFF).max(1));
        match self.config >> 13 & 0b11 {
            0 => Some(RC_SLOW.span(cycles)),
            1 => Some(RC_FAST_DIV.span(cycles)),
            _ => None,
        }
    }

    /// After how long it is given up; TRM: RTC_CALI_TIMEOUT_THRES counts cycles of the crystal.
    fn patience(&self) -> Span {
        Rate::new(XTAL_HZ, 1).span(u64::from(self.timeout >> 7))
    }

    fn timed_out(&self, now: Instant) -> bool {
        self.started.is_some_and(|started| {
            now.since(started) >= self.patience() && self.length().is_none_or(|length| length > self.patience())
        })
    }

    fn measured(&self, now: Instant) -> Option<u32> {
        let length = self.length()?;
        let ended = now.since(self.started?) >= length && !self.timed_out(now);
        ended.then(|| (length.cycles(XTAL_HZ) as u32) & 0x01FF_FFFF)
    }

    fn cycling(&self) -> bool {
        self.config & START_CYCLING != 0
    }

    /// RTCCALICFG.
    pub(super) fn config(&self, now: Instant) -> u32 {
        let ready = self.measured(now).is_some() || self.cycling() && self.length().is_some();
        self.config | if ready { READY } else { 0 }
    }

    /// RTCCALICFG1.
    pub(super) fn value(&self, now: Instant) -> u32 {
        let cycling = self.cycling().then(|| self.length()).flatten();
        let value = cycling.map(|length| length.cycles(XTAL_HZ) as u32).or_else(|| self.measured(now));
        value.unwrap_or(self.value) << 7 | if cycling.is_some() { CYCLING_DATA_VALID } else { 0 }
    }

    /// RTCCALICFG2.
    pub(super) fn timeout(&self, now: Instant) -> u32 {
        self.timeout | if self.timed_out(now) { TIMEOUT } else { 0 }
    }

    pub(super) fn set_config(&mut self, now: Instant, value: u32) {
        if let Some(measured) = self.measured(now) {
            self.value = measured;
        }
        let starts = value & START != 0 && self.config & START == 0;
        if starts {
            self.started = Some(now);
        } else if value & START == 0 {
            self.started = None;
        }
        self.config = value & !READY;
    }

    pub(super) fn set_timeout(&mut self, now: Instant, value: u32) {
        let _ = now;
        self.timeout = value & !TIMEOUT;
    }
}
