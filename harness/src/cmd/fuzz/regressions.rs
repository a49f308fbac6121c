//! What earlier campaigns have found is run first.

use std::path::Path;
use std::sync::Arc;

use harness::runner::{Cancel, Planned, RunOptions, run};
use harness::scenario::{Loaded, load};
use harness::verdict::Verdict;

use crate::cmd::error::Failure;

/// Runs the scenarios in a folder; how many of them fail.
pub(super) fn replay(folder: &Path, options: &RunOptions, cancel: &Cancel) -> Result<usize, Failure> {
    let Loaded { files, errors } = load(&[folder.to_owned()]);
    if !errors.is_empty() {
        eprint!("{}", errors.render(crate::cmd::color_on_stderr()));
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
    let reports = run(&plan, options, cancel, |_| {}).scenarios;
    let with = |verdict: Verdict| reports.iter().filter(move |report| report.verdict == verdict);
    for report in with(Verdict::Failed) {
        let failure = report.attempts.last().and_then(|attempt| attempt.failures.first());
        println!("known and still there: {}", report.title);
        if let Some(failure) = failure {
            println!("  {}: {}", failure.step, failure.title);
        }
        println!("  run it: hil run {}", report.file.display());
    }
    let failed = with(Verdict::Failed).count();
    let others = reports.len() - failed - with(Verdict::Passed).count();
    let others = if others == 0 { String::new() } else { format!(", {others} could not be run here") };
    println!("{} of {} known findings still there{others}", failed, reports.len());
    Ok(failed)
}
