//! Measures the line for finding its baud rate: LOWPULSE, HIGHPULSE, POSPULSE, NEGPULSE and RXD_CNT.

use hil_sim_core::time::{Instant, Span};

/// The widest pulse that the registers can hold, in cycles of the UART's clock.
const WIDEST: u32 = 0xFFF;
const MOST_EDGES: u32 = 0x3FF;

/// The shortest pulses since it was enabled.
#[derive(Clone, Hash, Debug)]
pub(super) struct Autobaud {
    pub(super) low: u32,
    pub(super) high: u32,
    pub(super) between_rises: u32,
    pub(super) between_falls: u32,
    pub(super) edges: u32,
    rose: Option<Instant>,
    fell: Option<Instant>,
}

impl Default for Autobaud {
    fn default() -> Self {
        Self {
            low: WIDEST,
            high: WIDEST,
            between_rises: WIDEST,
            between_falls: WIDEST,
            edges: 0,
            rose: None,
            fell: None,
        }
    }
}

impl Autobaud {
    /// The line has another level from now on.
    pub(super) fn edge(&mut self, now: Instant, level: bool, cycle: Span) {
        let width = |since: Option<Instant>| {
            since.map_or(WIDEST, |since| (now.since(since).ps() / cycle.ps().max(1)).min(u64::from(WIDEST)) as u32)
        };
        if level {
            self.low = self.low.min(width(self.fell));
            self.between_rises = self.between_rises.min(width(self.rose));
            self.rose = Some(now);
        } else {
            self.high = self.high.min(width(self.rose));
            self.between_falls = self.between_falls.min(width(self.fell));
            self.fell = Some(now);
        }
        self.edges = (self.edges + 1).min(MOST_EDGES);
    }
}
