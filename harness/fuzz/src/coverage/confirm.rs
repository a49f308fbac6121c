//! Whether a finding's scenario fails when the runner runs it, as users will.

use super::finding::Finding;
use crate::case::{Outcome, alone};
use crate::device::DeviceDescription;
use hil_model::event::{Failure, ScenarioReport};
use hil_model::verdict::Verdict;
use hil_runner::{Cancel, RunOptions};

/// What the runner says of a finding.
#[derive(Debug, Clone)]
pub enum Confirmed {
    /// The scenario fails.
    Fails {
        /// The scenario, without its comments.
        scenario: String,
        /// What is wrong first.
        failure: Box<Failure>,
        /// All about the run.
        report: Box<ScenarioReport>,
    },
    /// The scenario passes: only the scripted peer does this to the device.
    Passes,
    /// No scenario can say it.
    NoScenario,
    /// It could not be tried.
    Untried {
        /// The scenario, without its comments.
        scenario: String,
        /// Why.
        reason: String,
    },
}

impl Finding {
    /// Runs the scenario of a finding by itself.
    pub fn confirm(&self, device: &DeviceDescription, options: &RunOptions, cancel: &Cancel) -> Confirmed {
        let Some(scenario) = self.scenario(device) else { return Confirmed::NoScenario };
        let options = RunOptions { run_id: format!("{}-{}", options.run_id, self.fingerprint), ..options.clone() };
        let untried = |reason: String, scenario| Confirmed::Untried { scenario, reason };
        match alone(&scenario, &options, cancel) {
            Ok((mut report, attempt)) => match (attempt.verdict, attempt.failures.first().cloned()) {
                (Verdict::Passed | Verdict::Flaky, _) => Confirmed::Passes,
                (Verdict::Failed, Some(failure)) => {
                    report.attempts.push(attempt);
                    Confirmed::Fails { scenario, failure: Box::new(failure), report: Box::new(report) }
                }
                (Verdict::Interrupted, _) => untried("interrupted".to_owned(), scenario),
                (_, failure) => untried(failure.map_or_else(|| "no reason".to_owned(), |it| it.title), scenario),
            },
            Err(Outcome::Bench(reason)) => untried(reason, scenario),
            Err(_) => untried("interrupted".to_owned(), scenario),
        }
    }
}
