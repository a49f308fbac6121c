//! The report files of a campaign: those of `hil run`, with an entry for each finding and each known one.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hil_fuzz::regression;
use hil_model::event::{Attempt, CampaignSummary, Failure, RunEvent, RunInfo, ScenarioReport};
use hil_model::time::SimTime;
use hil_model::verdict::{Exit, Verdict};
use hil_report::{Reporter as _, summarize};

use crate::cmd::error::Failure as CommandFailure;
use crate::cmd::run::reports::Reports;
use crate::output::Guard;

#[derive(clap::Args)]
pub(super) struct ReportFiles {
    /// JUnit report of what was found; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "target/hil/fuzz/report.xml")]
    junit: PathBuf,

    /// JSON lines report of what was found: one event a line; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "target/hil/fuzz/report.jsonl")]
    json: PathBuf,

    /// HTML report of what was found: one self-contained page; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "target/hil/fuzz/report.html")]
    html: PathBuf,
}

impl ReportFiles {
    /// Makes the files, so that it is known at once if they cannot be written. None takes the place of what `guard` knows.
    pub(super) fn open(&self, guard: Guard) -> Result<Reports, CommandFailure> {
        let help = "name another file with --junit, --json or --html; nothing was run";
        Reports::begin(guard, &self.junit, &self.json, &self.html).map_err(|failure| failure.help(help))
    }
}

/// The reports of a campaign. When it ends before its end, they are written as far as they are.
pub(super) struct Report {
    /// Until they are finished.
    out: Option<Reports>,
    written: io::Result<()>,
    /// What is in them, without journals.
    entries: Vec<ScenarioReport>,
    began: Instant,
}

impl Report {
    /// Begins the campaign's.
    pub(super) fn new(out: Reports, info: RunInfo) -> Self {
        let mut report = Self { out: Some(out), written: Ok(()), entries: Vec::new(), began: Instant::now() };
        report.tell(&RunEvent::RunStarted(info));
        report
    }

    /// A scenario of an earlier campaign that was run.
    pub(super) fn known(&mut self, report: ScenarioReport) {
        self.add(report);
    }

    /// A finding: its file, or where that should have been, what the file says, and its last run if it is a scenario that was
    /// run. One that is in the report already, because it was known and run, is not told twice.
    pub(super) fn finding(&mut self, file: &Path, title: &str, text: &str, run: Option<&ScenarioReport>) {
        let id = file.with_extension("").display().to_string();
        if self.entries.iter().any(|entry| entry.id == id && entry.verdict == Verdict::Failed) {
            return;
        }
        let head: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("# ")).collect();
        let mut report = run.cloned().unwrap_or_else(|| not_run(title, &head));
        report.id = id;
        title.clone_into(&mut report.title);
        file.clone_into(&mut report.file);
        report.verdict = Verdict::Failed;
        // Its seed and place, and the command line.
        let found = regression::found(text);
        report.reason = (!found.is_empty()).then(|| found.join("; "));
        for attempt in &mut report.attempts {
            attempt.steps.iter_mut().for_each(|step| step.line += head.len());
            for place in attempt.failures.iter_mut().filter_map(|failure| failure.place.as_mut()) {
                file.clone_into(&mut place.file);
                place.line += head.len();
            }
        }
        self.add(report);
    }

    fn add(&mut self, mut report: ScenarioReport) {
        self.tell(&RunEvent::ScenarioFinished(report.clone()));
        report.attempts.iter_mut().for_each(|attempt| attempt.journal.clear());
        self.entries.push(report);
    }

    /// The campaign is over.
    pub(super) fn finish(mut self, campaign: CampaignSummary, exit: Exit) -> Result<(), CommandFailure> {
        let mut summary = summarize(&self.entries, exit == Exit::Interrupted);
        summary.wall_time = self.began.elapsed();
        summary.exit_code = exit as u8;
        summary.campaign = Some(campaign);
        self.tell(&RunEvent::RunFinished(summary));
        self.close().map_err(|failure| failure.help("what was found is written all the same"))
    }

    fn tell(&mut self, event: &RunEvent) {
        if let Some(out) = &mut self.out {
            let told = out.event(event);
            if self.written.is_ok() {
                self.written = told;
            }
        }
    }

    fn close(&mut self) -> Result<(), CommandFailure> {
        let written = std::mem::replace(&mut self.written, Ok(()));
        self.out.take().map_or(Ok(()), |out| out.close(written))
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        // Nobody is left to be told; it has ended in an error already.
        drop(self.close());
    }
}

/// Of what was not run as a scenario, what was seen: the remarks above it.
fn not_run(title: &str, head: &[&str]) -> ScenarioReport {
    let remarks: Vec<&str> = head.iter().copied().filter(|line| line.starts_with(' ')).map(str::trim).collect();
    let seen = Failure {
        verdict: Verdict::Failed,
        title: title.to_owned(),
        code: "hil::fuzz".to_owned(),
        step: "input".to_owned(),
        step_title: "what the device was given".to_owned(),
        place: None,
        expected: None,
        actual: (!remarks.is_empty()).then(|| remarks.join("\n")),
        help: Some("it was not run as a scenario: the file says how it is shown".to_owned()),
        at: SimTime::ZERO,
        related: Vec::new(),
    };
    let attempt = Attempt {
        verdict: Verdict::Failed,
        board: None,
        device_time: SimTime::ZERO,
        wall_time: Duration::ZERO,
        steps: Vec::new(),
        failures: vec![seen],
        journal: Vec::new(),
    };
    ScenarioReport {
        id: String::new(),
        title: String::new(),
        file: PathBuf::new(),
        line: 1,
        tags: vec!["fuzz".to_owned()],
        verdict: Verdict::Failed,
        reason: None,
        expects_nothing: false,
        attempts: vec![attempt],
    }
}
