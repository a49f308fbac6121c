//! A target of one's own gets the whole command line: the example is run as its user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SCENARIO: &str = r#"
name: The plug says what it was told
version: 1
steps:
  - publish: { topic: plug/set, payload: "on" }
  - expect-message: { topic: plug/state, payload: "on" }
"#;

/// The example, which cargo builds with the tests.
fn example() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_hil")).with_file_name("examples").join("own_target");
    assert!(program.exists(), "{} is not built: cargo test builds it with the tests", program.display());
    program
}

fn run(folder: &Path, arguments: &[&str]) -> (Output, String) {
    let output = Command::new(example()).args(arguments).current_dir(folder).env("NO_COLOR", "1").output().unwrap();
    let shown = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned();
    (output, shown)
}

#[test]
fn it_has_runs_filters_and_reports() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plug.yaml"), SCENARIO).unwrap();
    let (output, shown) = run(folder.path(), &["run", "--target", "plug", "--junit", "plug.xml", "plug.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{shown}");
    assert!(
        std::fs::read_to_string(folder.path().join("plug.xml")).unwrap().contains("The plug says what it was told")
    );
    let (output, shown) = run(folder.path(), &["run", "--target", "plug", "-k", "nothing-of-that", "plug.yaml"]);
    assert_eq!(output.status.code(), Some(4), "{shown}");
}

/// What the plug is, for the fuzzer: it says back whatever it is told, so `off` after `on` is right, and `dim` is not.
const DESCRIPTION: &str = r#"
version: 1
name: a plug
statuses:
  - { topic: plug/state, payload: "{state}" }
commands:
  - topic: plug/set
    payload: { enum: ["on", "off"], as: state }
start:
  - { topic: plug/set, payload: "off" }
"#;

#[test]
fn it_has_fuzzing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plug.device.yaml"), DESCRIPTION).unwrap();
    let arguments = [
        "fuzz",
        "--target",
        "plug",
        "--device",
        "plug.device.yaml",
        "--seed",
        "7",
        "--execs",
        "60",
        "--regressions",
        "found",
    ];
    let (output, shown) = run(folder.path(), &arguments);
    // It repeats payloads that are none of its own.
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.contains("plug/set") && folder.path().join("found").exists(), "{shown}");
}

#[test]
fn its_failures_fail() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = SCENARIO.replace(r#"plug/state, payload: "on""#, r#"plug/state, payload: "off""#);
    std::fs::write(folder.path().join("plug.yaml"), wrong).unwrap();
    let (output, shown) = run(folder.path(), &["run", "--target", "plug", "plug.yaml"]);
    assert_eq!(output.status.code(), Some(1), "{shown}");
}

#[test]
fn it_is_the_only_target_of_its_own_and_nothing_of_another_device_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (output, shown) = run(folder.path(), &["run", "--target", "native", "plug.yaml"]);
    assert_eq!(output.status.code(), Some(2), "{shown}");
    assert!(shown.contains("plug"), "{shown}");
    let (output, shown) = run(folder.path(), &["firmware", "build"]);
    assert_eq!(output.status.code(), Some(2), "{shown}");
}
