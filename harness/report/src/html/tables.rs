//! Steps and journal as tables.

use maud::{Markup, html};

use super::page::rounded;
use crate::lines::{Line, Piece, capped, entries, time};
use crate::text::{clean, count, thousands};
use hil_model::event::{Attempt, StepReport};
use hil_model::observation::Observation;

/// Steps listed at most (a `repeat` may carry out many).
const MAX_STEPS: usize = 1_000;
/// Journal entries listed of an attempt that passed.
const MAX_ENTRIES_GOOD: usize = 300;
/// Journal entries listed of one that did not.
const MAX_ENTRIES_BAD: usize = 2_000;

/// The failed steps and the first ones are always among those shown.
pub(super) fn steps(steps: &[StepReport]) -> Markup {
    let surplus = steps.len().saturating_sub(MAX_STEPS);
    let mut left_out = 0;
    let mut shown = vec![];
    for (i, step) in steps.iter().enumerate() {
        if i < MAX_STEPS || !step.ok { shown.push(step) } else { left_out += 1 }
    }
    html! {
        table.steps {
            thead { tr { th { "Step" } th { "What" } th.num { "Line" } th.num { "From" } th.num { "Took" } th { "" } } }
            tbody {
                @for step in shown {
                    tr.bad[!step.ok] {
                        td { (clean(&step.path)) }
                        td.text { (clean(&step.title)) }
                        td.num { (step.line) }
                        td.num { (step.from) }
                        td.num { (rounded(step.to.since(step.from))) }
                        td { @if step.ok { span.word.passed { "ok" } } @else { span.word.failed { "failed" } } }
                    }
                }
            }
        }
        @if surplus > 0 { p.note { (count(left_out, "more step")) " left out." } }
    }
}

pub(super) fn journal(attempt: &Attempt) -> Markup {
    let max = if attempt.verdict.is_good() { MAX_ENTRIES_GOOD } else { MAX_ENTRIES_BAD };
    html! {
        (pieces(&capped(attempt, max)))
        @if attempt.journal.len() > max {
            p.note { "Of " (entries(attempt.journal.len())) ", " (thousands(max)) " are shown; the JSON lines report has all of them." }
        }
    }
}

/// A piece of the journal: time, kind, text.
pub(super) fn pieces(pieces: &[Piece<'_>]) -> Markup {
    html! {
        table.journal {
            tbody {
                @for piece in pieces {
                    @match piece {
                        Piece::Gap(n) => tr.gap { td colspan="3" { (entries(*n)) " left out" } },
                        Piece::Entry { entry, related } => {
                            @let line = Line::of(&entry.what);
                            tr.related[*related] {
                                td.num { (time(entry.at)) }
                                td.kind.(class(&entry.what)) { (line.kind) }
                                td.text {
                                    @if let Observation::Led { color, .. } = &entry.what {
                                        span.swatch style=(format!("background:{color}")) {}
                                    }
                                    (line.text)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The class that gives an observation its colour, in tables and on the axis alike.
pub(super) const fn class(what: &Observation) -> &'static str {
    match what {
        Observation::Published(_) => "k-published",
        Observation::Received(_) => "k-received",
        Observation::Packet { .. } => "k-packet",
        Observation::Serial { .. } => "k-serial",
        Observation::Led { .. } => "k-light",
        Observation::Flash { .. } => "k-flash",
        Observation::Device(_)
        | Observation::Fault { .. }
        | Observation::Control { .. }
        | Observation::Part { .. }
        | Observation::Pin { .. }
        | Observation::Broker { .. } => "k-bench",
        Observation::Waveform { .. } | Observation::Unmodelled { .. } | Observation::Outcome { ok: false, .. } => {
            "k-bad"
        }
        Observation::Outcome { ok: true, .. } => "k-ok",
        Observation::Step { .. } => "k-step",
        Observation::Note { .. } => "k-note",
    }
}
