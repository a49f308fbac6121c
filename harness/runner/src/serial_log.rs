//! The device's serial output as one stream of bytes, whatever chunks it came in, and as lines.

use hil_model::observation::{Entry, Observation, SerialStream};
use hil_model::time::SimTime;
use hil_targets::console::{LineEnds, Place, plain};
use hil_targets::journal::{Journal, Position};

/// Everything that the device has printed, and where it stands in the journal.
#[derive(Debug, Default)]
pub(super) struct SerialLog {
    bytes: Vec<u8>,
    /// Start of each chunk in `bytes`, and its entry.
    chunks: Vec<(usize, u64)>,
    /// When the last chunk came.
    last: SimTime,
    lines: Vec<Line>,
    ends: LineEnds,
    /// Where the line begins that has not ended.
    open: usize,
    /// First journal entry that was not looked at.
    next: Position,
}

/// A line that has ended: its bytes, and the first byte of its end.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
}

/// How a line is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Without colours and control characters.
    Plain,
    /// As it came.
    Raw,
}

impl Reading {
    fn of(self, bytes: &[u8]) -> String {
        match self {
            Self::Plain => plain(bytes),
            Self::Raw => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

impl SerialLog {
    /// Takes over what the journal has got since the last call.
    pub(super) fn update(&mut self, journal: &Journal) {
        journal.read(self.next, |entries| self.take(entries));
    }

    /// The same from entries that are in order; those that were taken already are passed over.
    pub(super) fn take(&mut self, entries: &[Entry]) {
        let first = entries.partition_point(|entry| entry.seq < self.next);
        for entry in &entries[first..] {
            if let Observation::Serial { stream: SerialStream::Output, data } = &entry.what {
                self.chunks.push((self.bytes.len(), entry.seq));
                self.last = entry.at;
                data.0.iter().for_each(|byte| self.push(*byte));
            }
            self.next = entry.seq + 1;
        }
    }

    fn push(&mut self, byte: u8) {
        let at = self.bytes.len();
        self.bytes.push(byte);
        match self.ends.push(byte) {
            Place::Text => {}
            Place::End => {
                self.lines.push(Line { start: self.open, end: at });
                self.open = at + 1;
            }
            Place::Skipped => self.open = at + 1,
        }
    }

    /// The first journal entry that was not taken.
    pub(super) const fn next(&self) -> Position {
        self.next
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// End of the first occurrence of `needle` at or behind byte `from`.
    pub(super) fn find(&self, needle: &[u8], from: usize) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        memchr::memmem::find(rest, needle).map(|at| from + at + needle.len())
    }

    /// The number of lines that end at or before byte `from`: the first one behind it.
    pub(super) fn line_behind(&self, from: usize) -> usize {
        self.lines.partition_point(|line| line.end < from)
    }

    /// Lines that have ended, from this one on: the byte behind the first of their end, and their text. What stands before byte
    /// `cut` is no part of them.
    pub(super) fn lines(
        &self,
        first: usize,
        cut: usize,
        reading: Reading,
    ) -> impl DoubleEndedIterator<Item = (usize, String)> + '_ {
        let lines = self.lines.get(first..).unwrap_or_default();
        let text = move |line: &Line| reading.of(&self.bytes[line.start.max(cut).min(line.end)..line.end]);
        lines.iter().map(move |line| (line.end + 1, text(line)))
    }

    /// Lines that have ended.
    pub(super) const fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// When the last byte came of what there is behind byte `from` of the line that has not ended.
    pub(super) fn unfinished_at(&self, from: usize) -> Option<SimTime> {
        (self.bytes.len() > self.open.max(from)).then_some(self.last)
    }

    /// That part of the line, and when its last byte came.
    pub(super) fn unfinished(&self, from: usize, reading: Reading) -> Option<(String, SimTime)> {
        let last = self.unfinished_at(from)?;
        Some((reading.of(&self.bytes[self.open.max(from)..]), last))
    }

    /// What was printed behind byte `from`, for a failure: the last `count` lines.
    pub(super) fn tail(&self, from: usize, count: usize) -> Vec<String> {
        let first = self.line_behind(from).max(self.lines.len().saturating_sub(count));
        let ended = self.lines(first, 0, Reading::Plain).map(|(_, line)| line);
        let mut lines: Vec<_> = ended.chain(self.unfinished(from, Reading::Plain).map(|(line, _)| line)).collect();
        lines.drain(..lines.len().saturating_sub(count));
        lines
    }

    /// Journal entries of the chunks at and behind byte `from`, the last `count` of them.
    pub(super) fn entries(&self, from: usize, count: usize) -> Vec<u64> {
        let first = self.chunks.partition_point(|(start, _)| *start < from);
        let first = first.max(self.chunks.len().saturating_sub(count));
        self.chunks[first..].iter().map(|(_, seq)| *seq).collect()
    }

    /// The entry in which byte `at - 1` came.
    pub(super) fn entry_before(&self, at: usize) -> Option<u64> {
        let chunks = self.chunks.partition_point(|(start, _)| *start < at);
        self.chunks[..chunks].last().map(|(_, seq)| *seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hil_model::observation::Payload;

    fn log(pieces: &[&[u8]]) -> SerialLog {
        let mut log = SerialLog::default();
        for (seq, piece) in (0..).zip(pieces) {
            let what = Observation::Serial { stream: SerialStream::Output, data: Payload(piece.to_vec()) };
            log.take(&[Entry { seq, at: SimTime(seq), wall: std::time::Duration::ZERO, what }]);
        }
        log
    }

    #[test]
    fn lines_are_found_by_where_they_end() {
        let log = log(&[b"one\r", b"\ntwo\r\r\n", b"\x1b[32mthr", b"ee\x1b[0m\n> "]);
        let all: Vec<_> = log.lines(0, 0, Reading::Plain).collect();
        assert_eq!(all, [(4, "one".to_owned()), (9, "two".to_owned()), (26, "three".to_owned())]);
        // A match behind `one` leaves the others, although more bytes of its end have come.
        assert_eq!(log.line_behind(4), 1);
        assert_eq!(log.lines(2, 0, Reading::Raw).next().unwrap().1, "\u{1b}[32mthree\u{1b}[0m");
        assert_eq!(log.unfinished(0, Reading::Plain), Some(("> ".to_owned(), SimTime(3))));
        assert_eq!(log.unfinished(log.len(), Reading::Plain), None);
        assert_eq!(log.tail(0, 2), ["three", "> "]);
        assert_eq!(log.entry_before(9), Some(1));
        assert_eq!(log.entries(0, 2), [2, 3]);
    }
}
