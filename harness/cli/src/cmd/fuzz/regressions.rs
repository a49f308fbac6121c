//! What earlier campaigns have found is run first.

use std::path::Path;
use std::sync::Arc;

use hil_fuzz::case::unmodelled;
use hil_model::event::ScenarioReport;
use hil_model::verdict::Verdict;
use hil_runner::{Cancel, Planned, RunOptions, run};
use hil_scenario::{Loaded, load};

use super::report::Report;
use crate::cmd::error::Failure;

/// Runs the scenarios in a folder; how many of them fail.
pub(super) fn replay(
    folder: &Path,
    options: &RunOptions,
    cancel: &Cancel,
    report: &mut Report,
) -> Result<usize, Failure> {
    let Loaded { files, errors } = load(&[folder.to_owned()]);
    if !errors.is_empty() {
        crate::output::remark(format_args!("{}", errors.render(crate::cmd::color_on_stderr())));
        return Err(Failure::usage(format!("errors in scenario files in {}; nothing was run", folder.display())));
    }
    let plan: Vec<Planned> = files
        .into_iter()
        .map(Arc::new)
        .flat_map(|file| {
            let scenarios = file.scenarios.clone();
            scenarios.into_iter().map(move |s| Planned { file: Arc::clone(&file), scenario: Arc::new(s) })
        })
        .collect();
    if plan.is_empty() {
        return Ok(0);
    }
    let mut reports = run(&plan, options, cancel, |_| {}).scenarios;
    reports.iter_mut().for_each(still_not_modelled);
    let with = |verdict: Verdict| reports.iter().filter(move |report| report.verdict == verdict);
    for report in with(Verdict::Failed) {
        let failure = report.attempts.last().and_then(|attempt| attempt.failures.first());
        say!("known and still there: {}", report.title);
        if let Some(failure) = failure {
            say!("  {}: {}", failure.step, failure.title);
        }
        say!("  run it: hil run {}", report.file.display());
    }
    let failed = with(Verdict::Failed).count();
    reports.iter().for_each(|known| report.known(known.clone()));
    let others = reports.len() - failed - with(Verdict::Passed).count();
    let others = if others == 0 { String::new() } else { format!(", {others} could not be run here") };
    say!("{} of {} known findings still there{others}", failed, reports.len());
    Ok(failed)
}

/// A scenario that was written because of something that the simulator does not model passes, but that is still asked for: the
/// file names it.
fn still_not_modelled(report: &mut ScenarioReport) {
    let Some(last) = report.attempts.last_mut().filter(|last| last.verdict == Verdict::Passed) else { return };
    let Ok(text) = std::fs::read_to_string(&report.file) else { return };
    let head: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
    let is_named = |what: &str| head.iter().any(|line| line.contains(what));
    if let Some(failure) = unmodelled(&last.journal, is_named) {
        last.verdict = Verdict::Failed;
        last.failures.push(failure);
        report.verdict = Verdict::Failed;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hil_model::event::Attempt;
    use hil_model::observation::{Entry, Observation};
    use hil_model::time::SimTime;

    use super::*;

    #[test]
    fn a_scenario_that_names_a_register_fails_while_that_is_not_modelled() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        let text = "# Found by `hil fuzz`: not modelled by the simulator: register A, read\nname: register B, read\n";
        std::io::Write::write_all(&mut file, text.as_bytes()).expect("it is written");
        let run = |what: &str| {
            let what = Observation::Unmodelled { what: what.to_owned(), text: String::new() };
            let mut report = ScenarioReport {
                id: String::new(),
                title: String::new(),
                file: file.path().to_owned(),
                line: 1,
                tags: Vec::new(),
                verdict: Verdict::Passed,
                reason: None,
                expects_nothing: false,
                attempts: vec![Attempt {
                    verdict: Verdict::Passed,
                    board: None,
                    device_time: SimTime::ZERO,
                    wall_time: Duration::ZERO,
                    steps: Vec::new(),
                    failures: Vec::new(),
                    journal: vec![Entry { seq: 0, at: SimTime::ZERO, wall: Duration::ZERO, what }],
                }],
            };
            still_not_modelled(&mut report);
            report.verdict
        };
        assert_eq!(run("register A, read"), Verdict::Failed);
        assert_eq!(run("register B, read"), Verdict::Passed);
    }
}
