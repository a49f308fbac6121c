//! JUnit as programs read it.

mod report_fixture;

use std::io::Write as _;
use std::process::{Command, Stdio};

use harness::report::{Junit, replay};
use quick_junit::{FlakyOrRerun, NonSuccessKind, Report, TestCase, TestCaseStatus};
use report_fixture::*;

fn xml() -> String {
    let buffer = Buffer::default();
    replay(&rich_run(), &mut Junit::new(buffer.clone())).expect("written to memory");
    buffer.text()
}

fn case(report: &Report, id: &str) -> TestCase {
    let cases = report.test_suites.iter().flat_map(|s| &s.test_cases);
    cases.into_iter().find(|c| c.name.as_str() == id).unwrap_or_else(|| panic!("{id}")).clone()
}

#[test]
fn every_scenario_is_a_case_with_the_right_status() {
    let report = Report::deserialize_from_str(&xml()).unwrap();
    assert_eq!((report.tests, report.failures, report.errors, report.skipped), (9, 1, 3, 3));
    assert_eq!(report.test_suites.len(), 9, "one for each file");
    let kind = |id: &str| match case(&report, id).status {
        TestCaseStatus::NonSuccess { kind, .. } => Some(kind),
        _ => None,
    };
    assert_eq!(kind("reject/hue[361]"), Some(NonSuccessKind::Failure));
    assert_eq!(kind("broker/outage"), Some(NonSuccessKind::Error));
    assert_eq!(kind("fade/pause"), Some(NonSuccessKind::Error));
    assert_eq!(kind("blink/basic"), None);
    assert!(matches!(case(&report, "power/cut").status, TestCaseStatus::Skipped { .. }));
}

#[test]
fn a_flaky_scenario_is_a_success_with_a_flaky_failure() {
    let report = Report::deserialize_from_str(&xml()).unwrap();
    let TestCaseStatus::Success { flaky_runs } = case(&report, "session/reconnect").status else { panic!("success") };
    assert_eq!(flaky_runs.len(), 1);
    assert_eq!(flaky_runs[0].kind, NonSuccessKind::Failure);
}

#[test]
fn earlier_attempts_of_a_failed_scenario_are_reruns() {
    let mut failed = rejected_hue();
    failed.attempts.push(failed.attempts[0].clone());
    let buffer = Buffer::default();
    replay(&events(info(&[]), &[failed], false), &mut Junit::new(buffer.clone())).unwrap();
    let report = Report::deserialize_from_str(&buffer.text()).unwrap();
    let TestCaseStatus::NonSuccess { reruns, .. } = case(&report, "reject/hue[361]").status else { panic!("failure") };
    assert_eq!(reruns.kind, FlakyOrRerun::Rerun);
    assert_eq!(reruns.runs.len(), 1);
}

#[test]
fn huge_journals_are_cut_with_a_note() {
    let mut report = blink();
    let mut log = Log::default();
    for n in 0..20_000 {
        log = log.at(f64::from(n), serial("line"));
    }
    report.attempts[0].journal = log.0;
    let buffer = Buffer::default();
    replay(&events(info(&[]), &[report], false), &mut Junit::new(buffer.clone())).unwrap();
    let text = buffer.text();
    assert!(text.len() < 100_000, "{}", text.len());
    assert!(text.contains("... 19 500 entries left out"));
}

#[test]
fn a_run_that_was_cut_short_leaves_what_there_is() {
    let mut events = rich_run();
    events.truncate(6);
    let buffer = Buffer::default();
    replay(&events, &mut Junit::new(buffer.clone())).unwrap();
    let finished = events.iter().filter(|e| matches!(e, harness::event::RunEvent::ScenarioFinished(_))).count();
    assert_eq!(Report::deserialize_from_str(&buffer.text()).unwrap().tests, finished);
}

/// XML has no way to write U+FFFE and U+FFFF, and a path or a scenario file may hold them.
#[test]
fn noncharacters_in_a_place_do_not_reach_the_xml() {
    let mut failed = rejected_hue();
    let place = failed.attempts[0].failures[0].place.as_mut().unwrap();
    place.text.push('\u{ffff}');
    place.file = "scenarios/\u{fffe}.yaml".into();
    let buffer = Buffer::default();
    replay(&events(info(&[]), &[failed], false), &mut Junit::new(buffer.clone())).unwrap();
    assert!(!buffer.text().contains(['\u{fffe}', '\u{ffff}']));
}

/// A second opinion, where xmllint is installed.
#[test]
fn xmllint_agrees() {
    let child = Command::new("xmllint").args(["--noout", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = child else { return };
    child.stdin.take().expect("written to memory").write_all(xml().as_bytes()).unwrap();
    let output = child.wait_with_output().expect("written to memory");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
