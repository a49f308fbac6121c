//! The boards of a bench: what became of each, with its faults.

use maud::{Markup, html};

use crate::board;
use crate::text::{clean, clean_lines, count};
use hil_model::event::{BoardFault, Summary};

/// A table; open if there is something to look at, absent if the run had no boards.
pub(super) fn render(summary: &Summary) -> Markup {
    let lost = summary.boards.iter().filter(|b| board::is_lost(b.state)).count();
    let faults: usize = summary.boards.iter().map(|b| b.faults.len()).sum();
    html! {
        @if let Some(shortfall) = board::shortfall(summary) { p.banner { (shortfall) } }
        @if !summary.boards.is_empty() {
            details.boards open[lost + faults > 0] {
                summary {
                    h2 { "Boards" }
                    span.dim {
                        (count(summary.boards.len(), "board"))
                        @if lost > 0 { ", " (lost) " lost" }
                        @if faults > 0 { ", " (count(faults, "fault")) }
                    }
                }
                table {
                    thead { tr { th { "Board" } th { "Place" } th { "State" } th.num { "Attempts" } th { "Faults" } } }
                    tbody {
                        @for one in &summary.boards {
                            tr {
                                td { b { (clean(&one.id)) } }
                                td { (clean(&one.place)) }
                                td { span.word.(board::color(one.state).key()) { (board::state(one.state)) } }
                                td.num { (one.attempts) }
                                td.text { @for one in &one.faults { (fault(one)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn fault(one: &BoardFault) -> Markup {
    let serial = board::serial(one);
    html! {
        div.fault {
            p { (board::fault(one)) @if let Some(then) = board::consequence(one) { " " span.dim { (then) } } }
            @if !serial.is_empty() { pre { (serial.join("\n")) } }
            @if !one.help.is_empty() { p.help { b { "help" } " " (clean_lines(&one.help).join("\n")) } }
        }
    }
}
