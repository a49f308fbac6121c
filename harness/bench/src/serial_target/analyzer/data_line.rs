//! The lights' data line: samples become edges, and edges colours, by the decoder of the simulator.
//!
//! What a real line does and a simulated one does not is dealt with before the decoder:
//!
//! - A capture begins anywhere: nothing counts before the first reset (280 µs of low level).
//! - A level of a single sample is a glitch: taken out, and told.
//! - A high level far longer than any bit (a pull-up while the chip boots: GPIO8 is a strapping pin) is no data: told.
//! - A time is known to one sample only: it is against the data sheet if it is so by more than that.

use simulator::board::ws2812::{AMBIGUOUS_LOW_NS, ColorOrder, Config, Decoder, Event, RESET_NS};

/// From this long on a high level is no bit: as long as a low level that is none.
const LONG_HIGH_NS: u64 = AMBIGUOUS_LOW_NS;

/// Something that was seen on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// What the decoder says of the chain with this number.
    Light {
        /// From 0, in the order in which they were given.
        chain: usize,
        /// What it says.
        event: Event,
    },
    /// A level of a single sample.
    Glitch,
    /// The line is high for so long that it is no data.
    LongHigh,
}

/// A stretch of one level.
#[derive(Debug, Clone, Copy)]
struct Run {
    high: bool,
    /// Number of its first sample.
    from: u64,
}

/// The line, sampled.
#[derive(Debug, Clone)]
pub struct DataLine {
    hz: u64,
    /// Samples so far.
    count: u64,
    /// The level that is sure.
    sure: Run,
    /// Another level, of a single sample so far.
    other: Option<u64>,
    /// There was a reset.
    in_step: bool,
    long_high_told: bool,
    leds: Vec<Config>,
    decoders: Vec<Decoder>,
    seen: Vec<(u64, Seen)>,
}

impl DataLine {
    /// A line that is sampled at `hz`, to chains of so many LEDs.
    pub fn new(hz: u64, leds: &[usize], order: ColorOrder) -> Self {
        let leds: Vec<Config> = leds.iter().map(|leds| Config::new(*leds).with_order(order)).collect();
        let decoders = leds.iter().map(|config| Decoder::new(*config)).collect();
        let sure = Run { high: false, from: 0 };
        let (other, in_step, long_high_told, seen) = (None, false, false, Vec::new());
        Self { hz: hz.max(1), count: 0, sure, other, in_step, long_high_told, leds, decoders, seen }
    }

    /// Time of the stream so far, in nanoseconds.
    pub fn end_ns(&self) -> u64 {
        self.ns(self.count)
    }

    /// Samples are missing here: nothing counts before the next reset.
    pub fn interrupted(&mut self) {
        self.in_step = false;
        self.sure.from = self.count;
        self.other = None;
        self.decoders = self.leds.iter().map(|config| Decoder::new(*config)).collect();
    }

    /// The next samples, eight a byte, the first in the highest bit. Returns what was seen, with nanoseconds of the stream.
    pub fn samples(&mut self, bytes: &[u8]) -> Vec<(u64, Seen)> {
        for byte in bytes {
            if self.other.is_none() && *byte == if self.sure.high { 0xFF } else { 0 } {
                self.count += 8;
                continue;
            }
            for bit in (0..8).rev() {
                self.sample(byte >> bit & 1 == 1);
            }
        }
        self.advance();
        std::mem::take(&mut self.seen)
    }

    fn sample(&mut self, high: bool) {
        let number = self.count;
        self.count += 1;
        match (high == self.sure.high, self.other) {
            (true, None) => {}
            (true, Some(from)) => {
                self.other = None;
                self.seen.push((self.ns(from), Seen::Glitch));
            }
            (false, None) => self.other = Some(number),
            (false, Some(from)) => {
                self.other = None;
                self.ends(from);
                self.sure = Run { high, from };
            }
        }
    }

    /// The level that was sure was another from this sample on.
    fn ends(&mut self, until: u64) {
        let (from, until) = (self.ns(self.sure.from), self.ns(until));
        if !self.sure.high {
            self.in_step |= until - from >= RESET_NS;
            return;
        }
        if until - from >= LONG_HIGH_NS {
            self.long_high(from);
        } else if self.in_step {
            self.edge(from, true);
            self.edge(until, false);
        }
        self.long_high_told = false;
    }

    fn long_high(&mut self, from: u64) {
        if !std::mem::replace(&mut self.long_high_told, true) {
            self.seen.push((from, Seen::LongHigh));
        }
    }

    fn edge(&mut self, at_ns: u64, high: bool) {
        self.decode(|decoder| decoder.edge(at_ns, high).unwrap_or_default());
    }

    /// Time passes, up to where the level is sure to be low.
    fn advance(&mut self) {
        if self.sure.high {
            let from = self.ns(self.sure.from);
            if self.end_ns() - from >= LONG_HIGH_NS {
                self.long_high(from);
            }
            return;
        }
        let now_ns = self.ns(self.other.unwrap_or(self.count));
        self.decode(|decoder| decoder.advance(now_ns).unwrap_or_default());
    }

    /// (Time goes forwards: what the decoder would refuse does not occur.)
    fn decode(&mut self, mut feed: impl FnMut(&mut Decoder) -> Vec<Event>) {
        let sample_ns = 1_000_000_000_u64.div_ceil(self.hz);
        for (chain, decoder) in self.decoders.iter_mut().enumerate() {
            let events = feed(decoder).into_iter().filter(|event| is_sure(event, sample_ns));
            self.seen.extend(events.map(|event| (event.known_ns(), Seen::Light { chain, event })));
        }
    }

    fn ns(&self, samples: u64) -> u64 {
        let ns = u128::from(samples) * 1_000_000_000 / u128::from(self.hz);
        u64::try_from(ns).unwrap_or(u64::MAX)
    }
}

/// Not when a time is out of its range by less than a sample: it was measured no better than that.
fn is_sure(event: &Event, sample_ns: u64) -> bool {
    let Event::Violation(violation) = event else { return true };
    let (measured, allowed) = (violation.measured_ns, &violation.allowed_ns);
    measured + sample_ns <= *allowed.start() || measured >= allowed.end() + sample_ns
}
