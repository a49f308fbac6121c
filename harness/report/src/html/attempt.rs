//! One attempt: time axis, failures, steps, journal.

use maud::{Markup, html};

use super::{axis, failure, tables};
use crate::lines::entries;
use crate::text::count;
use hil_model::event::Attempt;

pub(super) fn render(attempt: &Attempt, full: bool) -> Markup {
    html! {
        @if full { (axis::render(attempt)) }
        @for one in &attempt.failures { (failure::render(one, &attempt.journal)) }
        @if full {
            @if !attempt.steps.is_empty() {
                details.table {
                    summary { (count(attempt.steps.len(), "step")) }
                    (tables::steps(&attempt.steps))
                }
            }
            @if !attempt.journal.is_empty() {
                details.table {
                    summary { "Journal: " (entries(attempt.journal.len())) }
                    (tables::journal(attempt))
                }
            }
        }
    }
}
