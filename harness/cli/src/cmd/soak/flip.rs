//! A verdict that was another one when the run was disturbed.

use std::collections::BTreeSet;

use hil_model::event::{Failure, ScenarioReport};
use hil_model::time::SimTime;
use hil_model::verdict::Verdict;
use hil_targets::disturb::Kind;

/// A flipped verdict.
pub(super) struct Flip {
    /// The fault that is planted into the device.
    pub(super) fault: Option<String>,
    /// The scenario's id.
    pub(super) id: String,
    pub(super) round: u64,
    pub(super) seed: u64,
    /// What the run was disturbed by.
    pub(super) kinds: BTreeSet<Kind>,
    /// The verdict undisturbed.
    pub(super) was: Verdict,
    /// The disturbed run.
    pub(super) report: ScenarioReport,
}

impl Flip {
    /// `passed, and failed when disturbed`
    pub(super) fn title(&self) -> String {
        format!("{} undisturbed, {} when disturbed", self.was, self.report.verdict)
    }

    /// Its run, its seed, its disturbances.
    pub(super) fn how(&self) -> String {
        let fault = self.fault.as_ref().map_or_else(String::new, |fault| format!(", fault {fault} planted"));
        format!("seed {}, round {}{fault}, disturbed by {}", self.seed, self.round, Kind::names(&self.kinds))
    }

    /// Tells of it.
    pub(super) fn print(&self, number: usize, again: &str) {
        say!("\nflip {number}: {}: {}", self.id, self.title());
        if let Some(failure) = self.report.attempts.last().and_then(|attempt| attempt.failures.first()) {
            say!("  at {}: {}: {}", failure.step, failure.step_title, failure.title);
            for (name, value) in [("expected", &failure.expected), ("actual", &failure.actual)] {
                if let Some(value) = value {
                    say!("  {name}: {}", hil_report::clean_lines(value).join("\n    "));
                }
            }
        }
        say!("  {}\n  again: {again}\n", self.how());
    }

    /// As an entry of the reports: a scenario that failed, with its disturbed run.
    pub(super) fn entry(&self, again: &str) -> ScenarioReport {
        let mut report = self.report.clone();
        let flipped = Failure {
            verdict: Verdict::Failed,
            title: self.title(),
            code: "hil::soak".to_owned(),
            step: "run".to_owned(),
            step_title: self.how(),
            place: None,
            expected: Some(self.was.to_string()),
            actual: Some(self.report.verdict.to_string()),
            help: Some(format!("the same run again: {again}")),
            at: report.attempts.last().map_or(SimTime::ZERO, |attempt| attempt.device_time),
            related: Vec::new(),
        };
        report.verdict = Verdict::Failed;
        for attempt in &mut report.attempts {
            attempt.verdict = Verdict::Failed;
            attempt.failures.insert(0, flipped.clone());
        }
        report
    }
}
