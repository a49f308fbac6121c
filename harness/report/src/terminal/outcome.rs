//! One line for a finished scenario.

use std::time::Duration;

use crate::groups::Group;
use crate::text::{clean, count};
use crate::{Theme, board};
use hil_model::event::ScenarioReport;
use hil_model::verdict::Verdict;

/// Width of the column with the verdict.
pub(super) const WORD: usize = 9;
/// Width of the column with the times.
const TIMES: usize = 31;

/// The verdict in the column of verdicts.
pub(super) const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "PASS",
        Verdict::Flaky => "FLAKY",
        Verdict::Failed => "FAIL",
        Verdict::Invalid => "INVALID",
        Verdict::BenchError => "BENCH ERR",
        Verdict::Skipped => "SKIP",
        Verdict::Interrupted => "STOPPED",
    }
}

/// `     PASS [   0.012s /    3.400s device] blink/basic  on light-1`, the board only if `with_board`.
pub(super) fn line(scenario: &ScenarioReport, with_board: bool, theme: Theme) -> String {
    let (style, id, dim) = (theme.verdict(scenario.verdict), theme.id(), theme.dim());
    let attempts = scenario.attempts.len();
    let remark = match (scenario.verdict, &scenario.reason) {
        (Verdict::Flaky, _) => format!("passed on attempt {attempts}"),
        (_, Some(reason)) => clean(reason),
        (_, None) if attempts > 1 => count(attempts, "attempt"),
        (_, None) => String::new(),
    };
    let boards = if with_board { board::ran_on(scenario) } else { Vec::new() };
    let boards = if boards.is_empty() { String::new() } else { format!("on {}", boards.join(", then ")) };
    let unmodelled = scenario.attempts.last().map_or(0, |last| last.unmodelled().len());
    let unmodelled = if unmodelled == 0 { String::new() } else { format!("not modelled: {unmodelled}") };
    let remark =
        [remark, unmodelled, boards].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let remark = if remark.is_empty() { remark } else { format!("  {dim}{remark}{dim:#}") };
    format!(
        "{style}{:>WORD$}{style:#} {} {id}{}{id:#}{remark}\n",
        word(scenario.verdict),
        times(scenario),
        clean(&scenario.id)
    )
}

/// `BENCH ERR                                 blink/basic and 333 more  no board that can run it is left`
pub(super) fn group_line(group: &Group<'_>, theme: Theme) -> String {
    let (style, id, dim) = (theme.verdict(Verdict::BenchError), theme.id(), theme.dim());
    let word = word(Verdict::BenchError);
    let (names, reason) = (group.names(1), &group.reason);
    format!("{style}{word:>WORD$}{style:#} {:TIMES$} {id}{names}{id:#}  {dim}{reason}{dim:#}\n", "")
}

/// `    RETRY                                 blink/basic  attempt 2`
pub(super) fn retry_line(id: &str, attempt: u32, theme: Theme) -> String {
    let dim = theme.dim();
    format!("{dim}{:>WORD$} {:TIMES$} {}  attempt {attempt}{dim:#}\n", "RETRY", "", clean(id))
}

/// Times of all attempts together; blank if there was none.
fn times(scenario: &ScenarioReport) -> String {
    if scenario.attempts.is_empty() {
        return " ".repeat(TIMES);
    }
    let wall: Duration = scenario.attempts.iter().map(|a| a.wall_time).sum();
    let device: Duration = scenario.attempts.iter().map(|a| a.device_time.elapsed()).sum();
    format!("[{:>8.3}s / {:>9.3}s device]", wall.as_secs_f64(), device.as_secs_f64())
}
