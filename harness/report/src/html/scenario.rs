//! One scenario: a line in the list, and its details behind it.

use std::time::Duration;

use maud::{Markup, html};

use super::{attempt, page};
use crate::board;
use crate::rerun_command;
use crate::text::clean;
use hil_model::event::{Attempt, RunInfo, ScenarioReport};

/// `full`: with axes and tables; otherwise with failures only, as the page is long enough.
pub(super) fn render(scenario: &ScenarioReport, info: Option<&RunInfo>, full: bool) -> Markup {
    let verdict = scenario.verdict;
    let wall: Duration = scenario.attempts.iter().map(|a| a.wall_time).sum();
    let device: Duration = scenario.attempts.iter().map(|a| a.device_time.elapsed()).sum();
    let unmodelled = scenario.attempts.last().map(Attempt::unmodelled).unwrap_or_default();
    let several = scenario.attempts.len() > 1;
    html! {
        details.scenario.(verdict.key()) data-verdict=(verdict.key()) open[!verdict.is_good()] {
            summary {
                span.badge.(verdict.key()) { (verdict) }
                span.name {
                    b { (clean(&scenario.id)) } " " span.dim { (clean(&scenario.title)) }
                    @for tag in &scenario.tags { " " span.tag { (clean(tag)) } }
                }
                @if !unmodelled.is_empty() { span.tag title="what the simulator does not model" { "not modelled: " (unmodelled.len()) } }
                @if scenario.expects_nothing { span.tag title="a device that does not die passes" { "expects nothing" } }
                @for name in board::ran_on(scenario) { span.tag.board title="board" { (name) } }
                @if several { span.dim { (scenario.attempts.len()) " attempts" } }
                @if !scenario.attempts.is_empty() {
                    span.times title="device time" { (page::rounded(device)) }
                    span.times.dim title="wall time" { (page::rounded(wall)) " wall" }
                }
            }
            div.body {
                p.where {
                    code { (clean(&scenario.file.display().to_string())) ":" (scenario.line) }
                    @if let Some(info) = info {
                        span.rerun { code { (rerun_command(info, &scenario.id)) } button type="button" data-copy { "Copy" } }
                    }
                }
                @if let Some(reason) = &scenario.reason { p.reason { (clean(reason)) } }
                @if !unmodelled.is_empty() {
                    p.reason {
                        "The simulator does not model these, and a chip may do something else from there on: "
                        (clean(&unmodelled.join("; ")))
                    }
                }
                @for (one, number) in scenario.attempts.iter().zip(1..) {
                    @if several {
                        h2 {
                            "Attempt " (number) " " span.badge.(one.verdict.key()) { (one.verdict) }
                            @if let Some(board) = &one.board { span.dim { "on " (clean(board)) } }
                        }
                    }
                    (attempt::render(one, full))
                }
                @if !full {
                    p.note { "Time axis, steps and journal are left out: the page is long enough. Run this scenario alone, or see the JSON lines report." }
                }
            }
        }
    }
}
