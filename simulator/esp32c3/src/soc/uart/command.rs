//! Finds AT_CMD: a number of equal characters with a pause before, a pause after and no long gaps between.

use super::registers::field;
use hil_sim_core::time::{Instant, Span};

/// The AT_CMD registers; times are in bits.
#[derive(Clone, Hash, Debug)]
pub(super) struct Command {
    pub(super) precnt: u32,
    pub(super) postcnt: u32,
    pub(super) gaptout: u32,
    pub(super) character: u32,
    /// Characters of it that have arrived.
    seen: u32,
    /// When the last byte ended.
    last: Instant,
    /// When the pause after it is long enough.
    pub(super) deadline: Option<Instant>,
}

impl Default for Command {
    fn default() -> Self {
        Self {
            precnt: 0x901,
            postcnt: 0x901,
            gaptout: 0x0B,
            character: 0x32B,
            seen: 0,
            last: Instant::ZERO,
            deadline: None,
        }
    }
}

impl Command {
    /// A start bit: the pause after the characters was too short.
    pub(super) fn interrupted(&mut self) {
        if self.deadline.take().is_some() {
            self.seen = 0;
        }
    }

    /// A byte arrived.
    pub(super) fn received(&mut self, byte: u8, start: Instant, end: Instant, bit: Span) {
        let pause = start.since(self.last);
        self.last = end;
        let in_time = self.seen == 0 || pause <= bit.times(u64::from(field(self.gaptout, 0, 16)));
        if u32::from(byte) != field(self.character, 0, 8) || !in_time {
            self.seen = 0;
        }
        let begins = self.seen == 0 && pause >= bit.times(u64::from(field(self.precnt, 0, 16)));
        if u32::from(byte) == field(self.character, 0, 8) && (self.seen > 0 || begins) {
            self.seen += 1;
            if self.seen >= field(self.character, 8, 8).max(1) {
                self.deadline = Some(end + bit.times(u64::from(field(self.postcnt, 0, 16))));
            }
        }
    }

    /// Whether the pause after the characters is over.
    pub(super) fn take_detected(&mut self, now: Instant) -> bool {
        let detected = self.deadline.is_some_and(|deadline| deadline <= now);
        if detected {
            self.deadline = None;
            self.seen = 0;
        }
        detected
    }
}
