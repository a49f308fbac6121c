//! Where lines end: after LF, CR LF, CR, LF CR or CR CR LF, whatever comes first.

use super::plain;

/// Bytes of a line that are kept; beyond them nobody reads it as a whole.
const LONGEST: usize = 16 << 10;

/// Finds line ends in a stream of bytes, one byte after the other.
///
/// A line has ended with its first CR or LF. What belongs to the same line end then is skipped: further CRs and one LF after a
/// CR, and one CR after an LF. So a console that only prints CRs has lines too, and one that prints LF CR has no empty ones
/// between.
#[derive(Debug, Default, Clone, Copy)]
pub struct LineEnds(Last);

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Last {
    #[default]
    Text,
    Cr,
    Lf,
}

/// What a byte is to its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A part of it.
    Text,
    /// Its end.
    End,
    /// A further byte of the end of the line before.
    Skipped,
}

impl LineEnds {
    /// Takes the next byte.
    pub fn push(&mut self, byte: u8) -> Place {
        let (last, place) = match (self.0, byte) {
            (Last::Cr, b'\r') => (Last::Cr, Place::Skipped),
            (Last::Cr, b'\n') | (Last::Lf, b'\r') => (Last::Text, Place::Skipped),
            (_, b'\r') => (Last::Cr, Place::End),
            (_, b'\n') => (Last::Lf, Place::End),
            _ => (Last::Text, Place::Text),
        };
        self.0 = last;
        place
    }
}

/// Lines as [plain] text, from pieces that may be parts of one.
#[derive(Debug, Default)]
pub struct Lines {
    ends: LineEnds,
    bytes: Vec<u8>,
}

impl Lines {
    /// Takes a piece; the lines that it ends, in order.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for byte in bytes {
            match self.ends.push(*byte) {
                Place::Text if self.bytes.len() < LONGEST => self.bytes.push(*byte),
                Place::Text | Place::Skipped => {}
                Place::End => lines.push(plain(&std::mem::take(&mut self.bytes))),
            }
        }
        lines
    }

    /// What has come of a line that has not ended.
    pub fn unfinished(&self) -> &[u8] {
        &self.bytes
    }

    /// The stream is interrupted: what has come of a line ends here.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_kinds_of_line_ends_end_one_line() {
        for end in ["\n", "\r\n", "\r", "\n\r", "\r\r\n"] {
            let text = format!("one{end}two{end}three{end}");
            assert_eq!(Lines::default().push(text.as_bytes()), ["one", "two", "three"], "{end:?}");
        }
        assert_eq!(Lines::default().push(b"one\r\n\r\ntwo\n\nthree\n"), ["one", "", "two", "", "three"]);
        assert_eq!(Lines::default().push(b"\rnew\n"), ["", "new"]);
    }

    proptest! {
        #[test]
        fn lines_are_the_same_however_they_come(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(b'\r'), Just(b'a')], 0..60),
            cut in 0_usize..60,
        ) {
            let whole = Lines::default().push(&bytes);
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            let mut pieces = Lines::default();
            let mut lines = pieces.push(head);
            lines.extend(pieces.push(tail));
            prop_assert_eq!(lines, whole);
        }
    }
}
