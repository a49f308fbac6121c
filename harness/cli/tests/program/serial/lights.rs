//! Lights of a board, by what its console says of them.

use std::path::Path;
use std::time::Duration;

use crate::serial::fake::Board;
use crate::serial::scenarios::start;
use crate::support::Broker;

fn red(evidence: &str) -> String {
    format!(
        "name: Red\nversion: 1\nsteps:\n  - write-serial: \"go\\n\"\n  - expect-led: {{ part-id: led1, color: \"#ff0000\"{evidence}, within: 2s }}\n"
    )
}

/// Runs a scenario in which the light has to become red, on a board that prints this.
fn told(folder: &Path, broker: &Broker, evidence: &str, light: &str, console: &str) -> (Option<i32>, String) {
    let mut board = Board::new(folder);
    let child = start(folder, broker, &red(evidence), &["--light", light]);
    board.expect("go\n");
    board.print(console);
    child.end()
}

fn journal(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("target/hil/report.jsonl")).unwrap()
}

#[test]
fn reported_light_is_evidence_unless_the_waveform_is_demanded() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
    let child = start(folder.path(), &broker, &red(""), &["--light", "reported"]);
    board.expect("go\n");
    board.print("I (1200) light: shows #ff0000\r\n");
    let (code, said) = child.end();
    assert_eq!(code, Some(0), "{said}");
    let journal = std::fs::read_to_string(folder.path().join("target/hil/report.jsonl")).unwrap();
    assert!(journal.contains("reported by the firmware") && journal.contains("\"evidence\":\"reported\""), "{journal}");

    let observed = red(", evidence: observed");
    let (code, said) = start(folder.path(), &broker, &observed, &["--light", "reported"]).end();
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("board board has no `led-observed`, needed by step 2 (expect-led)"), "{said}");
    let (code, said) = start(folder.path(), &broker, &red(""), &[]).end();
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("board board has no `led`"), "{said}");
}

#[test]
fn what_the_chip_has_measured_is_stronger_than_what_it_reports() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, broker) = (folder.path(), Broker::start());
    let measured = "I (1200) light: measured #ff0000\r\n";
    let (code, said) = told(folder, &broker, ", evidence: measured", "measured", measured);
    assert_eq!(code, Some(0), "{said}");
    let journal = journal(folder);
    assert!(journal.contains("measured by the chip itself"), "{journal}");
    assert!(journal.contains("\"evidence\":\"self-observed\""), "{journal}");

    // Where both are there, the measured one counts, whichever comes first.
    let both = "I (1190) light: measured #00ff00\r\nI (1200) light: shows #ff0000\r\n";
    for light in ["measured", "reported"] {
        let (code, said) = told(folder, &broker, "", light, both);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("led1 did not become #ff0000"), "{said}");
    }
    let shown = "I (1190) light: shows #ff0000\r\nI (1200) light: measured #00ff00\r\n";
    let (code, said) = told(folder, &broker, "", "measured", shown);
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn a_waveform_that_the_chip_finds_wrong_fails_the_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let wrong =
        "I (10) light: measured #ff0000\r\nW (40) light: measured wrong: 23 pulses instead of 24\r\nI (41) x: y\r\n";
    let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
    let scenario = red("") + "  - wait-serial: \"x: y\"\n";
    let child = start(folder.path(), &broker, &scenario, &["--light", "measured"]);
    board.expect("go\n");
    board.print(wrong);
    let (code, said) = child.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("23 pulses instead of 24 (measured by the chip itself)"), "{said}");
}

#[test]
fn a_scenario_that_wants_it_measured_is_skipped_where_it_is_only_reported() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, _board) = (Broker::start(), Board::new(folder.path()));
    let run = |evidence: &str, light: &str| start(folder.path(), &broker, &red(evidence), &["--light", light]).end();
    let (code, said) = run(", evidence: measured", "reported");
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("board board has no `led-measured`, needed by step 2 (expect-led)"), "{said}");
    let (code, said) = run(", evidence: observed", "measured");
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("board board has no `led-observed`, needed by step 2 (expect-led)"), "{said}");
}

/// A line takes its time; what counts is when the frame went out.
#[test]
fn lines_that_come_late_are_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
    let scenario = "
name: Blinks
version: 1
steps:
  - write-serial: \"go\\n\"
  - expect-led: { part-id: led1, pattern: [{ color: \"#ff0000\", for: 40ms }, { color: \"#000000\", for: 40ms }] }
";
    let child = start(folder.path(), &broker, scenario, &["--light", "reported"]);
    board.expect("go\n");
    board.print("I (1000) light: shows #ff0000\r\n");
    std::thread::sleep(Duration::from_millis(100));
    board.print("I (1040) light: shows #000000\r\nI (1080) light: shows #ff0000\r\n");
    let (code, said) = child.end();
    assert_eq!(code, Some(0), "{said}");
}
