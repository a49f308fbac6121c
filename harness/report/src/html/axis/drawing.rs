//! The whole drawing: ruler, lanes, failures.

use maud::{Markup, html};

use super::light::{HEIGHT, MAX_LIGHTS, px};
use super::scale::{LEFT, RIGHT, Scale, WIDTH};
use super::{light, marks, steps};
use crate::lines::time;
use crate::text::{clean, count, thousands, truncate};
use hil_model::event::{Attempt, Failure};
use hil_model::time::SimTime;

/// Height of the row with the failures' labels.
const FLAG: f64 = 20.0;
/// Height of the ruler.
const RULER: f64 = 20.0;
/// Space between lanes.
const GAP: f64 = 8.0;
/// Failures flagged at most; an attempt has one or two.
const MAX_FLAGS: usize = 8;
/// Characters of a flag.
const FLAG_CHARS: usize = 70;

/// A lane, drawn.
struct Lane {
    name: String,
    count: Option<usize>,
    top: f64,
    height: f64,
    drawing: Markup,
}

/// The axis, a close-up of where most things happen if that is a small part of it, and what was left out.
pub(crate) fn render(attempt: &Attempt) -> Markup {
    let end = attempt.journal.iter().map(|e| e.at).chain([attempt.device_time]);
    let end = end.chain(attempt.failures.iter().map(|f| f.at)).max().unwrap_or_default();
    let scale = Scale::new(end);
    let close_up = scale.close_up(&marks::times(&attempt.journal));
    html! {
        figure.axis {
            (draw(attempt, scale, close_up))
            @if let Some(part) = close_up {
                figcaption { "Close-up: " (time(SimTime(part.start()))) " to " (time(SimTime(part.end()))) }
                (draw(attempt, part, None))
            }
        }
    }
}

/// One drawing, in which `frame` is marked, and the notes about what was left out of it.
fn draw(attempt: &Attempt, scale: Scale, frame: Option<Scale>) -> Markup {
    let mut notes = vec![];
    let failures: Vec<&Failure> = attempt.failures.iter().filter(|f| scale.contains(f.at)).take(MAX_FLAGS).collect();
    let flags = if failures.is_empty() { 0.0 } else { FLAG };
    let top = flags + RULER;
    let lanes = lanes(attempt, scale, top + GAP / 2.0, &mut notes);
    let height = lanes.last().map_or(top, |lane| lane.top + lane.height) + GAP / 2.0;
    html! {
        div.scroll {
            svg viewBox=(format!("0 0 {} {}", px(WIDTH), px(height))) role="img" aria-label="Time axis"
                data-left=(px(LEFT)) data-right=(px(RIGHT)) data-start=(scale.start()) data-end=(scale.end()) {
                (ruler(scale, flags, height))
                @for (lane, odd) in lanes.iter().zip([false, true].into_iter().cycle()) {
                    rect.lane.odd[odd] x="0" y=(px(lane.top - GAP / 2.0)) width=(px(WIDTH)) height=(px(lane.height + GAP)) {}
                }
                @if let Some(part) = frame { (framed(scale, part, top, height)) }
                (grid(scale, top, height))
                @for lane in &lanes {
                    text.lane-name x=(px(LEFT - 12.0)) y=(px(lane.top + 12.0)) text-anchor="end" {
                        (lane.name)
                        @if let Some(n) = lane.count { tspan.lane-count { " " (thousands(n)) } }
                    }
                    (lane.drawing)
                }
                @for failure in failures { (flag(failure, scale, height)) }
                g.cursor hidden { line y1=(px(flags)) y2=(px(height)) {} text y=(px(flags + 14.0)) {} }
            }
        }
        @for note in &notes { p.note { (note) } }
    }
}

/// The part that the close-up shows.
fn framed(scale: Scale, part: Scale, top: f64, height: f64) -> Markup {
    let (from, to) = (scale.x(SimTime(part.start())), scale.x(SimTime(part.end())));
    html! {
        rect.close-up x=(px(from - 2.0)) y=(px(top)) width=(px(to - from + 4.0)) height=(px(height - top)) {
            title { "close-up below" }
        }
    }
}

fn lanes(attempt: &Attempt, scale: Scale, top: f64, notes: &mut Vec<String>) -> Vec<Lane> {
    let mut lanes = vec![];
    let mut y = top;
    let mut push = |name: String, count, (drawing, height): (Markup, f64)| {
        lanes.push(Lane { name, count, top: y, height, drawing });
        y += height + GAP;
        y
    };
    let (drawing, height, note) = steps::draw(&attempt.steps, top, scale);
    notes.extend(note);
    let mut next = top;
    if height > 0.0 {
        next = push("steps".to_owned(), None, (drawing, height));
    }
    let lights = light::lanes(&attempt.journal, scale);
    for light in lights.iter().take(MAX_LIGHTS) {
        let (drawing, note) = light.draw(next, scale);
        notes.extend(note);
        next = push(truncate(&light.name, 16), None, (drawing, HEIGHT));
    }
    if lights.len() > MAX_LIGHTS {
        notes.push(format!("{} not drawn.", count(lights.len() - MAX_LIGHTS, "more light")));
    }
    for lane in marks::lanes(&attempt.journal, scale) {
        next = push(lane.name.to_owned(), Some(lane.count), lane.draw(next));
    }
    lanes
}

fn ruler(scale: Scale, top: f64, height: f64) -> Markup {
    html! {
        rect.ruler x="0" y=(px(top)) width=(px(WIDTH)) height=(px(RULER)) {}
        text.lane-name x=(px(LEFT - 28.0)) y=(px(top + 14.0)) text-anchor="end" { "time" }
        @for (x, label) in scale.ticks() {
            text.tick x=(px(x)) y=(px(top + 14.0)) text-anchor="middle" { (label) }
        }
        line.end x1=(px(RIGHT)) x2=(px(RIGHT)) y1=(px(top + RULER)) y2=(px(height)) {}
    }
}

fn grid(scale: Scale, top: f64, height: f64) -> Markup {
    html! {
        @for (x, _) in scale.ticks() {
            line.grid x1=(px(x)) x2=(px(x)) y1=(px(top)) y2=(px(height)) {}
        }
    }
}

/// The red line of a failure, with its title on the side that has more room.
fn flag(failure: &Failure, scale: Scale, height: f64) -> Markup {
    let x = scale.x(failure.at);
    let label = format!("{}: {}", clean(&failure.step), truncate(&clean(&failure.title), FLAG_CHARS));
    let left = x > (LEFT + RIGHT) / 2.0;
    html! {
        g.flag {
            title { (label) " at " (failure.at) }
            line x1=(px(x)) x2=(px(x)) y1="0" y2=(px(height)) {}
            path d=(format!("M{} 0h{}v8z", px(x), if left { "-8" } else { "8" })) {}
            text x=(px(if left { x - 11.0 } else { x + 11.0 })) y="12" text-anchor=[left.then_some("end")] { (label) }
        }
    }
}
