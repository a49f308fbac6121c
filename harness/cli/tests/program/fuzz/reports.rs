//! The report files of a campaign: findings as failures, known ones, and the campaign itself.

use std::path::Path;
use std::process::Command;

use hil_testing::tool::XMLLINT;

use crate::fuzz::support::{found, fuzz, text};

const FAULT_3: [&str; 8] = ["--plant-fault", "3", "--execs", "40", "--tier", "1", "--jobs", "1"];

fn report(folder: &Path, kind: &str) -> String {
    std::fs::read_to_string(folder.join(format!("target/hil/fuzz/report.{kind}"))).unwrap()
}

/// `xmllint` finds nothing wrong with it.
fn is_xml(path: &Path) {
    let Some(xmllint) = XMLLINT.find() else { return };
    let output = Command::new(xmllint).arg("--noout").arg(path).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
}

#[test]
fn findings_are_in_all_reports_like_any_failure() {
    let folder = tempfile::tempdir().unwrap();
    let output = fuzz(folder.path(), &FAULT_3);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let files = found(folder.path());
    assert!(!files.is_empty());

    let (page, junit, lines) =
        (report(folder.path(), "html"), report(folder.path(), "xml"), report(folder.path(), "jsonl"));
    is_xml(&folder.path().join("target/hil/fuzz/report.xml"));
    for file in &files {
        let id = format!("found/{}", file.file_stem().unwrap().to_string_lossy());
        assert!(page.contains(&id), "{id} is not on the page");
        assert!(junit.contains(&format!("<testcase name=\"{id}\"")), "{junit}");
        assert!(lines.contains(&format!("\"id\":\"{id}\"")), "{id} is not among the events");
        // The place is that of the written file.
        let written = std::fs::read_to_string(file).unwrap();
        let step = written.lines().position(|line| line.contains("request: {") || line.contains("publish: {"));
        assert!(step.is_some(), "{written}");
    }
    assert_eq!(junit.matches("<failure ").count(), files.len(), "{junit}");
    let again = "hil fuzz --target native --tier 1 --seed 0 --execs";
    for (name, report) in [("page", &page), ("JUnit", &junit)] {
        assert!(
            report.contains(again) && report.contains("--plant-fault 3"),
            "the {name} does not say how it is found again"
        );
    }
    // Journal, expected and actual, and the axis of time.
    assert!(page.contains("Journal: ") && page.contains("actual") && page.contains("<svg"), "{page}");
    assert!(page.contains("tier 1; 40 cases with "), "the campaign is not on the page");
    assert!(junit.contains("<property name=\"cases\" value=\"40\"/>"), "{junit}");
    // `hil run` has its own.
    assert!(!folder.path().join("target/hil/report.html").exists());
}

#[test]
fn the_place_of_a_failure_is_a_line_of_the_written_file() {
    let folder = tempfile::tempdir().unwrap();
    fuzz(folder.path(), &FAULT_3);
    let mut places = 0;
    for line in report(folder.path(), "jsonl").lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let Some(place) = event.pointer("/attempts/0/failures/0/place") else { continue };
        let file = std::fs::read_to_string(folder.path().join(place["file"].as_str().unwrap())).unwrap();
        let number = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
        assert_eq!(file.lines().nth(number - 1), place["text"].as_str(), "{place}");
        places += 1;
    }
    assert!(places > 0);
}

#[test]
fn known_findings_are_reported_once_whether_they_are_still_there_or_not() {
    let folder = tempfile::tempdir().unwrap();
    fuzz(folder.path(), &FAULT_3);
    let count = found(folder.path()).len();
    fuzz(folder.path(), &FAULT_3);
    let junit = report(folder.path(), "xml");
    assert_eq!(junit.matches("<testcase name=\"found/").count(), count, "{junit}");
    assert_eq!(junit.matches("<failure ").count(), count, "{junit}");
    // The device was mended.
    let output = fuzz(folder.path(), &["--execs", "2"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let junit = report(folder.path(), "xml");
    assert_eq!(junit.matches("<testcase name=\"found/").count(), count, "{junit}");
    assert_eq!(junit.matches("<failure ").count(), 0, "{junit}");
}

#[test]
fn a_campaign_that_finds_nothing_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let output = fuzz(folder.path(), &["--execs", "4", "--seed", "9"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let page = report(folder.path(), "html");
    assert!(page.contains("Nothing was found") && page.contains("exit code 0: passed"), "{page}");
    assert!(page.contains("tiers 1, 2; 4 cases") && page.contains("0 findings"), "{page}");
    is_xml(&folder.path().join("target/hil/fuzz/report.xml"));
    assert!(report(folder.path(), "xml").contains("<property name=\"seed\" value=\"9\"/>"));
}

#[test]
fn reports_that_cannot_be_written_stop_it_before_it_begins() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("target")).unwrap();
    std::fs::write(folder.path().join("target/hil"), "a file").unwrap();
    let output = fuzz(folder.path(), &["--execs", "4"]);
    let printed = text(&output);
    assert_eq!(output.status.code(), Some(3), "{printed}");
    assert!(printed.contains("cannot write the report target/hil/fuzz/report.xml"), "{printed}");
    assert!(printed.contains("--junit") && printed.contains("nothing was run"), "{printed}");
    assert!(!printed.contains(" cases (tier 1"), "{printed}");
}

/// Only Linux has a file on a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_finished_loses_no_finding() {
    let folder = tempfile::tempdir().unwrap();
    let output = fuzz(folder.path(), &[&FAULT_3[..], &["--html", "/dev/full"]].concat());
    let printed = text(&output);
    assert_eq!(output.status.code(), Some(3), "{printed}");
    assert!(printed.contains("cannot write the report /dev/full: No space left"), "{printed}");
    assert!(!found(folder.path()).is_empty(), "{printed}");
    assert!(report(folder.path(), "xml").contains("<failure "), "the other reports are there");
}
