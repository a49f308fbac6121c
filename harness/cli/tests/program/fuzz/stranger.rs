//! A device that is not ours, in another language, described by a file alone.

use std::path::Path;
use std::process::{Command, Stdio};

use hil_testing::process::Running;
use hil_testing::tool::PYTHON;

use crate::fuzz::support::{commands, found, hil, text};
use crate::support::Broker;

/// What a campaign finds on a heater, with its printed text; `None` if there is no Python.
fn campaign(folder: &Path, care: &str, broker: &Broker) -> Option<std::process::Output> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/fuzz/heater.py");
    let description = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/fuzz/heater.device.yaml");
    let mut heater = Command::new(PYTHON.find()?);
    heater.args([script, broker.port(), care]).stdin(Stdio::null());
    let heater = Running::start(heater);
    heater.wait_for("ready");
    let target = ["fuzz", "--target", "mqtt", "--broker", &broker.url, "--device", description];
    let limits = ["--execs", "12", "--tier", "1", "--seed", "2", "--rate", "1000", "--regressions", "found"];
    Some(hil(folder, &[&target[..], &limits].concat()).output().unwrap())
}

#[test]
fn its_fault_is_found_and_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let broker = Broker::start();
    let Some(output) = campaign(folder.path(), "careless", &broker) else { return };
    let printed = text(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("fuzzing a heater on mqtt") && printed.contains("a number that is none"), "{printed}");
    for path in found(folder.path()) {
        assert_eq!(commands(&path), 1, "{}", std::fs::read_to_string(&path).unwrap());
    }
    // A heater without it passes what was found, and more.
    let Some(output) = campaign(folder.path(), "careful", &broker) else { return };
    let printed = text(&output);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(printed.contains("known findings still there") && printed.contains(" 0 findings"), "{printed}");
}
