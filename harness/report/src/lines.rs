//! Journal entries as lines of text: the one wording that all reports share.

use std::collections::BTreeSet;

use super::text::{clean, clean_bytes, thousands, truncate};
use hil_model::event::{Attempt, Failure};
use hil_model::observation::{Direction, Entry, FlashOp, Message, Observation, Payload, SerialStream};
use hil_model::time::SimTime;

/// Characters of one entry's text; packets and serial output may be long.
const MAX_TEXT: usize = 400;
/// Entries shown before the first that matters.
const BEFORE: usize = 3;
/// Entries shown of a failure that names none.
const LAST: usize = 8;
/// Entries shown around a failure at most.
const MAX_AROUND: usize = 24;

/// An entry in two columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// What kind of observation: `received`.
    pub(crate) kind: &'static str,
    /// The rest, on one line.
    pub(crate) text: String,
}

impl Line {
    pub(crate) fn of(what: &Observation) -> Self {
        let (kind, text) = match what {
            Observation::Step { path, title } => ("step", clean(&format!("{path}: {title}"))),
            Observation::Published(message) => ("published", self::message(message)),
            Observation::Received(message) => ("received", self::message(message)),
            Observation::Packet { direction: Direction::ToBroker, summary } => ("sent", clean(summary)),
            Observation::Packet { direction: Direction::ToDevice, summary } => ("delivered", clean(summary)),
            Observation::Serial { stream, data } => (
                match stream {
                    SerialStream::Output => "serial",
                    SerialStream::Input => "serial in",
                },
                serial(&data.0),
            ),
            Observation::Led { part, index, color, evidence } => {
                let evidence = evidence.remark().map_or_else(String::new, |remark| format!(" ({remark})"));
                ("light", format!("{} {color}{evidence}", light(part, *index)))
            }
            Observation::Waveform { part, problem } => ("waveform", clean(&format!("{part}: {problem}"))),
            Observation::Flash { op, offset, length } => {
                let op = match op {
                    FlashOp::Write => "write",
                    FlashOp::Erase => "erase",
                };
                ("flash", format!("{op} {length} bytes at {offset:#x}"))
            }
            Observation::Device(event) => ("power", clean(&event.to_string())),
            Observation::Fault { what } => ("fault", clean(what)),
            Observation::Part { part, shows } => ("part", clean(&format!("{part} {shows}"))),
            Observation::Pin { part, pin, level } => ("pin", clean(&format!("{part}:{pin} is {}", u8::from(*level)))),
            Observation::Control { part, control, value } => ("control", clean(&format!("{part} {control} = {value}"))),
            Observation::Broker { event } => ("broker", clean(event)),
            Observation::Unmodelled { text, .. } => ("unmodelled", clean(text)),
            Observation::Note { text } => ("note", clean(text)),
            Observation::Outcome { path, ok: true, text } => ("ok", clean(&format!("{path}: {text}"))),
            Observation::Outcome { path, ok: false, text } => ("not ok", clean(&format!("{path}: {text}"))),
        };
        Self { kind, text: truncate(&text, MAX_TEXT) }
    }
}

/// `12.345678 s`: much happens within a millisecond of device time.
pub(crate) fn time(at: SimTime) -> String {
    format!("{}.{:06} s", at.0 / 1_000_000_000, at.0 / 1_000 % 1_000_000)
}

/// `led1`, or `led1[3]` further down a chain.
pub(crate) fn light(part: &str, index: u16) -> String {
    if index == 0 { clean(part) } else { format!("{}[{index}]", clean(part)) }
}

/// `stat/led/power "on" (QoS 1, retained)`
pub(crate) fn message(m: &Message) -> String {
    let mut details = vec![];
    if m.qos > 0 {
        details.push(format!("QoS {}", m.qos));
    }
    if m.retain {
        details.push("retained".to_owned());
    }
    details.extend(m.response_topic.as_ref().map(|topic| format!("response topic {}", clean(topic))));
    details.extend(m.correlation_data.as_ref().map(|data| format!("correlation data {data}")));
    details.extend(m.content_type.as_ref().map(|kind| format!("content type {}", clean(kind))));
    details.extend(m.message_expiry.map(|seconds| format!("expires in {seconds} s")));
    details.extend(m.payload_is_utf8.map(|utf8| format!("payload format {}", u8::from(utf8))));
    details.extend(m.user_properties.iter().map(|(key, value)| format!("{}={}", clean(key), clean(value))));
    let details = if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
    format!("{} {}{details}", clean(&m.topic), payload(&m.payload))
}

/// Quoted; in single quotes if there are double ones, so that JSON can be read.
fn payload(payload: &Payload) -> String {
    match payload.as_text().map(clean) {
        Some(text) if text.contains('"') && !text.contains('\'') => format!("'{text}'"),
        Some(text) if !text.contains('"') => format!("\"{text}\""),
        _ => clean(&payload.to_string()),
    }
}

fn serial(data: &[u8]) -> String {
    let line = data.strip_suffix(b"\n").map_or(data, |line| line.strip_suffix(b"\r").unwrap_or(line));
    clean_bytes(line)
}

/// A piece of the journal: an entry, or the number of entries left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Piece<'a> {
    Entry {
        entry: &'a Entry,
        /// Whether a failure names it.
        related: bool,
    },
    Gap(usize),
}

/// The journal around a failure: the entries that it names and a few before each.
pub(crate) fn around<'a>(failure: &Failure, journal: &'a [Entry]) -> Vec<Piece<'a>> {
    let related: Vec<usize> =
        failure.related.iter().filter_map(|seq| journal.iter().position(|e| e.seq == *seq)).collect();
    let mut keep = BTreeSet::new();
    if related.is_empty() {
        let end = journal.iter().rposition(|e| e.at <= failure.at).map_or(0, |last| last + 1);
        keep.extend(end.saturating_sub(LAST)..end);
    }
    for &position in related.iter().take(MAX_AROUND) {
        keep.extend(position.saturating_sub(BEFORE)..=position);
    }
    let surplus = keep.len().saturating_sub(MAX_AROUND);
    let dispensable: Vec<usize> = keep.iter().copied().filter(|p| !related.contains(p)).take(surplus).collect();
    keep.retain(|p| !dispensable.contains(p));
    pieces(journal, &keep, |p| related.contains(&p))
}

/// The journal of an attempt with at most `max` entries: the first, the last, and those that failures name.
pub(crate) fn capped(attempt: &Attempt, max: usize) -> Vec<Piece<'_>> {
    let journal = &attempt.journal;
    let is_related = |e: &Entry| attempt.failures.iter().any(|f| f.related.contains(&e.seq));
    let keep: BTreeSet<usize> = if journal.len() <= max {
        (0..journal.len()).collect()
    } else {
        let mut keep: BTreeSet<usize> =
            journal.iter().enumerate().filter(|(_, e)| is_related(e)).map(|(p, _)| p).take(max / 4).collect();
        keep.extend(0..max / 4);
        let last = max - keep.len();
        keep.extend(journal.len() - last..journal.len());
        keep
    };
    pieces(journal, &keep, |p| is_related(&journal[p]))
}

fn pieces<'a>(journal: &'a [Entry], keep: &BTreeSet<usize>, related: impl Fn(usize) -> bool) -> Vec<Piece<'a>> {
    let mut pieces = vec![];
    let mut next = 0;
    for &position in keep {
        if position > next {
            pieces.push(Piece::Gap(position - next));
        }
        pieces.push(Piece::Entry { entry: &journal[position], related: related(position) });
        next = position + 1;
    }
    if next < journal.len() {
        pieces.push(Piece::Gap(journal.len() - next));
    }
    pieces
}

/// `1 entry`, `2 entries`.
pub(crate) fn entries(n: usize) -> String {
    if n == 1 { "1 entry".to_owned() } else { format!("{} entries", thousands(n)) }
}

/// The pieces as plain text in aligned columns, `>` before those that a failure names.
pub(crate) fn plain(pieces: &[Piece<'_>]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Gap(n) => text.push_str(&format!("               ... {} left out\n", entries(*n))),
            Piece::Entry { entry, related } => {
                let Line { kind, text: what } = Line::of(&entry.what);
                let mark = if *related { '>' } else { ' ' };
                text.push_str(&format!("{mark} {:>13}  {kind:<9}  {what}\n", time(entry.at)));
            }
        }
    }
    text
}
