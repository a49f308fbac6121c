//! [`Common`]: what the devices of every chip share.

use super::{Block, Hub};
use crate::chip::polling::Polling;
use crate::chip::{HostOutput, Reports, Schedule, Timebase};
use crate::time::Instant;
use std::hash::{Hash, Hasher};

/// Time, the moments at which devices want to be called, what is asked of the core, what the serial ports have sent, and
/// what the model noticed.
#[derive(Clone, Debug)]
pub struct Common<H: Hub> {
    /// The moment of the access or event that is being handled.
    pub now: Instant,
    /// The instruction that is accessing a register; of an event the last one that did.
    pub pc: u32,
    /// The core's clock.
    pub timebase: Timebase,
    /// What the model falls short of, and the values of registers that it does not have.
    pub reports: Reports,
    /// Whether the firmware does anything but read one register.
    pub(super) polling: Polling,
    /// What has come out of the serial ports.
    pub output: HostOutput<H::Port>,
    /// The core stands still until a device wakes it.
    pub asleep: bool,
    /// Set when something is to be done outside of the core's loop.
    pub slice_ends: bool,
    /// Set when the core has to start again.
    reset: Option<H::Reset>,
    schedule: Schedule,
}

impl<H: Hub> Common<H> {
    /// Of a chip with these serial ports, whose core runs at `hz`.
    pub fn new(ports: &'static [H::Port], hz: u32) -> Self {
        Self {
            now: Instant::ZERO,
            pc: 0,
            timebase: Timebase::new(0, Instant::ZERO, hz),
            reports: Reports::default(),
            polling: Polling::default(),
            output: HostOutput::new(ports),
            asleep: false,
            slice_ends: false,
            reset: None,
            schedule: Schedule::new(H::Block::ALL.len()),
        }
    }

    /// When a device wants to be called next.
    pub fn next_event(&self) -> Instant {
        self.schedule.next()
    }

    /// The number of the block whose event is due first, if that is not after `until`. Its deadline is taken away and time
    /// is set to it.
    pub(super) fn take_due(&mut self, until: Instant) -> Option<usize> {
        let (number, at) = self.schedule.take_due(until)?;
        self.now = at;
        Some(number)
    }

    /// When a block wants to be called, by its number; [`Instant::NEVER`] takes that back.
    pub(super) fn set_deadline(&mut self, number: usize, at: Instant) {
        self.slice_ends |= self.schedule.set(number, at);
    }

    /// The core runs at another frequency from now on, in hertz.
    pub fn set_frequency(&mut self, hz: u32) {
        self.timebase = Timebase::new(self.timebase.cycle(self.now), self.now, hz);
        self.slice_ends = true;
    }

    /// Asks for a reset before the next instruction. Of several the first counts.
    pub fn request_reset(&mut self, cause: H::Reset) {
        self.reset.get_or_insert(cause);
        self.slice_ends = true;
    }

    /// The reset that was asked for, once.
    pub fn take_reset(&mut self) -> Option<H::Reset> {
        self.reset.take()
    }

    /// No device wants to be called any more.
    pub fn forget_deadlines(&mut self) {
        self.schedule.clear();
    }

    /// The devices are reset: deadlines, and what was written to registers without a model, are forgotten, and the core runs
    /// at `hz`.
    pub fn restart(&mut self, hz: u32) {
        self.forget_deadlines();
        self.set_frequency(hz);
        self.reports.forget_values();
    }
}

/// What decides what happens next.
impl<H: Hub> Hash for Common<H> {
    fn hash<S: Hasher>(&self, state: &mut S) {
        let Self {
            now,
            timebase,
            reports,
            asleep,
            reset,
            schedule,
            // They wait for the host, and decide nothing.
            output: _,
            polling: _,
            // Of the access or event that is over, and seen to before anything else happens.
            pc: _,
            slice_ends: _,
        } = self;
        (now, timebase, reports, asleep, reset, schedule).hash(state);
    }
}
