//! The end of a run, computed from its scenarios: one rule for the runner and for joined reports.

use std::collections::BTreeMap;
use std::time::Duration;

use hil_model::event::{BoardReport, ScenarioReport, Summary};
use hil_model::verdict::{Exit, Verdict};

/// Totals and exit code of a run with these scenarios.
///
/// The wall time is that of all attempts together; whoever has measured the run puts the measured time there instead
/// (scenarios run side by side). The keys of the counts are those of [`Verdict::key`].
pub fn summarize(scenarios: &[ScenarioReport], interrupted: bool) -> Summary {
    let mut counts = BTreeMap::new();
    for scenario in scenarios {
        *counts.entry(scenario.verdict.key().to_owned()).or_insert(0) += 1;
    }
    let attempts = || scenarios.iter().flat_map(|s| &s.attempts);
    let sum = |times: &mut dyn Iterator<Item = Duration>| times.fold(Duration::ZERO, Duration::saturating_add);
    Summary {
        counts,
        wall_time: sum(&mut attempts().map(|a| a.wall_time)),
        device_time: sum(&mut attempts().map(|a| a.device_time.elapsed())),
        interrupted,
        boards: Vec::new(),
        missing_boards: 0,
        campaign: None,
        exit_code: exit(scenarios.iter().map(|s| s.verdict), interrupted) as u8,
    }
}

/// Adds what became of the boards. A run with too few is a bench error, unless something worse happened.
pub fn add_boards(summary: &mut Summary, boards: Vec<BoardReport>, missing: usize) {
    summary.boards.extend(boards);
    summary.missing_boards += missing;
    let is_good = [Exit::Passed, Exit::NothingRan].map(|exit| exit as u8).contains(&summary.exit_code);
    if is_good && summary.missing_boards > 0 {
        summary.exit_code = Exit::Bench as u8;
    }
}

/// The exit code of a run with these verdicts. The first line that applies counts:
///
/// | | exit code |
/// |---|---|
/// | Ctrl-C | 130 |
/// | any scenario failed | 1 |
/// | any scenario file is invalid | 2 |
/// | any bench error | 3 |
/// | any scenario did not end for another reason | 130 |
/// | nothing ran: no scenario, or all were skipped | 4 |
/// | otherwise: at least one passed | 0 |
pub fn exit(verdicts: impl IntoIterator<Item = Verdict>, interrupted: bool) -> Exit {
    let verdicts: Vec<Verdict> = verdicts.into_iter().collect();
    let any = |verdict| verdicts.contains(&verdict);
    if interrupted {
        Exit::Interrupted
    } else if any(Verdict::Failed) {
        Exit::Failed
    } else if any(Verdict::Invalid) {
        Exit::Usage
    } else if any(Verdict::BenchError) {
        Exit::Bench
    } else if any(Verdict::Interrupted) {
        Exit::Interrupted
    } else if any(Verdict::Passed) || any(Verdict::Flaky) {
        Exit::Passed
    } else {
        Exit::NothingRan
    }
}
