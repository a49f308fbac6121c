//! The device's serial output as one stream of bytes, whatever chunks it came in.

use hil_model::observation::{Entry, Observation, SerialStream};
use hil_targets::journal::{Journal, Position};

/// Everything that the device has printed, and where it stands in the journal.
#[derive(Debug, Default)]
pub(super) struct SerialLog {
    bytes: Vec<u8>,
    /// Start of each chunk in `bytes`, and its entry.
    chunks: Vec<(usize, u64)>,
    /// First journal entry that was not looked at.
    next: Position,
}

impl SerialLog {
    /// Takes over what the journal has got since the last call.
    pub(super) fn update(&mut self, journal: &Journal) {
        journal.read(0, |entries| self.take(entries));
    }

    /// The same from a slice of all entries.
    pub(super) fn take(&mut self, all: &[Entry]) {
        for entry in &all[(self.next as usize).min(all.len())..] {
            if let Observation::Serial { stream: SerialStream::Output, data } = &entry.what {
                self.chunks.push((self.bytes.len(), entry.seq));
                self.bytes.extend_from_slice(&data.0);
            }
        }
        self.next = all.len() as Position;
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// End of the first occurrence of `needle` at or behind byte `from`.
    pub(super) fn find(&self, needle: &[u8], from: usize) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        if needle.is_empty() {
            return Some(from);
        }
        rest.windows(needle.len()).position(|w| w == needle).map(|i| from + i + needle.len())
    }

    /// The whole lines that end behind byte `from`, with the byte behind their line end.
    pub(super) fn lines(&self, from: usize) -> impl Iterator<Item = (usize, String)> + '_ {
        let start = self.bytes[..from.min(self.bytes.len())].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let mut at = start;
        std::iter::from_fn(move || {
            let rest = &self.bytes[at..];
            let length = rest.iter().position(|b| *b == b'\n')?;
            let line = String::from_utf8_lossy(&rest[..length]).trim_end_matches('\r').to_owned();
            at += length + 1;
            Some((at, line))
        })
        .filter(move |(end, _)| *end > from)
    }

    /// What was printed behind byte `from`, for a failure: the last `count` lines.
    pub(super) fn tail(&self, from: usize, count: usize) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.bytes[from.min(self.bytes.len())..]).into_owned();
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines[lines.len().saturating_sub(count)..].to_vec()
    }

    /// Journal entries of the chunks at and behind byte `from`, the last `count` of them.
    pub(super) fn entries(&self, from: usize, count: usize) -> Vec<u64> {
        let seqs: Vec<_> = self.chunks.iter().filter(|(start, _)| *start >= from).map(|(_, seq)| *seq).collect();
        seqs[seqs.len().saturating_sub(count)..].to_vec()
    }

    /// The entry in which byte `at - 1` came.
    pub(super) fn entry_before(&self, at: usize) -> Option<u64> {
        self.chunks.iter().rev().find(|(start, _)| *start < at).map(|(_, seq)| *seq)
    }
}
