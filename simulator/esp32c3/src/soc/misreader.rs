//! What a receiver makes of frames that are sent at another rate or in another format: it samples the line in the middles
//! of its own bits, and takes what it finds for bytes. Not for frames that fit: those need no sampling.

use super::uart::Transmitter;
use hil_sim_core::time::{Instant, Span};

/// Start bit, eight data bits, stop bit.
const BITS: u64 = 10;

/// A receiver for 8N1 that has lost its way.
#[derive(Clone, Copy, Default, Hash, Debug)]
pub(super) struct Misreader {
    /// The falling edge that was taken for a start bit.
    began: Option<Instant>,
    /// Levels sampled since, the first one lowest.
    bits: u16,
    sampled: u64,
    /// Where the last byte ended: edges count from here.
    free: Instant,
}

impl Misreader {
    /// Reads on through a frame, with bits of this length, and says what bytes are complete. Between frames the line is
    /// high; a byte that ends there comes with the next frame.
    pub(super) fn read(&mut self, frame: &Transmitter, start: Instant, bit: Span) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(began) = self.began.or_else(|| falling_edge(frame, start, self.free)) {
            self.began = Some(began);
            let middle = began + Span::from_ps(bit.ps() * (2 * self.sampled + 1) / 2);
            if middle >= frame.end() {
                break;
            }
            let level = middle < start || frame.level(middle);
            self.bits |= u16::from(level) << self.sampled;
            self.sampled += 1;
            let is_glitch = self.sampled == 1 && level;
            if self.sampled == BITS {
                bytes.push((self.bits >> 1) as u8);
            }
            if is_glitch || self.sampled == BITS {
                *self = Self { free: middle, ..Self::default() };
            }
        }
        bytes
    }
}

/// The first one in a frame that is not before `from`.
fn falling_edge(frame: &Transmitter, start: Instant, from: Instant) -> Option<Instant> {
    let (mut at, mut was_high) = (start, true);
    while at < frame.end() {
        let is_high = frame.level(at);
        if was_high && !is_high && at >= from {
            return Some(at);
        }
        was_high = is_high;
        at = frame.deadline(at);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use hil_sim_core::serial::Format;

    /// Sends bytes without pauses.
    fn misread(text: &[u8], sent_bit: u64, read_bit: u64) -> Vec<u8> {
        let (mut reader, mut now, mut bytes) = (Misreader::default(), Instant::ZERO, Vec::new());
        for byte in text {
            let frame = Transmitter::frame(now, *byte, Format::COMMON, Span::from_ns(sent_bit), true);
            bytes.extend(reader.read(&frame, now, Span::from_ns(read_bit)));
            now = frame.end();
        }
        bytes
    }

    #[test]
    fn at_the_same_rate_every_byte_is_read() {
        assert_eq!(misread(b"hello\xFF\x00", 8680, 8680), b"hello\xFF\x00");
    }

    #[test]
    fn a_slow_reader_gets_few_bytes_and_a_fast_one_many() {
        let text = b"I (1234) mqtt: connected";
        let (slow, fast) = (misread(text, 8680, 104_166), misread(text, 104_166, 8680));
        assert!((1..=3).contains(&slow.len()), "{slow:02x?}");
        assert!(fast.len() > 2 * text.len(), "{fast:02x?}");
        let text = text.as_slice();
        assert!(!slow.windows(2).chain(fast.windows(2)).any(|pair| text.windows(2).any(|it| it == pair)));
    }
}
