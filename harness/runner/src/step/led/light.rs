//! One light's colours over time, as the journal has them.

use std::time::Duration;

use crate::context::Context;
use crate::failure::Unmet;
use hil_model::observation::{Entry, Evidence, Observation, Rgb};
use hil_model::time::{SimTime, display};
use hil_scenario::step::{ExpectLed, WantedEvidence};
use hil_targets::journal::{Journal, Position};

/// A change of colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Change {
    pub(crate) seq: u64,
    pub(crate) at: SimTime,
    pub(super) color: Rgb,
    pub(super) evidence: Evidence,
}

impl Change {
    /// Behind what was found: nothing where the waveform was seen.
    pub(super) fn evidence(self) -> String {
        self.evidence.remark().map_or_else(String::new, |remark| format!(", {remark}"))
    }
}

/// The light that a step looks at, and from where.
pub(super) struct Light {
    pub(super) part: String,
    pub(super) index: u16,
    evidence: Option<WantedEvidence>,
    /// First entry that counts.
    pub(super) from: Position,
    /// Its time.
    pub(super) from_time: SimTime,
    /// How late a change may come to be known.
    lateness: Duration,
}

impl Light {
    pub(super) fn new(cx: &Context, expect: &ExpectLed) -> Self {
        let (part, index) = (expect.part.value.clone(), expect.index);
        let window = (cx.window.from, cx.window.from_time);
        let used = cx.window.lights.get(&(part.clone(), index)).copied().unwrap_or_default();
        let (from, from_time) = if used.0 > window.0 { used } else { window };
        let (from, from_time) = match cx.window.order_from {
            Some(order) if order > from => (order, cx.journal.read(order, |e| e.first().map_or(from_time, |e| e.at))),
            _ => (from, from_time),
        };
        // Within `any-of` nobody waits.
        let lateness = if cx.window.no_waiting { Duration::ZERO } else { cx.device.light_lateness() };
        Self { part, index, evidence: expect.evidence, from, from_time, lateness }
    }

    /// In a record of the lights alone, from `from` on, or from where an earlier step has looked up to.
    pub(super) fn in_record(
        record: &Journal,
        expect: &ExpectLed,
        from: SimTime,
        used: Option<(Position, SimTime)>,
    ) -> Self {
        let (part, index) = (expect.part.value.clone(), expect.index);
        let first = record.read(0, |entries| entries.partition_point(|e| e.at < from)) as Position;
        let (from, from_time) = used.filter(|used| used.0 > first).unwrap_or((first, from));
        Self { part, index, evidence: expect.evidence, from, from_time, lateness: Duration::ZERO }
    }

    /// Remembers that a step has looked at the light up to here.
    pub(super) fn use_up(&self, cx: &mut Context, change: Change) {
        cx.window.lights.insert((self.part.clone(), self.index), (change.seq, change.at));
        cx.used(change.seq);
    }

    /// The change in an entry, if it is this light's.
    fn change(&self, entry: &Entry) -> Option<Change> {
        match &entry.what {
            Observation::Led { part, index, color, evidence }
                if *part == self.part
                    && *index == self.index
                    && self.evidence.is_none_or(|wanted| wanted.admits(*evidence)) =>
            {
                Some(Change { seq: entry.seq, at: entry.at, color: *color, evidence: *evidence })
            }
            _ => None,
        }
    }

    /// What the light shows at the start of the window: the last change before it.
    pub(super) fn initial(&self, journal: &Journal) -> Option<Change> {
        journal.read(0, |entries| {
            let before = &entries[..(self.from as usize).min(entries.len())];
            before.iter().rev().find_map(|e| self.change(e))
        })
    }

    /// The next change at or behind `from`, if it comes until `deadline`.
    pub(super) async fn next(&self, journal: &Journal, from: Position, deadline: SimTime) -> Option<Change> {
        let known = deadline + self.lateness;
        let found = journal.wait(from, known, |entries| entries.iter().find_map(|e| self.change(e))).await;
        found.filter(|change| change.at <= deadline)
    }

    /// Adds to a failure what the light showed instead.
    pub(super) fn explain(&self, journal: &Journal, unmet: Unmet) -> Unmet {
        let now = journal.now();
        let (changes, others) = journal.read(0, |entries| {
            let changes: Vec<_> = entries.iter().filter_map(|e| self.change(e)).collect();
            let mut others: Vec<_> = entries
                .iter()
                .filter_map(|e| match &e.what {
                    Observation::Led { part, index, .. } => Some(format!("{part} (index {index})")),
                    _ => None,
                })
                .collect();
            others.sort();
            others.dedup();
            (changes, others)
        });
        if changes.is_empty() {
            let help = if others.is_empty() {
                "no light has shown anything yet: is the data line wired to it in the board drawing?".to_owned()
            } else {
                format!("lights that were seen: {}", others.join(", "))
            };
            return unmet.actual(format!("nothing was seen of {} (index {})", self.part, self.index)).help(help);
        }
        let first = changes.iter().rposition(|c| c.seq < self.from).unwrap_or(0);
        let shown = &changes[first..];
        let spans: Vec<_> = shown
            .iter()
            .take(SHOWN)
            .enumerate()
            .map(|(i, c)| {
                let start = c.at.max(self.from_time);
                match shown.get(i + 1) {
                    Some(next) => format!("{} for {}", c.color, rounded(next.at.since(start))),
                    None if now <= start => format!("then {}", c.color),
                    None => format!("{} for {} and still on", c.color, rounded(now.since(start))),
                }
            })
            .collect();
        let more = if shown.len() > SHOWN { format!(", and {} more", shown.len() - SHOWN) } else { String::new() };
        let related: Vec<_> = shown.iter().take(SHOWN).map(|c| c.seq).collect();
        let unmet = if unmet.actual.is_some() { unmet } else { unmet.actual(format!("{}{more}", spans.join(", "))) };
        unmet.related(related)
    }
}

/// Spans of colours that a failure shows at most.
const SHOWN: usize = 10;

/// To the tenth of a millisecond: nobody reads nanoseconds of light.
pub(super) fn rounded(duration: Duration) -> String {
    let tenths = (duration.as_nanos() + 50_000) / 100_000;
    display(Duration::from_nanos(u64::try_from(tenths * 100_000).unwrap_or(u64::MAX)))
}
