//! A device that is not ours, in another language, described by a file alone.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::fuzz::support::{commands, found, hil, text};

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Starts it, and waits for a line with `word`, which comes back.
    fn start(command: &mut Command, word: &str) -> (Self, String) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let running = Self(child);
        let mut lines = lines;
        let line = lines.find(|line| line.contains(word)).unwrap_or_else(|| panic!("it does not say {word:?}"));
        // What it says later must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        (running, line)
    }
}

/// A broker on loopback.
pub struct Broker {
    _running: Running,
    pub url: String,
}

impl Broker {
    pub fn start() -> Self {
        let (running, line) = Running::start(&mut hil(Path::new("."), &["broker", "run", "--port", "0"]), "mqtt://");
        let url = line.split_whitespace().find(|word| word.starts_with("mqtt://")).unwrap();
        Self { _running: running, url: url.trim_end_matches([',', ';']).to_owned() }
    }

    fn port(&self) -> &str {
        self.url.rsplit(':').next().unwrap()
    }
}

/// What a campaign finds on a heater, with its printed text; `None` if there is no Python.
fn campaign(folder: &Path, care: &str, broker: &Broker) -> Option<std::process::Output> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/fuzz/heater.py");
    let description = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/fuzz/heater.device.yaml");
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("not tested: python3 is not installed");
        return None;
    }
    let (_heater, _) = Running::start(Command::new("python3").args([script, broker.port(), care]), "ready");
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
