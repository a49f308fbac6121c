//! One device of a soak: itself, or with a planted fault; what its scenarios say undisturbed, and how often they were disturbed.

use std::collections::BTreeMap;

use hil_model::event::ScenarioReport;
use hil_model::verdict::Verdict;
use hil_runner::{Cancel, Planned, RunOptions};

/// A device.
pub(super) struct Device {
    /// The fault that is planted into it.
    pub(super) fault: Option<String>,
    /// What that fault is.
    pub(super) title: String,
    pub(super) options: RunOptions,
    /// What is run on it; after its reference, what is disturbed.
    pub(super) plan: Vec<Planned>,
    /// Its scenarios undisturbed, without journals; empty before that.
    pub(super) reference: Vec<ScenarioReport>,
    /// Disturbed runs so far.
    pub(super) runs: u64,
    /// The same for each scenario, in the order of the plan.
    pub(super) runs_each: Vec<u64>,
}

impl Device {
    pub(super) const fn new(fault: Option<String>, title: String, options: RunOptions, plan: Vec<Planned>) -> Self {
        Self { fault, title, options, plan, reference: Vec::new(), runs: 0, runs_each: Vec::new() }
    }

    /// Its name for people: `the device`, `fault 3`.
    pub(super) fn name(&self) -> String {
        self.fault.as_ref().map_or_else(|| "the device".to_owned(), |fault| format!("fault {fault}"))
    }

    /// Runs all scenarios undisturbed. Those that say something of the device are kept; with `only_failing`, those that fail.
    /// Returns how many could not be judged.
    pub(super) fn refer(&mut self, cancel: &Cancel, only_failing: bool, mut each: impl FnMut()) -> usize {
        let finished = hil_runner::run(&self.plan, &self.options, cancel, |event| {
            if matches!(event, hil_model::event::RunEvent::ScenarioFinished(_)) {
                each();
            }
        });
        let mut reports: BTreeMap<String, ScenarioReport> =
            finished.scenarios.into_iter().map(|report| (report.id.clone(), report)).collect();
        let mut unjudged = 0;
        for planned in std::mem::take(&mut self.plan) {
            let Some(mut report) = reports.remove(&planned.scenario.id) else { continue };
            let is_kept = match report.verdict {
                Verdict::Failed => true,
                Verdict::Passed | Verdict::Flaky => !only_failing,
                Verdict::Invalid | Verdict::BenchError => {
                    unjudged += 1;
                    false
                }
                Verdict::Skipped | Verdict::Interrupted => false,
            };
            if is_kept {
                report.attempts.iter_mut().for_each(|attempt| attempt.journal = Vec::new());
                self.plan.push(planned);
                self.reference.push(report);
            }
        }
        self.runs_each = vec![0; self.plan.len()];
        unjudged
    }

    /// How many of its scenarios have this verdict undisturbed.
    pub(super) fn count(&self, verdict: Verdict) -> usize {
        self.reference.iter().filter(|report| report.verdict == verdict).count()
    }
}
