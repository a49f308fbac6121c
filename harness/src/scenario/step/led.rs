//! `expect-led`: the light.

use std::time::Duration;

use super::Spanned;
use crate::journal::{Evidence, Rgb};

/// `expect-led: { part-id: led1, color: "#ff0005" }` or `{ part-id: led1, pattern: [..], cycles: 3, tolerance: 11ms }`
#[derive(Debug, Clone)]
pub struct ExpectLed {
    /// Part in the board drawing.
    pub part: Spanned<String>,
    /// `index`: position in the chain, from 0; default 0.
    pub index: u16,
    /// What it must show.
    pub expected: LedExpectation,
    /// `evidence: observed`: a report by the firmware is not enough.
    pub evidence: Option<Evidence>,
    /// Limit for the colour to appear, or for the pattern to begin; `None`: the default (2 s).
    pub within: Option<Duration>,
}

/// What a light must show.
#[derive(Debug, Clone)]
pub enum LedExpectation {
    /// `color`, and `for` (default: no matter how long): the light gets this colour and keeps it for that long.
    Color {
        /// The colour.
        color: Spanned<Rgb>,
        /// It must stay for at least this long.
        hold: Option<Duration>,
    },
    /// `pattern`: the phases follow each other, each for its time, the whole `cycles` times.
    ///
    /// It begins at a change to the first phase's colour (or, where the light already shows it at the stimulus, at the
    /// stimulus or the next such change), and the last phase must end by a change too, unless it stands alone.
    Pattern {
        /// At least one phase.
        phases: Vec<Phase>,
        /// How often, at least 1; default 1.
        cycles: u32,
        /// Allowed deviation of each edge from its due time, counted from the pattern's start; default 10 ms.
        tolerance: Duration,
    },
}

/// `{ color: "#ff0005", for: 200ms }`
#[derive(Debug, Clone)]
pub struct Phase {
    /// The colour.
    pub color: Spanned<Rgb>,
    /// Its duration, above zero.
    pub duration: Duration,
}
