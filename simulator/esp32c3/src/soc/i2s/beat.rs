//! The bit clock of a transmitter or receiver, and where in the frame it is.

use super::format::Format;
use hil_sim_core::chip::soc::{Pace, Ticker};
use hil_sim_core::time::Instant;

/// A bit clock that runs. A bit begins with its falling edge; the rising edge in its middle is when it is sampled.
#[derive(Clone, Hash, Debug)]
pub(super) struct Beat {
    ticker: Ticker,
    /// The half of a bit that begins next: even ones are first halves.
    half: u64,
    /// The bit of the frame that it belongs to.
    pub(super) bit: u32,
}

impl Beat {
    pub(super) fn new(pace: Pace, now: Instant) -> Self {
        Self { ticker: Ticker::new(pace, now), half: 0, bit: 0 }
    }

    /// When the next half begins.
    pub(super) fn deadline(&self) -> Instant {
        self.ticker.at(self.half)
    }

    /// Whether the half that begins is the second: the edge is rising.
    pub(super) fn is_rising(&self) -> bool {
        self.half % 2 == 1
    }

    /// Whether the bit is the first of a channel.
    pub(super) fn begins_channel(&self, format: &Format) -> bool {
        self.bit.is_multiple_of(format.channel_bits)
    }

    /// On to the next half.
    pub(super) fn step(&mut self, format: &Format) {
        if self.is_rising() {
            self.bit = (self.bit + 1) % format.frame_bits();
        }
        self.half += 1;
    }

    /// On to so many whole bits later.
    pub(super) fn skip(&mut self, bits: u32, format: &Format) {
        self.bit = (self.bit + bits) % format.frame_bits();
        self.half += 2 * u64::from(bits);
    }
}
