//! The receiver: begins a frame at a falling edge and samples the line in the middle of each bit.

use super::format::{Decoded, Format};
use crate::time::{Instant, Span};

/// What came out of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Received {
    /// A frame; its stop bit has been sampled.
    Frame {
        /// What its bits mean.
        frame: Decoded,
        /// When its start bit began.
        start: Instant,
        /// When its stop bit ends, if that is one bit long.
        end: Instant,
    },
    /// The line was high in the middle of the start bit.
    Glitch,
}

#[derive(Clone, Copy, Hash, Debug)]
struct Frame {
    format: Format,
    bit: Span,
    start: Instant,
    /// Samples that were taken; the first is bit 0.
    samples: u16,
    taken: u8,
}

/// The line, and the frame that is arriving.
#[derive(Clone, Default, Hash, Debug)]
pub struct Receiver {
    /// At first low, so that a line that is low from the beginning is not a start bit.
    level: bool,
    frame: Option<Frame>,
}

impl Frame {
    fn sample_time(&self, number: u8) -> Instant {
        self.start + Span::from_ps(self.bit.ps().saturating_mul(2 * u64::from(number) + 1) / 2)
    }
}

impl Receiver {
    /// The line's level, after inversion.
    pub fn level(&self) -> bool {
        self.level
    }

    /// Whether a frame is arriving.
    pub fn is_busy(&self) -> bool {
        self.frame.is_some()
    }

    /// When it has something to say: the middle of the stop bit, or that of the start bit if the line is high again.
    pub fn deadline(&self) -> Instant {
        self.frame.map_or(Instant::NEVER, |frame| {
            let glitch = frame.taken == 0 && self.level;
            frame.sample_time(if glitch { 0 } else { frame.format.count() })
        })
    }

    /// Takes the samples that are due, with the level that the line has had until `now`.
    pub fn sample(&mut self, now: Instant) -> Option<Received> {
        let frame = self.frame.as_mut()?;
        while frame.sample_time(frame.taken) <= now {
            if frame.taken == 0 && self.level {
                self.frame = None;
                return Some(Received::Glitch);
            }
            frame.samples |= u16::from(self.level) << frame.taken;
            if frame.taken == frame.format.count() {
                let done = Received::Frame {
                    frame: frame.format.decode(frame.samples),
                    start: frame.start,
                    end: frame.start + frame.bit.times(u64::from(frame.taken) + 1),
                };
                self.frame = None;
                return Some(done);
            }
            frame.taken += 1;
        }
        None
    }

    /// The line has another level from now on; samples until now have been taken. `bit` is `None` without a clock.
    pub fn set_level(&mut self, now: Instant, level: bool, format: Format, bit: Option<Span>) {
        let falls = self.level && !level;
        self.level = level;
        if falls && self.frame.is_none() {
            self.frame = bit.map(|bit| Frame { format, bit, start: now, samples: 0, taken: 0 });
        }
    }

    /// Forgets the frame that is arriving; the line has this level.
    pub fn reset(&mut self, level: bool) {
        *self = Self { level, frame: None };
    }

    /// The frame that is arriving: its shape, and the number of the bit that a moment is in.
    pub fn progress(&self, now: Instant) -> Option<(Format, u64)> {
        self.frame.map(|frame| (frame.format, now.since(frame.start).ps() / frame.bit.ps().max(1)))
    }
}
