//! JUnit XML, as CI systems read it: one suite a scenario file, one test case a scenario.
//!
//! Failed scenarios are `failure`s; invalid files, bench errors and interrupted scenarios are `error`s, as they say nothing
//! about the firmware. Attempts before one that passed are `flakyFailure`s or `flakyError`s, attempts before one that did
//! not `rerunFailure`s. The journal is the case's `system-out`, and the board of a bench that it ran on its property `board`.
//!
//! A run on a bench has one suite more, `bench`, with a case for each board (`bench.rs`).

mod bench;

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};

use super::text::clean;
use super::{Reporter, lines};
use hil_model::event::{Attempt, CampaignSummary, Failure, FirmwareInfo, RunEvent, RunInfo, ScenarioReport};
use hil_model::verdict::Verdict;

/// Journal entries of a case at most: what CI systems take as a whole is limited.
const MAX_ENTRIES: usize = 500;

/// Writes JUnit XML when the run is over.
pub struct Junit<W: Write> {
    out: W,
    report: Report,
    info: Option<RunInfo>,
}

impl<W: Write> Junit<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, report: Report::new("hil"), info: None }
    }

    /// The suite of the scenario's file.
    fn suite(&mut self, scenario: &ScenarioReport) -> &mut TestSuite {
        let name = clean(&scenario.file.display().to_string());
        let suites = &mut self.report.test_suites;
        let at = suites.iter().position(|s| s.name.as_str() == name).unwrap_or_else(|| {
            let mut suite = TestSuite::new(name);
            suite.set_time(std::time::Duration::ZERO);
            suite.add_properties(self.info.iter().flat_map(properties));
            suites.push(suite);
            suites.len() - 1
        });
        &mut suites[at]
    }
}

impl<W: Write> Reporter for Junit<W> {
    fn event(&mut self, event: &RunEvent) -> io::Result<()> {
        match event {
            RunEvent::RunStarted(info) => self.info = Some(info.clone()),
            RunEvent::ScenarioStarted { .. } | RunEvent::BoardPhase { .. } | RunEvent::BoardFailed { .. } => {}
            RunEvent::ScenarioFinished(scenario) => {
                let suite = self.suite(scenario);
                let time = scenario.attempts.iter().map(|a| a.wall_time).sum();
                suite.time = suite.time.map(|t| t.saturating_add(time));
                suite.add_test_case(case(scenario));
            }
            RunEvent::RunFinished(summary) => {
                self.report.set_time(summary.wall_time);
                self.report.test_suites.extend(bench::suite(summary));
                self.report.test_suites.extend(summary.campaign.as_ref().map(campaign));
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let mut report = Report::new("hil");
        report.time = self.report.time;
        // Sorted: the order in which scenarios ended is chance.
        self.report.test_suites.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
        for mut suite in std::mem::take(&mut self.report.test_suites) {
            suite.test_cases.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
            report.add_test_suite(suite);
        }
        report.serialize(&mut self.out).map_err(io::Error::other)?;
        self.out.flush()
    }
}

/// A campaign of `hil fuzz`: a suite of one case, so that one that finds nothing is no report without tests.
fn campaign(campaign: &CampaignSummary) -> TestSuite {
    let mut case = TestCase::new("campaign", TestCaseStatus::success());
    case.set_classname("fuzz");
    let tiers: Vec<String> = campaign.tiers.iter().map(u8::to_string).collect();
    case.add_properties([
        Property::new("device", clean(&campaign.device)),
        Property::new("tiers", tiers.join(",")),
        Property::new("seed", campaign.seed.to_string()),
        Property::new("cases", campaign.cases.to_string()),
        Property::new("commands", campaign.commands.to_string()),
        Property::new("executions", campaign.executions.to_string()),
        Property::new("findings", campaign.findings.to_string()),
    ]);
    let mut suite = TestSuite::new("fuzz");
    suite.add_test_case(case);
    suite
}

fn properties(info: &RunInfo) -> Vec<Property> {
    let mut properties = vec![
        Property::new("version", info.version.as_str()),
        Property::new("target", clean(&info.target)),
        Property::new("broker", clean(&info.broker)),
        Property::new("seed", info.seed.to_string()),
        Property::new("started-at", clean(&info.started_at)),
    ];
    if let Some(FirmwareInfo { name, sha256, project, version }) = &info.firmware {
        properties.push(Property::new("firmware", clean(name)));
        let facts =
            [("firmware-sha256", sha256), ("firmware-project", project), ("firmware-version", version)].into_iter();
        properties.extend(facts.filter_map(|(key, fact)| Some(Property::new(key, clean(fact.as_ref()?)))));
    }
    properties
}

fn case(scenario: &ScenarioReport) -> TestCase {
    let mut case = TestCase::new(clean(&scenario.id), status(scenario));
    case.set_classname(class_name(scenario));
    case.extra.insert("file".into(), clean(&scenario.file.display().to_string()).into());
    case.extra.insert("line".into(), scenario.line.to_string().into());
    case.add_property(Property::new("title", clean(&scenario.title)));
    case.add_property(Property::new("verdict", scenario.verdict.key()));
    case.add_properties(scenario.expects_nothing.then(|| Property::new("expects", "nothing")));
    if let Some(found) = scenario.reason.as_ref().filter(|_| scenario.verdict == Verdict::Failed) {
        case.add_property(Property::new("reason", clean(found)));
    }
    if let Some(last) = scenario.attempts.last() {
        case.set_time(last.wall_time);
        case.add_property(Property::new("device-time", last.device_time.to_string()));
        case.add_properties(last.unmodelled().into_iter().map(|what| Property::new("not-modelled", clean(what))));
        case.add_properties(last.board.as_ref().map(|board| Property::new("board", clean(board))));
        case.set_system_out(journal(last));
    }
    case
}

/// `scenarios.reject.hue`
fn class_name(scenario: &ScenarioReport) -> String {
    let path = scenario.file.with_extension("");
    let parts: Vec<String> =
        path.iter().map(|part| clean(&part.to_string_lossy())).filter(|p| p != "." && p != "/").collect();
    parts.join(".")
}

fn status(scenario: &ScenarioReport) -> TestCaseStatus {
    let (last, earlier) = match scenario.attempts.split_last() {
        Some((last, earlier)) => (Some(last), earlier),
        None => (None, [].as_slice()),
    };
    let mut status = match scenario.verdict {
        Verdict::Skipped => TestCaseStatus::skipped(),
        Verdict::Passed | Verdict::Flaky => TestCaseStatus::success(),
        Verdict::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Invalid | Verdict::BenchError | Verdict::Interrupted => {
            TestCaseStatus::non_success(NonSuccessKind::Error)
        }
    };
    if let Some(reason) = &scenario.reason {
        status.set_message(clean(reason));
    }
    if !matches!(status, TestCaseStatus::Skipped { .. }) {
        status.add_reruns(earlier.iter().map(rerun));
    }
    if !scenario.verdict.is_good() {
        let failures = last.map_or([].as_slice(), |a| &a.failures);
        status.set_type(failures.first().map_or_else(|| scenario.verdict.key().to_owned(), |f| clean(&f.code)));
        if let Some(first) = failures.first() {
            status.set_message(clean(&first.title));
            status.set_description(description(failures));
        }
    }
    status
}

fn rerun(attempt: &Attempt) -> TestRerun {
    let kind = if attempt.verdict == Verdict::Failed { NonSuccessKind::Failure } else { NonSuccessKind::Error };
    let mut rerun = TestRerun::new(kind);
    // An attempt before the last has no properties.
    let board = attempt.board.as_ref().map_or_else(String::new, |board| format!("board: {}\n", clean(board)));
    rerun.set_time(attempt.wall_time).set_system_out(board + &journal(attempt));
    if let Some(first) = attempt.failures.first() {
        rerun
            .set_message(clean(&first.title))
            .set_type(clean(&first.code))
            .set_description(description(&attempt.failures));
    }
    rerun
}

fn description(failures: &[Failure]) -> String {
    failures.iter().map(super::failure_text::plain).collect::<Vec<_>>().join("\n")
}

fn journal(attempt: &Attempt) -> String {
    lines::plain(&lines::capped(attempt, MAX_ENTRIES))
}
