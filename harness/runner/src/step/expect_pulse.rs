//! `expect-pulse`: how long a pin has a level.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::part;
use super::run::{At, Held, Run};
use crate::context::{Context, DEFAULT_WITHIN};
use crate::failure::{StepError, Unmet};
use hil_model::observation::{Entry, Observation};
use hil_model::time::{SimTime, display};
use hil_scenario::step::{ExpectPulse, StepNode};
use hil_scenario::{Capability, Command, Scenario, Source, Span, Step, Variables};
use hil_targets::journal::Position;
use hil_targets::{BenchError, PartError};

/// Edges that a failure points at.
const SHOWN: usize = 8;

impl Run for ExpectPulse {
    async fn run(&self, cx: &mut Context, at: &mut At<'_>) -> Held {
        look_at(self, cx, at.source)?;
        let key = (self.part.value.clone(), self.pin.value.clone());
        let used = cx.window.pins.get(&key).copied().unwrap_or_default();
        let mut from = cx.window.from.max(used).max(cx.window.order_from.unwrap_or(0));
        let (shortest, longest) = self.tolerance.around(self.width.value);
        let mut last: Option<SimTime> = None;
        let mut widths: Vec<Duration> = Vec::new();
        for number in 1..=self.count {
            let begin = begin(self, cx, from, number, last).await?;
            let limit = cx.until(begin.at + longest);
            let Some(end) = edge(self, cx, begin.seq + 1, !self.value, limit).await else {
                let title = format!("{} is too long", nth(self, number));
                let actual = format!("still {} after {}", u8::from(self.value), display(limit.since(begin.at)));
                return Err(unmet(self, cx, title, self.width.span).actual(actual).into());
            };
            let width = end.at.since(begin.at);
            if width < shortest {
                let title = format!("{} is too short", nth(self, number));
                return Err(unmet(self, cx, title, self.width.span).actual(display(width)).into());
            }
            last = Some(begin.at);
            widths.push(width);
            from = end.seq + 1;
            cx.window.pins.insert(key.clone(), from);
            cx.used(end.seq);
        }
        Ok(match (widths.iter().min(), widths.iter().max()) {
            (Some(one), Some(other)) if one == other => display(*one),
            (Some(shortest), Some(longest)) => format!("{} to {}", display(*shortest), display(*longest)),
            _ => String::new(),
        })
    }
}

/// An edge of the pin.
struct Edge {
    seq: Position,
    at: SimTime,
}

/// Where the next pulse begins. Behind another one it is due at a time of its own, if the step says so.
async fn begin(
    expect: &ExpectPulse,
    cx: &Context,
    from: Position,
    number: u32,
    last: Option<SimTime>,
) -> Result<Edge, StepError> {
    let due =
        last.zip(expect.every.as_ref()).map(|(last, every)| (last, every.span, expect.tolerance.around(every.value)));
    let limit = match due {
        Some((last, _, (_, longest))) => cx.until(last + longest),
        None => cx.limit(expect.within),
    };
    let Some(begin) = edge(expect, cx, from, expect.value, limit).await else {
        let (title, span) = match due {
            Some((last, span, _)) => {
                (format!("no {} in the {} since the one before", nth(expect, number), display(limit.since(last))), span)
            }
            None => {
                let within = display(expect.within.unwrap_or(DEFAULT_WITHIN));
                (format!("no {} within {within}", nth(expect, number)), expect.pin.span)
            }
        };
        return Err(unmet(expect, cx, title, span).actual(seen(expect, cx)).into());
    };
    match due {
        Some((last, span, (shortest, _))) if begin.at.since(last) < shortest => {
            let title = format!("{} came too early", nth(expect, number));
            let actual = format!("{} after the one before", display(begin.at.since(last)));
            Err(unmet(expect, cx, title, span).actual(actual).into())
        }
        _ => Ok(begin),
    }
}

/// The next edge to this level at or behind `from`, if it comes until `limit`.
async fn edge(expect: &ExpectPulse, cx: &Context, from: Position, level: bool, limit: SimTime) -> Option<Edge> {
    // Edges are known as late as lights are.
    let lateness = if cx.window.no_waiting { Duration::ZERO } else { cx.device.light_lateness() };
    let found = cx.journal.wait(from, limit + lateness, |entries| {
        let mut edges = entries.iter().filter_map(|entry| Some((entry, level_of(expect, entry)?)));
        edges.find(|(_, is)| *is == level).map(|(entry, _)| Edge { seq: entry.seq, at: entry.at })
    });
    found.await.filter(|edge| edge.at <= limit)
}

/// The level of the step's pin from an entry on, if it is an edge of it.
fn level_of(expect: &ExpectPulse, entry: &Entry) -> Option<bool> {
    match &entry.what {
        Observation::Pin { part, pin, level } if *part == expect.part.value && *pin == expect.pin.value => Some(*level),
        _ => None,
    }
}

/// `pulse 2 of relay1:IN`
fn nth(expect: &ExpectPulse, number: u32) -> String {
    format!("pulse {number} of {}:{}", expect.part.value, expect.pin.value)
}

fn unmet(expect: &ExpectPulse, cx: &Context, title: String, span: Span) -> Unmet {
    let mut expected = format!("{} for {} ± {}", u8::from(expect.value), display(expect.width.value), expect.tolerance);
    if let Some(every) = &expect.every {
        expected += &format!(", every {}", display(every.value));
    }
    let related: Vec<u64> = cx.journal.read(cx.window.from, |entries| {
        entries.iter().filter(|entry| level_of(expect, entry).is_some()).map(|entry| entry.seq).collect()
    });
    let shown = related[related.len().saturating_sub(SHOWN)..].iter().copied();
    Unmet::new("hil::expect_pulse", title).at(span).expected(expected).related(shown)
}

/// What the pin did instead.
fn seen(expect: &ExpectPulse, cx: &Context) -> String {
    let edges = cx
        .journal
        .read(cx.window.from, |entries| entries.iter().filter(|entry| level_of(expect, entry).is_some()).count());
    match edges {
        0 => "no edge at all".to_owned(),
        1 => "1 edge".to_owned(),
        edges => format!("{edges} edges"),
    }
}

/// Makes the device tell of the pin's edges, if it does not yet.
fn look_at(expect: &ExpectPulse, cx: &mut Context, source: &Arc<Source>) -> Result<(), StepError> {
    let pins = cx.device.pins().ok_or(BenchError::Capability(Capability::Pins))?;
    let (part, pin) = (&expect.part, &expect.pin);
    let is_new = pins.watch(&part.value, &pin.value).map_err(|error| {
        let name = if matches!(error, PartError::Part { .. }) { part } else { pin };
        part::unknown(source, &error, name)
    })?;
    if is_new {
        let name = format!("{}:{}", part.value, pin.value);
        cx.journal.note(format!("edges of {name} are known from now on: its name was not known before"));
    }
    Ok(())
}

/// The pins whose edges a scenario asks for, as far as they are known before it runs.
pub(crate) fn pins(scenario: &Scenario, variables: &Variables) -> BTreeSet<(String, String)> {
    let mut pins = BTreeSet::new();
    let variables = variables.before_the_run();
    for sourced in scenario.setup.iter().chain(&scenario.steps).chain(&scenario.teardown) {
        collect(&sourced.source, &sourced.step, &variables, &mut pins);
    }
    pins
}

fn collect(source: &Arc<Source>, node: &StepNode, variables: &Variables, pins: &mut BTreeSet<(String, String)>) {
    let Ok(step) = Step::check(source, node, variables) else { return };
    if let Command::ExpectPulse(expect) = &step.command {
        pins.insert((expect.part.value.clone(), expect.pin.value.clone()));
    }
    for child in step.command.children() {
        collect(source, child, variables, pins);
    }
}
