//! Boards of a bench: what is printed when one fails, and what became of all at the end.

use std::fmt::Write as _;

use super::outcome::WORD;
use crate::text::{clean, count};
use crate::{Theme, board};
use hil_model::event::{BoardFault, BoardReport, Summary};
use hil_model::verdict::Verdict;

/// Widest column of ids and of places; longer ones push their line to the right.
const MAX_WIDTH: usize = 32;

/// `    BOARD light-2: flash failed: no chip answers`, then its last lines, what to do, and what follows.
pub(super) fn failed(id: &str, fault: &BoardFault, theme: Theme) -> String {
    let (style, name, dim) = (theme.verdict(Verdict::BenchError), theme.id(), theme.dim());
    let strong = theme.strong();
    let mut text = format!("{style}{:>WORD$}{style:#} {name}{}{name:#}: {}\n", "BOARD", clean(id), board::fault(fault));
    for line in board::serial(fault) {
        let _ = writeln!(text, "{:WORD$} {dim}| {line}{dim:#}", "");
    }
    if !fault.help.is_empty() {
        let _ = writeln!(text, "{:WORD$} {strong}help:{strong:#} {}", "", clean(&fault.help));
    }
    if let Some((word, rest)) = board::consequence(fault).and_then(|text| text.split_once(':')) {
        let _ = writeln!(text, "{:WORD$} {style}{word}{style:#}:{rest}", "");
    }
    text
}

/// A line for each board, if there is anything to say of them.
pub(super) fn section(text: &mut String, summary: &Summary, theme: Theme) {
    if summary.boards.is_empty() || !board::are_remarkable(summary) {
        return;
    }
    let (strong, name) = (theme.strong(), theme.id());
    let width = |of: fn(&BoardReport) -> &str| {
        summary.boards.iter().map(|b| clean(of(b)).chars().count()).max().unwrap_or(0).min(MAX_WIDTH)
    };
    let (ids, places) = (width(|b| &b.id), width(|b| &b.place));
    let _ = writeln!(text, "\n{strong}boards{strong:#}");
    for one in &summary.boards {
        let style = theme.verdict(board::color(one.state));
        let mut line = format!(
            "   {name}{:ids$}{name:#}  {:places$}  {style}{:13}{style:#}  {:>12}",
            clean(&one.id),
            clean(&one.place),
            board::state(one.state),
            count(one.attempts, "attempt"),
        );
        for (fault, separator) in board::faults(one).iter().zip(std::iter::once("  ").chain(std::iter::repeat("; "))) {
            let _ = write!(line, "{separator}{fault}");
        }
        let _ = writeln!(text, "{line}");
    }
}
