//! The program, and what it writes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The light's description.
pub const LIGHT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/device.yaml");

/// `hil` with these arguments, in a folder.
pub fn hil(folder: &Path, arguments: &[&str]) -> Command {
    crate::light::project(folder);
    crate::support::hil(folder, arguments)
}

/// What it prints.
pub fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// The firmware on the host.
pub const NATIVE: &[&str] = &["--target", "native"];
/// The chip's binary that can have faults, on the simulator.
pub const CHIP: &[&str] = &[
    "--target",
    "sim",
    "--firmware",
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../firmware/prebuilt/light-planted.elf"),
];

/// `hil fuzz` on native, with the light's description and findings in `found/`.
pub fn fuzz(folder: &Path, arguments: &[&str]) -> Output {
    fuzz_on(NATIVE, folder, arguments)
}

/// The same on another target.
pub fn fuzz_on(target: &[&str], folder: &Path, arguments: &[&str]) -> Output {
    let fixed = ["--device", LIGHT, "--regressions", "found"];
    hil(folder, &[&["fuzz"], target, &fixed, arguments].concat()).output().unwrap()
}

/// The scenarios in `found/`, by name.
pub fn found(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("found")).unwrap();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// Commands in the steps of a scenario, as they are written.
pub fn commands(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).unwrap();
    let steps = text.split_once("\nsteps:\n").unwrap().1.split("\nteardown:").next().unwrap();
    steps.matches("publish: { topic").count() + steps.matches("request: { topic").count()
}

/// `hil run` of scenarios on native; its exit code and what it printed.
pub fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    run_on(NATIVE, folder, arguments)
}

/// The same on another target.
pub fn run_on(target: &[&str], folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = hil(folder, &[&["run"], target, arguments].concat()).output().unwrap();
    (output.status.code(), text(&output))
}
