//! The report files of a campaign: those of `hil run`, with an entry for each finding and each known one.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hil_model::event::{Attempt, CampaignSummary, Failure, RunEvent, RunInfo, ScenarioReport};
use hil_model::time::SimTime;
use hil_model::verdict::{Exit, Verdict};
use hil_report::{FanOut, Html, JsonLines, Junit, Reporter as _, summarize};

use crate::cmd::error::Failure as CommandFailure;
use crate::cmd::run::reports::create;

#[derive(clap::Args)]
pub(super) struct ReportFiles {
    /// JUnit report of what was found
    #[arg(long, value_name = "FILE", default_value = "target/hil/fuzz/report.xml")]
    junit: PathBuf,

    /// JSON lines report of what was found: one event a line
    #[arg(long, value_name = "FILE", default_value = "target/hil/fuzz/report.jsonl")]
    json: PathBuf,

    /// HTML report of what was found: one self-contained page
    #[arg(long, value_name = "FILE", default_value = "target/hil/fuzz/report.html")]
    html: PathBuf,
}

impl ReportFiles {
    /// Makes the files, so that it is known at once if they cannot be written.
    pub(super) fn open(&self, info: RunInfo) -> Result<Report, CommandFailure> {
        let create = |path: &Path| -> Result<BufWriter<File>, CommandFailure> {
            create(path)
                .map_err(|failure| failure.help("name another file with --junit, --json or --html; nothing was run"))
        };
        let out = FanOut::new()
            .with(Junit::new(create(&self.junit)?))
            .with(JsonLines::new(create(&self.json)?))
            .with(Html::new(create(&self.html)?));
        let mut report = Report { out: Some(out), error: None, entries: Vec::new(), began: Instant::now() };
        report.tell(&RunEvent::RunStarted(info));
        Ok(report)
    }
}

/// The reports of a campaign. When it ends before its end, they are written as far as they are.
pub(super) struct Report {
    /// Until they are finished.
    out: Option<FanOut>,
    error: Option<io::Error>,
    /// What is in them, without journals.
    entries: Vec<ScenarioReport>,
    began: Instant,
}

impl Report {
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
        let found: Vec<&str> = head.iter().copied().filter(|line| line.starts_with("Found ")).skip(1).collect();
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
        self.close();
        let Some(error) = self.error.take() else { return Ok(()) };
        Err(CommandFailure::io("a report of the campaign cannot be written", &error)
            .help("what was found is written all the same"))
    }

    fn tell(&mut self, event: &RunEvent) {
        if let Some(out) = &mut self.out
            && let Err(error) = out.event(event)
        {
            self.error.get_or_insert(error);
        }
    }

    fn close(&mut self) {
        if let Some(mut out) = self.out.take()
            && let Err(error) = out.finish()
        {
            self.error.get_or_insert(error);
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        // Nobody is left to be told; it has ended in an error already.
        self.close();
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
        attempts: vec![attempt],
    }
}
