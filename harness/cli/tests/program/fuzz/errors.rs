//! What stands in a campaign's way is said, and nothing is lost.

use std::process::Command;

use hil_testing::process::Running;

use crate::fuzz::support::{LIGHT, fuzz, hil, text};

#[track_caller]
fn fails(output: &std::process::Output, exit: i32, expected: &[&str]) {
    let printed = text(output);
    assert_eq!(output.status.code(), Some(exit), "{printed}");
    for expected in expected {
        assert!(printed.contains(expected), "{expected:?} is missing in\n{printed}");
    }
}

#[test]
fn wrong_usage_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    fails(&fuzz(folder.path(), &["--corpus", "corpus"]), 2, &["--corpus is for tier 3"]);
    fails(&fuzz(folder.path(), &["--time", "30"]), 2, &["a duration without its unit", "30s"]);
    fails(&fuzz(folder.path(), &["--time", "5s", "--execs", "3"]), 2, &["cannot be used with"]);
    fails(&fuzz(folder.path(), &["--execs", "0"]), 2, &["--execs"]);
    fails(&fuzz(folder.path(), &["--rate", "0"]), 2, &["at least 0.001"]);
    let output = hil(folder.path(), &["fuzz", "--target", "native"]).output().unwrap();
    fails(&output, 2, &["there is no scenarios/device.yaml", "docs/fuzz.md", "--device FILE"]);
}

#[test]
fn a_wrong_description_runs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("my.device.yaml"), "version: 1\ncommands: []\n").unwrap();
    let output = hil(folder.path(), &["fuzz", "--target", "native", "--device", "my.device.yaml"]).output().unwrap();
    fails(&output, 2, &["my.device.yaml:2", "the list is empty", "my.device.yaml is wrong; nothing was run"]);
}

#[test]
fn a_broker_elsewhere_needs_its_owners_word() {
    let folder = tempfile::tempdir().unwrap();
    // An address for documentation: nobody is there, and nobody is asked.
    let arguments = ["fuzz", "--target", "mqtt", "--broker", "mqtt://192.0.2.1", "--device", LIGHT];
    let output = hil(folder.path(), &arguments).output().unwrap();
    fails(&output, 2, &["mqtt://192.0.2.1:1883 is not on this machine", "--i-own-this-device"]);
}

#[test]
fn a_broker_that_is_not_there_is_a_bench_error() {
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("mqtt://127.0.0.1:{port}");
    let arguments = ["fuzz", "--target", "mqtt", "--broker", &url, "--device", LIGHT];
    let output = hil(folder.path(), &arguments).output().unwrap();
    fails(&output, 3, &["refused", "running"]);
}

#[test]
fn a_device_that_never_answers_is_a_bench_error() {
    let folder = tempfile::tempdir().unwrap();
    let broker = crate::support::Broker::start();
    let description = std::fs::read_to_string(LIGHT).unwrap().replace("within: 10s", "within: 500ms");
    std::fs::write(folder.path().join("device.yaml"), description).unwrap();
    let arguments = ["fuzz", "--target", "mqtt", "--broker", &broker.url, "--device", "device.yaml"];
    let output = hil(folder.path(), &arguments).output().unwrap();
    fails(&output, 3, &["the device does not come to its start", "stat/led/online", "that device.yaml describes"]);
}

#[test]
fn findings_that_cannot_be_written_stop_it_before_it_begins() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("found"), "a file").unwrap();
    fails(&fuzz(folder.path(), &["--execs", "4"]), 3, &["findings cannot be written to found", "nothing was run"]);
}

#[test]
fn a_finding_that_cannot_be_written_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    crate::light::project(folder.path());
    // No file may grow: as on a full disk, an empty one can be made and nothing be put into it.
    let limited = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", limited, env!("CARGO_BIN_EXE_hil"), "fuzz", "--target", "native", "--device", LIGHT]);
    command.args(["--regressions", "found", "--plant-fault", "1", "--execs", "24", "--tier", "1"]);
    let output = command.current_dir(folder.path()).env("NO_COLOR", "1").output().unwrap();
    fails(&output, 3, &["it could not be written", "# cause: ", "\nsteps:\n", "save it by hand"]);
    assert!(crate::fuzz::support::found(folder.path()).is_empty(), "half a file is left");
}

#[test]
fn ctrl_c_ends_it_with_what_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let fixed = ["fuzz", "--target", "native", "--device", LIGHT, "--regressions", "found"];
    let command = hil(folder.path(), &[&fixed[..], &["--plant-fault", "1", "--time", "10min"]].concat());
    let run = Running::start(command);
    run.wait_for("written to found/");
    run.signal("-INT");
    let (code, said) = run.end();
    assert_eq!(code, Some(130), "{said}");
    let rest = said.split_once("written to found/").unwrap().1;
    assert!(rest.contains(" cases (tier 1: "), "no statistics in {said}");
    let found = crate::fuzz::support::found(folder.path());
    assert!(!found.is_empty() && found.iter().all(|path| path.extension().is_some_and(|e| e == "yaml")), "{found:?}");
}
