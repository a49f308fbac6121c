//! A run that takes a place: a process of its own, so that it can be killed. It is this test program again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use hil_bench::labgrid::LabgridPlace;
use hil_bench::{Access as _, Grant};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::labgrid::bench::{Bench, LIMIT};

const SPEC: &str = "HIL_TEST_LABGRID_SPEC";
const SECONDS: &str = "HIL_TEST_LABGRID_SECONDS";

/// What the started process does. It says what it has, and obeys what it is told.
#[test]
#[ignore = "the other tests start it"]
fn run_that_takes_a_place() {
    let Ok(spec) = std::env::var(SPEC) else { return };
    let limit = Duration::from_secs(std::env::var(SECONDS).unwrap().parse().unwrap());
    let is_cancelled = Arc::new(AtomicBool::new(false));
    let (send, told) = channel();
    let cancel = Arc::clone(&is_cancelled);
    std::thread::spawn(move || {
        for word in std::io::stdin().lines().map_while(Result::ok) {
            cancel.fetch_or(word == "cancel", Relaxed);
            let _ = send.send(word);
        }
    });
    let place = LabgridPlace::new(spec.parse().unwrap());
    match place.acquire(limit, &|| is_cancelled.load(Relaxed)) {
        Err(error) => say(&format!("error: {}\n  help: {}", error.problem, error.help)),
        Ok(Grant { port, held }) => {
            say(&format!("port: {port}"));
            match told.recv_timeout(LIMIT).unwrap().as_str() {
                "panic" => panic!("as it was told"),
                _ => match held.release() {
                    Ok(()) => say("released"),
                    Err(error) => say(&format!("error: {}\n  help: {}", error.problem, error.help)),
                },
            }
        }
    }
}

/// The marks tell our words from the test program's.
fn say(text: &str) {
    println!("\n<{text}>");
}

pub struct Run {
    pub child: Child,
    lines: Receiver<String>,
}

impl Run {
    /// Begins to take the place that `spec` describes, waiting `seconds` for others.
    pub fn start(bench: &Bench, spec: &str, seconds: u32) -> Self {
        Self::start_with(bench, spec, seconds, |_| {})
    }

    pub fn start_with(bench: &Bench, spec: &str, seconds: u32, change: impl Fn(&mut Command)) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["run_that_takes_a_place", "--ignored", "--nocapture"]).env("NO_COLOR", "1");
        bench.environment(&mut command);
        command.env(SPEC, spec).env(SECONDS, seconds.to_string());
        change(&mut command);
        // As a job of a shell: Ctrl-C goes to all of the group.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let (send, lines) = channel();
        let reader = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || reader.lines().map_while(Result::ok).all(|line| send.send(line).is_ok()));
        Self { child, lines }
    }

    /// What it says next: `port: ...`, `error: ...`, `released`.
    pub fn says(&self) -> String {
        let until = Instant::now() + LIMIT;
        let mut text = String::new();
        loop {
            let line =
                self.lines.recv_timeout(until.saturating_duration_since(Instant::now())).expect("it says something");
            if line.starts_with('<') || !text.is_empty() {
                text = text + &line + "\n";
            }
            if let Some(text) = text.strip_prefix('<').and_then(|text| text.strip_suffix(">\n")) {
                return text.to_owned();
            }
        }
    }

    /// Whether it says nothing for a while.
    pub fn is_silent(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while let Ok(line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if line.starts_with('<') {
                return false;
            }
        }
        true
    }

    pub fn tell(&mut self, word: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{word}").unwrap();
    }

    /// To it and all in its process group.
    pub fn signal(&mut self, signal: Signal) {
        kill_process_group(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
