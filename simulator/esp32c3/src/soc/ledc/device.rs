//! The registers of all timers and channels, and what they share.

use super::channel::{Channel, Happening};
use super::registers::*;
use super::timer::Timer;
use crate::soc::clock::{RC_FAST_HZ, XTAL_HZ};
use crate::soc::hub::{Env, Hub};
use crate::soc::interrupt::Source;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::time::Instant;

/// LEDC_LS_SIG_OUT0; TRM table 5-2.
pub(super) const FIRST_SIGNAL: u8 = 45;

/// The registers.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct Ledc {
    channels: [Channel; CHANNELS],
    timers: [Timer; TIMERS],
    int_raw: u32,
    int_ena: u32,
    conf: u32,
}

impl Ledc {
    /// The frequency of LEDC_SCLK; 0 if there is none.
    fn source_hz(&self, env: &Env<'_>) -> u32 {
        match self.conf & 3 {
            1 => env.hub.clocks.apb_hz,
            2 => RC_FAST_HZ,
            3 => XTAL_HZ,
            _ => 0,
        }
    }

    fn follows_overflows(&self, timer: usize) -> bool {
        self.int_raw >> timer & 1 == 0
            || self.timers[timer].update_waits()
            || self.channels.iter().any(|channel| channel.timer() == timer && channel.follows_overflows())
    }

    /// Does what overflows up to now have brought about. Of those that nothing depends on there may have been many.
    fn catch_up(&mut self, env: &mut Env<'_>) {
        let (now, source_hz) = (env.now(), self.source_hz(env));
        for (index, timer) in self.timers.iter_mut().enumerate() {
            if !timer.take_overflow(now) {
                continue;
            }
            self.int_raw |= 1 << index;
            timer.update(now, source_hz);
            let int_raw = &mut self.int_raw;
            for (number, channel) in self.channels.iter_mut().enumerate().filter(|(_, it)| it.timer() == index) {
                channel.overflow(|happening| {
                    *int_raw |= match happening {
                        Happening::FadeEnded => 1 << (4 + number),
                        Happening::Overflows => 1 << (10 + number),
                    };
                });
            }
        }
        self.present_interrupts(env);
    }

    fn present_interrupts(&self, env: &mut Env<'_>) {
        env.interrupt(Source::LEDC, self.int_raw & self.int_ena != 0);
    }

    /// Lets settings take effect that no overflow will come for, sets the levels that someone sees, and asks for the next
    /// moment at which something happens.
    fn refresh(&mut self, env: &mut Env<'_>) {
        let (now, source_hz) = (env.now(), self.source_hz(env));
        let mut next = Instant::NEVER;
        for (index, timer) in self.timers.iter().enumerate() {
            if timer.runs(source_hz) && self.follows_overflows(index) {
                next = next.min(timer.when(now, timer.period()));
            }
        }
        for (signal, channel) in (FIRST_SIGNAL..).zip(&mut self.channels) {
            let timer = &self.timers[channel.timer()];
            if !timer.runs(source_hz) {
                channel.update();
            }
            if env.hub.pins.is_observed(signal) {
                let timer = &self.timers[channel.timer()];
                let (count, cycle) = (timer.count(now), timer.overflow(now));
                env.drive(signal, channel.level(count, cycle), true);
                if let Some(edge) = channel.next_edge(count, cycle, timer.period()) {
                    next = next.min(timer.when(now, edge));
                }
            }
        }
        if next == Instant::NEVER { env.sleep() } else { env.wake_at(next) }
    }

    fn change_clock(&mut self, env: &mut Env<'_>) {
        let (now, source_hz) = (env.now(), self.source_hz(env));
        for timer in &mut self.timers {
            timer.set_up(now, source_hz);
        }
    }
}

impl Device<Hub> for Ledc {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        self.catch_up(env);
        match offset {
            CH0_CONF0..=CHANNEL_LAST => {
                self.channels[(offset / CHANNEL_BYTES) as usize].read((offset % CHANNEL_BYTES / 4) as usize)
            }
            TIMER0_CONF..=TIMER_LAST => {
                let timer = &self.timers[((offset - TIMER0_CONF) / 8) as usize];
                if offset & 4 == 0 { timer.conf() } else { timer.count(env.now()) as u32 }
            }
            INT_RAW => self.int_raw,
            INT_ST => self.int_raw & self.int_ena,
            INT_ENA => self.int_ena,
            INT_CLR => 0,
            CONF => self.conf,
            DATE => DATE_VALUE,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        self.catch_up(env);
        match offset {
            CH0_CONF0..=CHANNEL_LAST => {
                self.channels[(offset / CHANNEL_BYTES) as usize].write((offset % CHANNEL_BYTES / 4) as usize, value);
            }
            TIMER0_CONF..=TIMER_LAST => {
                let source_hz = self.source_hz(env);
                if offset & 4 == 0 {
                    self.timers[((offset - TIMER0_CONF) / 8) as usize].write_conf(env.now(), source_hz, value);
                }
            }
            INT_RAW | INT_ST | DATE => {}
            INT_ENA => self.int_ena = value & INTERRUPTS,
            INT_CLR => self.int_raw &= !value,
            CONF => {
                self.conf = value & CONF_BITS;
                self.change_clock(env);
            }
            _ => env.unmodelled_write(offset, value),
        }
        self.present_interrupts(env);
        self.refresh(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        self.present_interrupts(env);
        for signal in (FIRST_SIGNAL..).take(CHANNELS) {
            env.drive(signal, false, true);
        }
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.catch_up(env);
        self.refresh(env);
    }

    fn rerouted(&mut self, env: &mut Env<'_>) {
        self.catch_up(env);
        self.refresh(env);
    }

    fn clocks_changed(&mut self, env: &mut Env<'_>) {
        self.catch_up(env);
        self.change_clock(env);
        self.refresh(env);
    }
}
