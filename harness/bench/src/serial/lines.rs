//! Bytes into lines: none lost, none joined. All pieces together are what came in, byte for byte.

use std::time::Instant;

/// A line longer than this comes in several pieces.
pub const LONGEST: usize = 4096;

/// A line with its line feed, or a part of one: the first part of a long line, or what stood there when nothing more came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// When its first byte came.
    pub at: Instant,
    /// The bytes, with the line feed if it ends one.
    pub bytes: Vec<u8>,
}

impl Piece {
    /// Whether a line ends here.
    pub fn ends_line(&self) -> bool {
        self.bytes.last() == Some(&b'\n')
    }
}

/// Splits a stream into lines.
#[derive(Debug, Default)]
pub struct Splitter {
    began: Option<Instant>,
    bytes: Vec<u8>,
}

impl Splitter {
    /// Takes bytes that came at `at`, and hands on what they complete.
    pub fn push(&mut self, at: Instant, mut bytes: &[u8], mut piece: impl FnMut(Piece)) {
        while !bytes.is_empty() {
            let room = LONGEST - self.bytes.len();
            let end = bytes.iter().take(room).position(|byte| *byte == b'\n').map_or(bytes.len().min(room), |i| i + 1);
            let (head, tail) = bytes.split_at(end);
            self.began.get_or_insert(at);
            self.bytes.extend_from_slice(head);
            bytes = tail;
            if head.last() == Some(&b'\n') || self.bytes.len() == LONGEST {
                piece(self.take().expect("not empty"));
            }
        }
    }

    /// What there is of an unfinished line, as if it ended here.
    pub fn take(&mut self) -> Option<Piece> {
        let at = self.began.take()?;
        Some(Piece { at, bytes: std::mem::take(&mut self.bytes) })
    }

    /// Whether there is an unfinished line.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_lost_or_joined_however_the_bytes_come(
            chunks in prop::collection::vec(prop::collection::vec(prop_oneof![4 => any::<u8>(), 1 => Just(b'\n')], 0..6000), 0..6),
            pauses in prop::collection::vec(any::<bool>(), 6),
        ) {
            let (mut splitter, mut pieces) = (Splitter::default(), Vec::new());
            for (chunk, pause) in chunks.iter().zip(pauses) {
                splitter.push(Instant::now(), chunk, |piece| pieces.push(piece.bytes));
                if pause {
                    pieces.extend(splitter.take().map(|piece| piece.bytes));
                }
            }
            pieces.extend(splitter.take().map(|piece| piece.bytes));
            prop_assert_eq!(pieces.concat(), chunks.concat());
            for piece in &pieces {
                prop_assert!(!piece.is_empty() && piece.len() <= LONGEST);
                prop_assert!(!piece[..piece.len() - 1].contains(&b'\n'), "two lines in one piece");
            }
        }
    }
}
