//! The lane of steps: a bar each, groups above their children.

use maud::{Markup, html};

use super::light::px;
use super::scale::{RIGHT, Scale};
use crate::html::page::rounded;
use crate::text::{clean, count, truncate};
use hil_model::event::StepReport;

/// Height of a row of bars.
const ROW: f64 = 17.0;
/// Rows at most.
const ROWS: usize = 7;
/// Width of a character of a label.
const CHAR: f64 = 6.1;
/// Characters of a label beside its bar at most.
const LABEL: usize = 40;
/// Steps that may have their label beside the bar, at the price of a row; more are shown by number.
const FEW: usize = 14;
/// Width of a bar at least: a `publish` takes no device time.
const NARROW: f64 = 4.0;

/// The bars from `y` down, the lane's height, and a note if some found no room.
pub(super) fn draw(steps: &[StepReport], y: f64, scale: Scale) -> (Markup, f64, Option<String>) {
    let mut order: Vec<&StepReport> =
        steps.iter().filter(|s| s.from.0 <= scale.end() && s.to.0 >= scale.start()).collect();
    // A group begins with its first child and lasts longer: it comes first, so its row is above.
    order.sort_by_key(|s| (s.from, std::cmp::Reverse(s.to)));
    let mut ends = [f64::NEG_INFINITY; ROWS];
    let mut bars = vec![];
    let mut without_room = 0;
    let mut failed_without_room = vec![];
    let few = order.len() <= FEW;
    for step in order {
        match Bar::place(step, scale, few, &mut ends) {
            Some(bar) => bars.push(bar),
            None if !step.ok && failed_without_room.len() < 10 => failed_without_room.push(Bar::last_row(step, scale)),
            None => without_room += 1,
        }
    }
    bars.extend(failed_without_room);
    let rows = bars.iter().map(|b| b.row + 1).max().unwrap_or(0);
    let note = (without_room > 0)
        .then(|| format!("{} found no room on the axis; the table of steps has them.", count(without_room, "step")));
    let drawing = html! { @for bar in &bars { (bar.draw(y)) } };
    (drawing, ROW * f64::from(u8::try_from(rows).unwrap_or(0)), note)
}

struct Bar<'a> {
    step: &'a StepReport,
    row: usize,
    from: f64,
    to: f64,
    label: String,
    /// The label stands behind the bar, not in it.
    beside: bool,
}

impl<'a> Bar<'a> {
    #[expect(clippy::cast_precision_loss, reason = "a label has few characters")]
    fn place(step: &'a StepReport, scale: Scale, few: bool, ends: &mut [f64; ROWS]) -> Option<Self> {
        let (from, to) = extent(step, scale);
        let full = label(step);
        let label = truncate(&full, LABEL);
        let width = label.chars().count() as f64 * CHAR;
        // In the bar if it fits; else beside it if a row has room; else as much as fits, or nothing.
        let beside = few && to - from < width + 8.0 && to - from < 90.0;
        let needed = if beside { to + 4.0 + width } else { to };
        if needed <= RIGHT + 20.0
            && let Some(row) = ends.iter().position(|end| *end <= from + 0.5)
        {
            ends[row] = if beside { needed + 2.0 } else { needed };
            return Some(Self {
                step,
                row,
                from,
                to,
                label: if beside { label } else { fit(step, &full, to - from) },
                beside,
            });
        }
        let row = ends.iter().position(|end| *end <= from + 0.5)?;
        ends[row] = to;
        Some(Self { step, row, from, to, label: fit(step, &full, to - from), beside: false })
    }

    /// Over other bars: a failed step is never left out without need.
    fn last_row(step: &'a StepReport, scale: Scale) -> Self {
        let (from, to) = extent(step, scale);
        Self { step, row: ROWS - 1, from, to, label: String::new(), beside: false }
    }

    fn draw(&self, y: f64) -> Markup {
        let y = y + ROW * f64::from(u8::try_from(self.row).unwrap_or(0));
        let x = if self.beside { self.to + 4.0 } else { self.from + 5.0 };
        let part = self.step.path.split(' ').next().unwrap_or_default();
        let part = if matches!(part, "setup" | "teardown") { "aside" } else { "main" };
        html! {
            g.bar.(part).bad[!self.step.ok] {
                title { (tip(self.step)) }
                rect x=(px(self.from)) y=(px(y + 1.5)) width=(px(self.to - self.from)) height=(px(ROW - 3.0)) rx="2" {}
                @if !self.label.is_empty() {
                    text.beside[self.beside] x=(px(x)) y=(px(y + 12.0)) { (self.label) }
                }
            }
        }
    }
}

fn extent(step: &StepReport, scale: Scale) -> (f64, f64) {
    let from = scale.x(step.from).min(RIGHT - NARROW);
    (from, scale.x(step.to).max(from + NARROW))
}

/// What fits into a bar: the label, its first words, the step's number, or nothing.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bar is some hundred pixels wide")]
fn fit(step: &StepReport, label: &str, width: f64) -> String {
    let room = ((width - 7.0) / CHAR).max(0.0) as usize;
    let number = clean(number(step));
    match room {
        12.. => truncate(label, room),
        _ if number.chars().count() <= room => number,
        _ => String::new(),
    }
}

/// `3.2` of `step 3.2`; setup and teardown in full.
fn number(step: &StepReport) -> &str {
    step.path.strip_prefix("step ").unwrap_or(&step.path)
}

/// `3 publish cmnd/led/hue "361"`
fn label(step: &StepReport) -> String {
    clean(&format!("{} {}", number(step), step.title))
}

fn tip(step: &StepReport) -> String {
    let outcome = if step.ok { "ok" } else { "failed" };
    let took = rounded(step.to.since(step.from));
    let (path, title) = (clean(&step.path), truncate(&clean(&step.title), 200));
    format!("{path}, line {}: {outcome}\n{title}\nfrom {} to {} ({took})", step.line, step.from, step.to)
}
