//! Lines on the serial console, in the form of ESP-IDF's log: `I (1234) mqtt: connected`.

use core::fmt;

use crate::time::Instant;

/// How serious a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// `I`: the course of things.
    Info,
    /// `W`: something outside went wrong and is dealt with.
    Warn,
    /// `E`: the device cannot do its duty.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "I",
            Self::Warn => "W",
            Self::Error => "E",
        })
    }
}

/// One line, without its line end. `Display` renders `<level> (<milliseconds since boot>) <tag>: <text>`.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// How serious it is.
    pub level: Level,
    /// When it was written.
    pub at: Instant,
    /// The part of the firmware that speaks: `boot`, `light`, `wifi`, `mqtt`, `command` or `store`.
    pub tag: &'a str,
    /// What it says.
    pub text: fmt::Arguments<'a>,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) {}: {}", self.level, self.at.as_millis(), self.tag, self.text)
    }
}

/// Bytes from outside, made fit for a line: printable ASCII stays, `\` doubles, anything else is `\xNN`. What is longer
/// than the limit ends in `...`.
#[derive(Debug, Clone, Copy)]
pub struct Escaped<'a> {
    bytes: &'a [u8],
    limit: usize,
}

impl<'a> Escaped<'a> {
    /// Payload bytes that a line shows at most.
    pub const PAYLOAD_LIMIT: usize = 64;

    /// `bytes` as a payload in a line: at most [`PAYLOAD_LIMIT`](Self::PAYLOAD_LIMIT) of them.
    pub const fn payload(bytes: &'a [u8]) -> Self {
        Self::limited(bytes, Self::PAYLOAD_LIMIT)
    }

    /// At most the first `limit` of `bytes`.
    pub const fn limited(bytes: &'a [u8], limit: usize) -> Self {
        Self { bytes, limit }
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.bytes.get(..self.limit).unwrap_or(self.bytes);
        for &byte in shown {
            match byte {
                b'\\' => f.write_str("\\\\")?,
                b' '..=b'~' => write!(f, "{}", char::from(byte))?,
                _ => write!(f, "\\x{byte:02X}")?,
            }
        }
        if shown.len() < self.bytes.len() { f.write_str("...") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::ToString};

    use super::*;

    #[test]
    fn a_line_looks_like_esp_idf() {
        let line = Line {
            level: Level::Warn,
            at: Instant::from_micros(1_234_999),
            tag: "mqtt",
            text: format_args!("refused with 0x{:02X}", 0x87),
        };
        assert_eq!(line.to_string(), "W (1234) mqtt: refused with 0x87");
    }

    #[test]
    fn payloads_are_escaped_and_bounded() {
        assert_eq!(Escaped::payload(b"blink,1,2").to_string(), "blink,1,2");
        assert_eq!(Escaped::payload(b"a\0\r\n\\\xff").to_string(), r"a\x00\x0D\x0A\\\xFF");
        assert_eq!(Escaped::payload(&[b'x'; 64]).to_string(), "x".repeat(64));
        assert_eq!(Escaped::payload(&[b'x'; 65]).to_string(), format!("{}...", "x".repeat(64)));
    }
}
