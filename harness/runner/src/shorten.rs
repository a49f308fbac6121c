//! Journals that hold the same few entries thousands of times are kept in short.

use std::ops::Range;

use hil_model::device::DeviceEvent;
use hil_model::observation::{Entry, Observation, SerialStream};
use hil_targets::journal::Journal;

/// Entries that are kept of a loop that did not wait: as many of its beginning as of its end.
const KEPT_OF_LOOP: usize = 500;
/// Such a loop has lasted no longer than this of the device's time, in nanoseconds.
const LOOP_NS: u64 = 1_000_000_000;
/// The same of a journal that is full.
const KEPT_OF_FULL: usize = 50_000;
/// Of a journal that is full because its entries are large, bytes that are kept of its beginning, and as many of its end.
const KEPT_BYTES: usize = 8 << 20;

/// The entries, without the middle of loops that did not wait, and without the middle of a journal that is full: only what the
/// device does is left out, and of a journal that is full also what was sent to it. A note stands in its place, with the number of the first entry that is not there.
pub(super) fn shortened(entries: Vec<Entry>) -> Vec<Entry> {
    let mut gaps: Vec<Range<usize>> = Vec::new();
    let is_end = |entry: &Entry| matches!(entry.what, Observation::Device(DeviceEvent::Spins { .. }));
    for end in (0..entries.len()).filter(|at| is_end(&entries[*at])) {
        let limit = entries[end].at.0.saturating_sub(LOOP_NS);
        let begin = entries[..end].iter().rposition(|entry| entry.at.0 < limit).map_or(0, |before| before + 1);
        gaps.push(begin + KEPT_OF_LOOP..end.saturating_sub(KEPT_OF_LOOP));
    }
    gaps.retain(|gap| !gap.is_empty());
    let full = gap_of_full(&entries, Journal::MOST_BYTES);
    if gaps.is_empty() && full.is_empty() {
        return entries;
    }
    let mut kept: Vec<Entry> = Vec::new();
    let mut left_out = 0;
    for (at, entry) in entries.into_iter().enumerate() {
        let is_of_device = is_of_device(&entry.what);
        let is_looped = is_of_device && gaps.iter().any(|gap| gap.contains(&at));
        let is_too_much = full.contains(&at) && (is_of_device || matches!(entry.what, Observation::Published(_)));
        if is_looped || is_too_much {
            left_out += 1;
            let whose = if full.is_empty() { " of the device" } else { "" };
            let text = format!("so many entries{whose} are left out here: {left_out}");
            let what = Observation::Note { text };
            match kept.last_mut().filter(|_| left_out > 1) {
                Some(note) => note.what = what,
                None => kept.push(Entry { what, ..entry }),
            }
        } else {
            left_out = 0;
            kept.push(entry);
        }
    }
    kept
}

/// What is too much of a journal that is full: of one that has too many entries, or whose entries take too many bytes.
fn gap_of_full(entries: &[Entry], most_bytes: usize) -> Range<usize> {
    if entries.len() >= Journal::MOST {
        return KEPT_OF_FULL..entries.len() - KEPT_OF_FULL;
    }
    let all: usize = entries.iter().map(|entry| entry.what.size()).sum();
    if all < most_bytes {
        return 0..0;
    }
    let kept = |entries: &mut dyn Iterator<Item = &Entry>| {
        let mut bytes = 0;
        entries
            .take_while(|entry| {
                bytes += entry.what.size();
                bytes <= KEPT_BYTES
            })
            .count()
    };
    kept(&mut entries.iter())..entries.len() - kept(&mut entries.iter().rev())
}

/// Whether it is something that a device does, and so may do without end.
fn is_of_device(what: &Observation) -> bool {
    use Observation as O;
    matches!(
        what,
        O::Serial { stream: SerialStream::Output, .. }
            | O::Packet { .. }
            | O::Received(_)
            | O::Led { .. }
            | O::Flash { .. }
            | O::Waveform { .. }
            | O::Broker { .. }
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use hil_model::time::SimTime;

    #[test]
    fn of_few_large_entries_as_many_bytes_are_kept_as_of_many_small_ones() {
        let text = "x".repeat(1 << 20);
        let what = Observation::Note { text };
        let entries: Vec<Entry> =
            (0..40).map(|seq| Entry { seq, at: SimTime(seq), wall: Duration::ZERO, what: what.clone() }).collect();
        assert_eq!(gap_of_full(&entries, 100 << 20), 0..0, "it is not full");
        let gap = gap_of_full(&entries, 30 << 20);
        // A little less than eight, for an entry is more than its text.
        assert_eq!(gap, 7..33);
    }

    #[test]
    fn only_the_middle_of_a_loop_is_left_out_and_no_step() {
        let entry = |seq: u64, at: u64, what| Entry { seq, at: SimTime(at), wall: Duration::ZERO, what };
        let line = || Observation::Serial { stream: SerialStream::Output, data: "again".into() };
        let step = Observation::Step { path: "step 2".to_owned(), title: "delay".to_owned() };
        let mut entries: Vec<Entry> = (0..2000).map(|seq| entry(seq, 1, line())).collect();
        entries.extend((2000..5000).map(|seq| entry(seq, 3 * LOOP_NS, line())));
        entries[3000].what = step.clone();
        assert_eq!(shortened(entries.clone()), entries, "a device that talks much does not spin");
        entries.push(entry(5000, 3 * LOOP_NS, Observation::Device(DeviceEvent::Spins { how: "for ever".to_owned() })));
        let short = shortened(entries);
        // Two notes, for what comes before the step and behind it.
        assert_eq!(short.len(), 2000 + 2 * KEPT_OF_LOOP + 1 + 2 + 1);
        assert_eq!(short[2500].seq, 2500);
        assert_eq!(
            short[2500].what,
            Observation::Note { text: "so many entries of the device are left out here: 500".to_owned() }
        );
        assert_eq!(short[2501].what, step);
        assert_eq!(short[2502].seq, 3001);
        assert_eq!(short[2503].seq, 4500);
    }
}
