//! `expect-led` with `pattern`: phases that follow each other on time. Every edge is checked against the pattern's start,
//! so that deviations cannot add up unseen.

use std::time::Duration;

use super::light::{Change, rounded};
use super::look::{Look, Seen};
use crate::context::DEFAULT_WITHIN;
use crate::failure::{StepError, Unmet};
use hil_model::observation::Rgb;
use hil_model::time::{SimTime, display};
use hil_scenario::Span;
use hil_scenario::step::{ExpectLed, Phase};
use hil_targets::journal::Position;

/// A pattern, its cycles laid out and equal neighbours joined.
pub(super) struct Pattern {
    phases: Vec<Laid>,
    tolerance: Duration,
    /// Phases as the file has them, for texts.
    text: String,
}

struct Laid {
    color: Rgb,
    duration: Duration,
    span: Span,
}

impl Pattern {
    pub(super) fn new(phases: &[Phase], cycles: u32, tolerance: Duration) -> Self {
        let mut laid: Vec<Laid> = Vec::new();
        for phase in (0..cycles).flat_map(|_| phases) {
            match laid.last_mut() {
                Some(last) if last.color == phase.color.value => last.duration += phase.duration,
                _ => laid.push(Laid { color: phase.color.value, duration: phase.duration, span: phase.color.span }),
            }
        }
        let text: Vec<_> = phases.iter().map(|p| format!("{} for {}", p.color.value, display(p.duration))).collect();
        let times = if cycles == 1 { "once".to_owned() } else { format!("{cycles} times") };
        let text = format!("{}, {times}, each edge within {}", text.join(", "), display(tolerance));
        Self { phases: laid, tolerance, text }
    }
}

/// Where the pattern began, and the next entry to look at.
struct Start {
    at: SimTime,
    next: Position,
    /// The first edge, where it was needed to find the start.
    first_edge: Option<Change>,
}

pub(super) async fn run(look: &Look, expect: &ExpectLed, pattern: Pattern) -> Result<Seen, StepError> {
    let Look { journal, light, deadline, .. } = look;
    let unmet = |title: String, span: Span| {
        light.explain(journal, Unmet::new("hil::expect_led", title).at(span).expected(pattern.text.clone()))
    };
    let start = start(look, expect, &pattern).await.map_err(|(title, span)| unmet(title, span))?;
    let mut edge = start.at;
    let mut next = start.next;
    let mut known = start.first_edge;
    let mut last = None;
    for (i, phase) in pattern.phases.iter().enumerate() {
        edge = edge + phase.duration;
        let latest = (edge + pattern.tolerance).min(*deadline);
        let change = match known.take() {
            Some(change) => Some(change),
            None => light.next(journal, next, latest).await,
        };
        let number = i + 1;
        let phase_text =
            format!("{} for {} (phase {number} of {})", phase.color, display(phase.duration), pattern.phases.len());
        let Some(change) = change else {
            if pattern.phases.len() == 1 && latest >= edge {
                return Ok(Seen { text: format!("{phase_text} from {}", start.at), used: None, until: latest });
            }
            let lasted = rounded(latest.since(edge_before(edge, phase)));
            return Err(unmet(format!("{phase_text} was still on after {lasted}"), phase.span).into());
        };
        let lasted = change.at.since(edge_before(edge, phase));
        if change.at + pattern.tolerance < edge {
            return Err(unmet(format!("{phase_text} ended after {}, too early", rounded(lasted)), phase.span).into());
        }
        if change.at > edge + pattern.tolerance {
            return Err(unmet(format!("{phase_text} ended after {}, too late", rounded(lasted)), phase.span).into());
        }
        if let Some(following) = pattern.phases.get(number).filter(|f| f.color != change.color) {
            let title = format!("after {phase_text} came {}, not {}", change.color, following.color);
            return Err(unmet(title, following.span).into());
        }
        next = change.seq + 1;
        last = Some(change);
    }
    let evidence = last.map_or_else(String::new, Change::evidence);
    let text = format!("{} edges on time from {}{evidence}", pattern.phases.len(), start.at);
    // The change that ends the pattern is free to begin the next one.
    Ok(Seen { text, used: last, until: last.map_or(start.at, |change| change.at) })
}

fn edge_before(edge: SimTime, phase: &Laid) -> SimTime {
    SimTime(edge.0.saturating_sub(SimTime::from_elapsed(phase.duration).0))
}

/// The pattern begins at the first change to its first colour. Where the light shows that colour already, the change
/// cannot be seen: then the pattern began one phase before the first edge, but not before the stimulus.
async fn start(look: &Look, expect: &ExpectLed, pattern: &Pattern) -> Result<Start, (String, Span)> {
    let Some(first) = pattern.phases.first() else { return Err(("an empty pattern".to_owned(), expect.part.span)) };
    let Look { journal, light, limit, deadline } = look;
    let limit = *limit;
    let within = display(expect.within.unwrap_or(DEFAULT_WITHIN));
    if light.initial(journal).is_some_and(|c| c.color == first.color) {
        let latest = (limit + first.duration + pattern.tolerance).min(*deadline);
        let Some(edge) = light.next(journal, light.from, latest).await else {
            if pattern.phases.len() == 1 {
                return Ok(Start { at: light.from_time, next: light.from, first_edge: None });
            }
            return Err((format!("{} stays {}", light.part, first.color), first.span));
        };
        let at = edge_before(edge.at, first);
        if edge.at + pattern.tolerance < light.from_time + first.duration {
            let lasted = rounded(edge.at.since(light.from_time));
            let title =
                format!("the first phase, {} for {}, ended after {lasted}", first.color, display(first.duration));
            return Err((title, first.span));
        }
        return Ok(Start { at, next: edge.seq, first_edge: Some(edge) });
    }
    let mut next = light.from;
    loop {
        match light.next(journal, next, limit).await {
            Some(change) if change.color == first.color => {
                return Ok(Start { at: change.at, next: change.seq + 1, first_edge: None });
            }
            Some(other) => next = other.seq + 1,
            None => {
                let title = format!(
                    "{} did not become {}, the pattern's first colour, within {within}",
                    light.part, first.color
                );
                return Err((title, first.span));
            }
        }
    }
}
