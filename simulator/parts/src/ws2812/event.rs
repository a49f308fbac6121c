//! What the decoder reports. Times are those of the edges that it was fed, in nanoseconds.

use std::fmt;
use std::ops::RangeInclusive;

use thiserror::Error;

use super::{AMBIGUOUS_LOW_NS, PulseTime, RESET_NS};
use hil_color::Rgb;

/// One thing that the chain did, or that was wrong with its waveform.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The chain latched: at least one LED took a colour.
    Frame(Frame),
    /// A pulse outside the data sheet's tolerances.
    Violation(Violation),
    /// A pause in the middle of a frame that some LEDs take for its end.
    AmbiguousGap(AmbiguousGap),
    /// A frame that ended in the middle of an LED's 24 bits.
    Incomplete(Incomplete),
    /// Bits for which the chain has no LED. Harmless: for information.
    Surplus(Surplus),
}

impl Event {
    /// When there was no doubt about it any more: at the latch, or at the end of the level.
    pub fn known_ns(&self) -> u64 {
        match self {
            Self::Frame(Frame { latch_ns, .. })
            | Self::Incomplete(Incomplete { latch_ns, .. })
            | Self::Surplus(Surplus { latch_ns, .. }) => *latch_ns,
            Self::Violation(Violation { at_ns, measured_ns, .. }) => at_ns + measured_ns,
            Self::AmbiguousGap(AmbiguousGap { at_ns, low_ns, .. }) => at_ns + low_ns,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(frame) => frame.fmt(f),
            Self::Violation(violation) => violation.fmt(f),
            Self::AmbiguousGap(gap) => gap.fmt(f),
            Self::Incomplete(incomplete) => incomplete.fmt(f),
            Self::Surplus(surplus) => surplus.fmt(f),
        }
    }
}

/// What the whole chain shows from a latch on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Rising edge of the first pulse.
    pub start_ns: u64,
    /// Falling edge of the last pulse.
    pub end_ns: u64,
    /// When the LEDs changed: [`RESET_NS`] after `end_ns`.
    pub latch_ns: u64,
    /// The colour of every LED, the one next to the data pin first.
    pub leds: Vec<Rgb>,
    /// How many LEDs, from the first on, this frame had data for. The others show what they showed before.
    pub updated: usize,
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ns: frame of {} ns shows", self.latch_ns, self.end_ns - self.start_ns)?;
        self.leds.iter().try_for_each(|led| write!(f, " {led}"))
    }
}

/// A pulse time outside the data sheet's tolerances.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{at_ns} ns: LED {led} bit {bit}: {time} is {measured_ns} ns, allowed are {} to {} ns",
    allowed_ns.start(),
    allowed_ns.end()
)]
pub struct Violation {
    /// When the high or low level began.
    pub at_ns: u64,
    /// The LED that takes the bit, counted from 0.
    pub led: usize,
    /// The bit in the order sent, 0..=23: bit 0 is the most significant of the first colour byte.
    pub bit: u8,
    /// Which of the four times it is; a high level below 600 ns counts as that of a zero.
    pub time: PulseTime,
    /// How long it was.
    pub measured_ns: u64,
    /// How long it may be.
    pub allowed_ns: RangeInclusive<u64>,
}

/// A low level within a frame that is too long for a bit and too short for a reset.
///
/// The decoder goes by the data sheet: the frame goes on after it. It is not reported as a violation of T0L or T1L too.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{at_ns} ns: low for {low_ns} ns after {bits} bits: some LEDs latch here, others go on; \
     keep pauses within a frame below {AMBIGUOUS_LOW_NS} ns and those between frames at {RESET_NS} ns or more"
)]
pub struct AmbiguousGap {
    /// When the low level began.
    pub at_ns: u64,
    /// How long it was.
    pub low_ns: u64,
    /// How many bits of the frame came before it.
    pub bits: u64,
}

/// A frame whose last LED got fewer than 24 bits. That LED keeps its colour.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{latch_ns} ns: LED {led} got {bits} of 24 bits before the latch and keeps its colour")]
pub struct Incomplete {
    /// When the chain latched.
    pub latch_ns: u64,
    /// The LED that got too little, counted from 0.
    pub led: usize,
    /// How many bits it got, 1..=23.
    pub bits: u8,
}

/// Bits after those of the last LED: they leave the chain and have no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surplus {
    /// When the chain latched.
    pub latch_ns: u64,
    /// How many bits there were to spare.
    pub bits: u64,
}

impl fmt::Display for Surplus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ns: {} bits more than the chain has LEDs for", self.latch_ns, self.bits)
    }
}

/// An edge or a time that lies before one already fed. The decoder ignores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("time went backwards from {now_ns} ns to {at_ns} ns")]
pub struct TimeWentBackwards {
    /// How far time had come.
    pub now_ns: u64,
    /// The time that was refused.
    pub at_ns: u64,
}
