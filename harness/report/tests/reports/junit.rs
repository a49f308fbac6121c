//! JUnit as programs read it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::fixture::bench::{bench_run, board, boards, good_bench_run, on_boards, unplugged};
use crate::fixture::*;
use hil_model::event::{BoardState, RunEvent};
use hil_report::{Junit, replay};
use quick_junit::{FlakyOrRerun, NonSuccessKind, Report, TestCase, TestCaseStatus};

fn xml() -> String {
    xml_of(&rich_run())
}

fn xml_of(events: &[RunEvent]) -> String {
    let buffer = Buffer::default();
    replay(events, &mut Junit::new(buffer.clone())).expect("written to memory");
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
fn a_lost_board_is_seen_and_does_not_make_a_green_run_red() {
    let mut run = good_bench_run();
    assert_eq!(bench::summary(&mut run).exit_code, 0);
    let report = Report::deserialize_from_str(&xml_of(&run)).unwrap();
    assert_eq!((report.tests, report.failures, report.errors, report.skipped), (3, 0, 0, 1));
    assert!(matches!(case(&report, "light-1").status, TestCaseStatus::Success { .. }));
    let lost = case(&report, "light-2");
    let TestCaseStatus::Skipped { message, .. } = &lost.status else { panic!("{lost:?}") };
    let message = message.as_ref().unwrap().as_str();
    assert_eq!(message, "quarantined: flash failed: port /dev/ttyUSB1: no chip answers in download mode");
    assert!(lost.system_out.unwrap().as_str().contains("| ESP-ROM:esp32c3"));
}

#[test]
fn too_few_boards_make_it_red_by_one_error_that_names_the_lost_ones() {
    let run = on_boards(&[blink()], boards(), 2);
    let report = Report::deserialize_from_str(&xml_of(&run)).unwrap();
    assert_eq!((report.failures, report.errors), (0, 1));
    let TestCaseStatus::NonSuccess { kind, message, description, .. } = case(&report, "min-boards").status else {
        panic!("an error")
    };
    assert_eq!(kind, NonSuccessKind::Error);
    assert!(message.unwrap().as_str().starts_with("2 boards fewer than --min-boards"));
    let description = description.unwrap();
    assert!(description.as_str().contains("light-2: flash failed") && description.as_str().contains("light-4: lock"));
}

#[test]
fn a_board_that_fails_once_is_flaky() {
    let report = Report::deserialize_from_str(&xml_of(&bench_run())).unwrap();
    let TestCaseStatus::Success { flaky_runs } = case(&report, "light-3").status else { panic!("success") };
    assert_eq!(flaky_runs.len(), 1);
    assert_eq!(flaky_runs[0].kind, NonSuccessKind::Error);
    assert!(flaky_runs[0].message.as_ref().unwrap().as_str().starts_with("failed while it ran blink/basic: port usb"));
}

#[test]
fn a_case_says_which_board_it_ran_on() {
    let report = Report::deserialize_from_str(&xml_of(&bench_run())).unwrap();
    let board = |id| case(&report, id).properties.into_iter().find(|p| p.name.as_str() == "board");
    assert_eq!(board("blink/basic").unwrap().value.as_str(), "light-1", "its last attempt");
    assert_eq!(board("power/cut"), None);
    let TestCaseStatus::Success { flaky_runs } = case(&report, "blink/basic").status else { panic!("success") };
    assert!(flaky_runs[0].system_out.as_ref().unwrap().as_str().starts_with("board: light-3\n"));
}

#[test]
fn boards_of_two_benches_with_one_id_are_told_apart_by_their_places() {
    let twins = ["/dev/ttyUSB0", "rfc2217://lab-3:4001"]
        .map(|place| board("light-1", place, BoardState::Fit, 1, &[unplugged()]));
    let report = Report::deserialize_from_str(&xml_of(&on_boards(&[blink()], twins.to_vec(), 0))).unwrap();
    case(&report, "light-1 (/dev/ttyUSB0)");
    case(&report, "light-1 (rfc2217://lab-3:4001)");
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
    let finished = events.iter().filter(|e| matches!(e, hil_model::event::RunEvent::ScenarioFinished(_))).count();
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

/// A second opinion.
#[test]
fn xmllint_agrees() {
    let Some(xmllint) = hil_testing::tool::XMLLINT.find() else { return };
    for run in [rich_run(), bench_run()] {
        is_xml(&xmllint, &xml_of(&run));
    }
}

fn is_xml(xmllint: &Path, xml: &str) {
    let child = Command::new(xmllint).args(["--noout", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("xmllint is there");
    child.stdin.take().expect("written to memory").write_all(xml.as_bytes()).expect("a pipe");
    let output = child.wait_with_output().expect("written to memory");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
