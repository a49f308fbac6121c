//! `expect-part`: a part shows or does something, and keeps to it for a while if the step says so.

use std::time::Duration;

use super::part;
use super::run::{At, Held, Run};
use crate::context::{Context, DEFAULT_WITHIN};
use crate::failure::Unmet;
use hil_model::observation::{Entry, Observation};
use hil_model::time::{SimTime, display};
use hil_scenario::Capability;
use hil_scenario::condition::Mismatch;
use hil_scenario::step::{ExpectPart, PartRule};
use hil_targets::journal::Position;
use hil_targets::{BenchError, Seen};

/// What a part shows from a moment on.
struct State {
    seq: Position,
    at: SimTime,
    seen: Seen,
}

impl Run for ExpectPart {
    async fn run(&self, cx: &mut Context, at: &mut At<'_>) -> Held {
        let parts = cx.device.parts().ok_or(BenchError::Capability(Capability::Parts))?;
        let mut now = None;
        for rule in &self.rules {
            let shows = parts.shows(&self.part.value, rule.property, self.index);
            now = Some(shows.map_err(|error| part::unknown(at.source, &error, &self.part))?);
        }
        let limit = cx.limit(self.within);
        let from = cx.window.from.max(cx.window.order_from.unwrap_or(0));
        let from_time = cx.window.from_time;
        let before = cx.journal.read(0, |entries| {
            let before = &entries[..(from as usize).min(entries.len())];
            before.iter().rev().find_map(|entry| state(self, entry))
        });
        // Of a part that has told nothing yet, what it shows is what it has shown all the time.
        let is_new = cx.journal.read(0, |entries| !entries.iter().any(|entry| state(self, entry).is_some()));
        let first = before.map(|state| state.seen).or_else(|| now.filter(|_| is_new));
        let mut current = first.map(|seen| State { seq: from, at: from_time, seen });
        let mut next = from;
        let mut longest = None;
        loop {
            let shown = match current.take() {
                Some(first) => first,
                None => match change(self, cx, next, limit, |_| true).await {
                    Some(change) => {
                        next = change.seq + 1;
                        change
                    }
                    None => break,
                },
            };
            if broken(self, &shown.seen).is_some() {
                continue;
            }
            let Some(hold) = self.hold else {
                cx.used(shown.seq);
                return Ok(text(self, &shown));
            };
            let until = cx.until(shown.at + hold);
            let away = change(self, cx, next, until, |seen| broken(self, seen).is_some()).await;
            match away.filter(|away| away.at < shown.at + hold) {
                None if until >= shown.at + hold => {
                    cx.used(shown.seq);
                    return Ok(format!("{} for {}", text(self, &shown), display(hold)));
                }
                None => {
                    longest = longest.max(Some(until.since(shown.at)));
                    break;
                }
                Some(away) => {
                    longest = longest.max(Some(away.at.since(shown.at)));
                    next = away.seq + 1;
                }
            }
        }
        Err(unmet(self, cx, longest).into())
    }
}

/// What the part shows from an entry on, if it is of this part.
fn state(expect: &ExpectPart, entry: &Entry) -> Option<State> {
    let seen = match &entry.what {
        Observation::Part { part, shows } if *part == expect.part.value => Seen::Part(shows.clone()),
        Observation::Led { part, index, color, .. } if *part == expect.part.value && *index == expect.index => {
            Seen::Light(*color)
        }
        _ => return None,
    };
    Some(State { seq: entry.seq, at: entry.at, seen })
}

/// The next change at or behind `from` that is wanted, if it comes until `deadline`. It is known as late as lights are.
async fn change(
    expect: &ExpectPart,
    cx: &Context,
    from: Position,
    deadline: SimTime,
    is_wanted: impl Fn(&Seen) -> bool,
) -> Option<State> {
    let lateness = if cx.window.no_waiting { Duration::ZERO } else { cx.device.light_lateness() };
    let wanted = |entries: &[Entry]| {
        let mut states = entries.iter().filter_map(|entry| state(expect, entry));
        states.find(|state| is_wanted(&state.seen))
    };
    cx.journal.wait(from, deadline + lateness, wanted).await.filter(|state| state.at <= deadline)
}

/// The first condition that what it shows breaks.
fn broken<'e>(expect: &'e ExpectPart, seen: &Seen) -> Option<(&'e PartRule, Mismatch)> {
    let mismatch = |rule: &'e PartRule| {
        let value = seen.property(rule.property);
        rule.condition.hold(value.as_ref()).err().map(|mismatch| (rule, mismatch))
    };
    expect.rules.iter().find_map(mismatch)
}

/// `angle 90 at 1.2s`
fn text(expect: &ExpectPart, shown: &State) -> String {
    let value = |rule: &PartRule| {
        let value = shown.seen.property(rule.property).map_or_else(|| "none".to_owned(), |value| value.to_string());
        format!("{} {value}", rule.property.name())
    };
    let values: Vec<String> = expect.rules.iter().map(value).collect();
    format!("{} at {}", values.join(", "), shown.at)
}

/// Spans that a failure shows at most.
const SHOWN: usize = 10;

fn unmet(expect: &ExpectPart, cx: &Context, longest: Option<Duration>) -> Unmet {
    let part = &expect.part.value;
    let rules: Vec<String> =
        expect.rules.iter().map(|rule| format!("{} {}", rule.property.name(), rule.condition)).collect();
    let wanted = rules.join(", ");
    let within = display(expect.within.unwrap_or(DEFAULT_WITHIN));
    let title = match longest {
        None => format!("{part} did not have {wanted} within {within}"),
        Some(longest) => format!("{part} had {wanted} only for {}", display(longest)),
    };
    let held = expect.hold.map_or_else(String::new, |hold| format!(" for at least {}", display(hold)));
    let states = cx.journal.read(0, |entries| entries.iter().filter_map(|e| state(expect, e)).collect::<Vec<_>>());
    let from = states.iter().rposition(|state| state.seq < cx.window.from).unwrap_or(0);
    let seen = &states[from..];
    let skipped = seen.len().saturating_sub(SHOWN);
    let told: Vec<String> = seen[skipped..].iter().map(|state| text(expect, state)).collect();
    let more = if skipped > 0 { format!("{skipped} more, then ") } else { String::new() };
    let span = expect.rules.first().map_or(expect.part.span, |rule| rule.span);
    let unmet = Unmet::new("hil::expect_part", title).at(span).expected(format!("{wanted}{held}"));
    if told.is_empty() {
        return unmet.actual(format!("{part} has told of no change")).help(
            "what a part shows is measured at its pins: is it wired to a GPIO in the board drawing, and does the firmware drive that?",
        );
    }
    unmet.actual(format!("{more}{}", told.join("; "))).related(seen[skipped..].iter().map(|state| state.seq))
}
