//! The line: pulses and time slots, to the bit.

use crate::circuit::{Drive, PartEnv};
use crate::part::{Fault, PartEvent, Pin};
use crate::time::{Instant, Span};

/// The shortest low pulse that is a reset.
const RESET: Span = Span::from_us(480);
/// The longest low pulse that is part of a slot: the limit of t_LOW0 and t_SLOT.
const LONGEST_SLOT: Span = Span::from_us(120);
/// From the end of the reset pulse to the presence pulse: 15 to 60 us.
const PRESENCE_AFTER: Span = Span::from_us(30);
/// How long the presence pulse is: 60 to 240 us.
const PRESENCE: Span = Span::from_us(120);
/// From the beginning of a slot to when the device samples the line, or lets go of it: 15 to 60 us.
const MIDDLE: Span = Span::from_us(30);

/// What is behind the line: bits to and fro.
pub(super) trait Bits {
    /// A reset pulse has ended.
    fn reset(&mut self);

    /// A slot begins. Gives the bit that the device sends in it; none if it listens.
    fn slot(&mut self) -> Option<bool>;

    /// The bit of a slot in which the device listened.
    fn bit(&mut self, bit: bool);
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Phase {
    /// Until the first reset pulse nothing is a slot.
    Asleep,
    /// The next falling edge begins a slot.
    Ready,
    /// The presence pulse is due.
    Waits { until: Instant },
    /// The presence pulse.
    Present { until: Instant },
    /// A slot in which the device listens.
    Listens { until: Instant },
    /// A slot in which the device sends; a zero is being pulled.
    Sends { until: Instant },
}

/// A low level that somebody else has begun.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Low {
    since: Instant,
    is_slot: bool,
}

/// The line at a device.
#[derive(Clone, Hash, Debug)]
pub(super) struct Line {
    pin: Pin,
    phase: Phase,
    /// The device pulls the line low.
    pulls: bool,
    low: Option<Low>,
}

impl Line {
    pub(super) fn new(pin: Pin) -> Self {
        Self { pin, phase: Phase::Asleep, pulls: false, low: None }
    }

    pub(super) fn deadline(&self) -> Instant {
        match self.phase {
            Phase::Asleep | Phase::Ready => Instant::NEVER,
            Phase::Waits { until } | Phase::Present { until } | Phase::Listens { until } | Phase::Sends { until } => {
                until
            }
        }
    }

    /// Forgets everything and lets go.
    pub(super) fn reset(&mut self, env: &mut PartEnv<'_>) {
        *self = Self::new(self.pin);
        env.drive(self.pin, Drive::None);
    }

    /// The level of the line has changed.
    pub(super) fn edge(&mut self, env: &mut PartEnv<'_>, level: bool, bits: &mut impl Bits) {
        self.wake(env, bits);
        if level {
            self.rise(env, bits);
        } else if !self.pulls {
            self.fall(env, bits);
        }
    }

    fn fall(&mut self, env: &mut PartEnv<'_>, bits: &mut impl Bits) {
        let since = env.now();
        let is_slot = self.phase == Phase::Ready;
        self.low = Some(Low { since, is_slot });
        if is_slot {
            let until = since + MIDDLE;
            let sends = bits.slot();
            self.phase = if sends.is_some() { Phase::Sends { until } } else { Phase::Listens { until } };
            self.pull(env, sends == Some(false));
        }
    }

    fn rise(&mut self, env: &mut PartEnv<'_>, bits: &mut impl Bits) {
        let now = env.now();
        let Some(low) = self.low.take() else { return };
        let length = now.since(low.since);
        if length >= RESET {
            bits.reset();
            self.phase = Phase::Waits { until: now + PRESENCE_AFTER };
        } else if length > LONGEST_SLOT && low.is_slot {
            let us = length.ns() / 1_000;
            let text =
                format!("the line was low for {us} us: a time slot has at most 120 us, a reset pulse at least 480 us");
            env.tell(now, PartEvent::Fault(Fault::Timing(text)));
        }
    }

    /// Does what is due, if anything is.
    pub(super) fn wake(&mut self, env: &mut PartEnv<'_>, bits: &mut impl Bits) {
        let now = env.now();
        if self.deadline() > now {
            return;
        }
        match self.phase {
            Phase::Asleep | Phase::Ready => {}
            Phase::Waits { until } => {
                self.phase = Phase::Present { until: until + PRESENCE };
                self.pull(env, true);
            }
            Phase::Listens { .. } => {
                self.phase = Phase::Ready;
                bits.bit(env.level(self.pin));
            }
            Phase::Present { .. } | Phase::Sends { .. } => {
                self.phase = Phase::Ready;
                self.pull(env, false);
            }
        }
    }

    fn pull(&mut self, env: &mut PartEnv<'_>, pulls: bool) {
        self.pulls = pulls;
        env.drive(self.pin, if pulls { Drive::Low } else { Drive::None });
    }
}
