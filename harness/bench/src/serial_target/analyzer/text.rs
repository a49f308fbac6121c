//! What `sigrok-cli -O hex` prints, as samples.
//!
//! ```text
//! libsigrok 0.5.2
//! Acquisition with 1/8 channels at 24 MHz
//! D0:00 00 1f ff c0 00 ...
//! ```
//!
//! Two digits are eight samples, the first of them the highest bit.

use super::spec::parse_rate;

/// The longest line that is taken for one; ours have 3 kB.
const LONGEST_LINE: usize = 1 << 16;

/// Something that the text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Samples per second, as the device reports them.
    Rate(u64),
    /// Eight samples each, the first of them in the highest bit.
    Samples(Vec<u8>),
    /// A line that is none of the format's.
    Unknown(String),
}

/// The text, as it comes.
#[derive(Debug, Clone)]
pub struct Text {
    /// `D0:`.
    prefix: Vec<u8>,
    line: Vec<u8>,
}

impl Text {
    /// The text of a capture of one channel.
    pub fn new(channel: &str) -> Self {
        Self { prefix: format!("{channel}:").into_bytes(), line: Vec::new() }
    }

    /// More of it. Samples come by whole lines, those of one call together.
    pub fn push(&mut self, text: &[u8]) -> Vec<Part> {
        let mut parts = Vec::new();
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.line.len() > LONGEST_LINE {
                self.end_line(&mut parts);
            }
        }
        parts
    }

    fn end_line(&mut self, parts: &mut Vec<Part>) {
        let line = std::mem::take(&mut self.line);
        if let Some(digits) = line.strip_prefix(self.prefix.as_slice())
            && let Some(mut samples) = bytes(digits)
        {
            match parts.last_mut() {
                Some(Part::Samples(before)) => before.append(&mut samples),
                _ => parts.push(Part::Samples(samples)),
            }
            return;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.starts_with("Acquisition with ") {
            parts.extend(text.rsplit_once(" at ").and_then(|(_, rate)| parse_rate(rate)).map(Part::Rate));
        } else if let Some(rate) = text.strip_prefix("META samplerate: ") {
            // A device, or a file, that tells its rate late.
            parts.extend(parse_rate(rate).map(Part::Rate));
        } else if !text.is_empty() && !text.starts_with("libsigrok ") {
            parts.push(Part::Unknown(text.chars().take(200).collect()));
        }
    }
}

/// `00 1f ff `.
fn bytes(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(digits.len() / 3);
    for pair in digits.split(u8::is_ascii_whitespace).filter(|pair| !pair.is_empty()) {
        let [high, low] = pair else { return None };
        bytes.push(digit(*high)? << 4 | digit(*low)?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "libsigrok 0.5.2\nAcquisition with 1/13 channels at 1.5 MHz\nD0:8f 0f \nD0:77 ff 3f \n";

    #[test]
    fn header_and_samples_are_read_however_the_text_is_cut() {
        let whole = Text::new("D0").push(PRINTED.as_bytes());
        assert_eq!(whole, [Part::Rate(1_500_000), Part::Samples(vec![0x8F, 0x0F, 0x77, 0xFF, 0x3F])]);
        let mut text = Text::new("D0");
        let parts: Vec<Part> = PRINTED.as_bytes().chunks(5).flat_map(|piece| text.push(piece)).collect();
        assert_eq!(
            parts,
            [Part::Rate(1_500_000), Part::Samples(vec![0x8F, 0x0F]), Part::Samples(vec![0x77, 0xFF, 0x3F])]
        );
    }

    #[test]
    fn other_output_is_told() {
        for line in ["D1:8f", "D0:8", "D0:xx", "0:10101"] {
            assert_eq!(Text::new("D0").push(format!("{line}\n").as_bytes()), [Part::Unknown(line.to_owned())]);
        }
        // Binary output has no lines.
        let parts = Text::new("D0").push(&[1; 70_000]);
        assert!(matches!(parts[..], [Part::Unknown(_)]), "{}", parts.len());
    }
}
