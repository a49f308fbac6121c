//! What went wrong: title, place, expected against actual, the journal around it, help.

use maud::{Markup, html};

use super::tables;
use crate::excerpt::Excerpt;
use crate::lines::around;
use crate::text::{clean, clean_lines, count, truncate};
use hil_model::event::Failure;
use hil_model::observation::Entry;

/// Lines of one field; a device may send megabytes.
const MAX_LINES: usize = 60;
/// Characters of a line.
const MAX_CHARS: usize = 2_000;

pub(super) fn render(failure: &Failure, journal: &[Entry]) -> Markup {
    html! {
        section.failure.(failure.verdict.key()) {
            h3 {
                span.badge.(failure.verdict.key()) { (failure.verdict) }
                " " (clean(&failure.title)) " "
                span.dim { "at " (failure.at) }
                code.code { (clean(&failure.code)) }
            }
            p.step { (clean(&failure.step)) ": " code { (clean(&failure.step_title)) } }
            @if let Some(place) = &failure.place { (excerpt(&Excerpt::of(place))) }
            @if failure.expected.is_some() || failure.actual.is_some() {
                dl.compare {
                    (field("expected", failure.expected.as_deref()))
                    (field("actual", failure.actual.as_deref()))
                }
            }
            @let pieces = around(failure, journal);
            @if !pieces.is_empty() { (tables::pieces(&pieces)) }
            @if let Some(help) = &failure.help {
                p.help { b { "help" } " " (lines(help)) }
            }
        }
    }
}

fn excerpt(excerpt: &Excerpt) -> Markup {
    let Excerpt { location, line, before, marked, after } = excerpt;
    let gutter = " ".repeat(line.to_string().len());
    html! {
        figure.excerpt {
            figcaption { (location) }
            pre {
                span.gutter { (line) " │ " } (before) mark { (marked) } (after) "\n"
                span.gutter { (gutter) " │ " } span.caret { (excerpt.carets()) }
            }
        }
    }
}

fn field(name: &str, value: Option<&str>) -> Markup {
    html! {
        @if let Some(value) = value {
            div.(name) { dt { (name) } dd { (lines(value)) } }
        }
    }
}

fn lines(text: &str) -> String {
    let all = clean_lines(text);
    let mut shown: Vec<String> = all.iter().take(MAX_LINES).map(|line| truncate(line, MAX_CHARS)).collect();
    if all.len() > MAX_LINES {
        shown.push(format!("... {}", count(all.len() - MAX_LINES, "more line")));
    }
    shown.join("\n")
}
