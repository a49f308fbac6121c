//! Boards of a bench in words: what all reports say of them.

use super::text::{clean, count, truncate};
use hil_model::event::{BoardFault, BoardReport, BoardState, ScenarioReport, Summary};
use hil_model::phase::Phase;
use hil_model::verdict::{Exit, Verdict};

/// Serial lines shown of a fault; the runner keeps fewer.
const MAX_LINES: usize = 40;
/// Characters of such a line, and of a fault's title.
const MAX_CHARS: usize = 400;

/// What became of a board, in words.
pub(crate) const fn state(state: BoardState) -> &'static str {
    match state {
        BoardState::Fit => "fit",
        BoardState::Failed => "failed",
        BoardState::NotNeeded => "not needed",
        BoardState::NotAvailable => "not available",
        BoardState::Quarantined => "quarantined",
    }
}

/// Whether it was lost to the run.
pub(crate) const fn is_lost(state: BoardState) -> bool {
    matches!(state, BoardState::Failed | BoardState::NotAvailable | BoardState::Quarantined)
}

/// The verdict whose colour the state is shown in.
pub(crate) const fn color(state: BoardState) -> Verdict {
    match state {
        BoardState::Fit => Verdict::Passed,
        BoardState::NotNeeded => Verdict::Skipped,
        BoardState::Failed | BoardState::NotAvailable | BoardState::Quarantined => Verdict::BenchError,
    }
}

/// `flash failed: no chip answers`, or `failed while it ran blink/basic: the port has gone`.
pub(crate) fn fault(fault: &BoardFault) -> String {
    let title = truncate(&clean(&fault.title), MAX_CHARS);
    match (&fault.scenario, fault.phase) {
        (Some(id), Phase::Run) => format!("failed while it ran {}: {title}", clean(id)),
        (_, phase) => format!("{phase} failed: {title}"),
    }
}

/// What is done with a board after its last fault.
pub(crate) fn consequence(fault: &BoardFault) -> Option<&'static str> {
    fault.is_last.then_some(match fault.phase {
        Phase::Lock => "not available: it gets nothing to do in this run",
        _ => "quarantined: it gets nothing more to do in this run",
    })
}

/// The last lines that the board printed, fit to print.
pub(crate) fn serial(fault: &BoardFault) -> Vec<String> {
    let surplus = fault.serial.len().saturating_sub(MAX_LINES);
    let note = (surplus > 0).then(|| format!("... {} left out", count(surplus, "earlier line")));
    let shown = fault.serial.iter().skip(surplus).map(|line| truncate(&clean(line), MAX_CHARS));
    note.into_iter().chain(shown).collect()
}

/// All faults of a board, in order; equal ones that follow each other once, with their number.
pub(crate) fn faults(board: &BoardReport) -> Vec<String> {
    let mut told: Vec<(String, usize)> = Vec::new();
    for text in board.faults.iter().map(fault) {
        match told.last_mut() {
            Some((last, n)) if *last == text => *n += 1,
            _ => told.push((text, 1)),
        }
    }
    told.into_iter().map(|(text, n)| if n == 1 { text } else { format!("{text} ({n} times)") }).collect()
}

/// Whether there is more to say of the boards than that there was one and that it worked.
pub(crate) fn are_remarkable(summary: &Summary) -> bool {
    let is_good = |b: &BoardReport| b.faults.is_empty() && !is_lost(b.state);
    summary.boards.len() > 1 || summary.missing_boards > 0 || !summary.boards.iter().all(is_good)
}

/// `2 boards fewer than --min-boards were fit to the end, which makes exit code 3`
pub(crate) fn shortfall(summary: &Summary) -> Option<String> {
    let n = summary.missing_boards;
    let were = if n == 1 { "was" } else { "were" };
    let code = Exit::Bench as u8;
    let unless = if summary.exit_code == code { "" } else { " unless there is worse" };
    let text = || {
        let boards = count(n, "board");
        format!("{boards} fewer than --min-boards {were} fit to the end, which makes exit code {code}{unless}")
    };
    (n > 0).then(text)
}

/// The boards that a scenario ran on, in the order of its attempts, each once in a row.
pub(crate) fn ran_on(scenario: &ScenarioReport) -> Vec<String> {
    let mut boards: Vec<String> = scenario.attempts.iter().filter_map(|a| a.board.as_deref()).map(clean).collect();
    boards.dedup();
    boards
}
