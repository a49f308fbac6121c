//! Programs on the PATH, and what they say of themselves.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Longest wait for a program that is asked for its version.
const LIMIT: Duration = Duration::from_secs(10);

/// All files of this name in the folders of `path`, in their order.
pub fn on_path(path: &OsStr, program: &str) -> Vec<PathBuf> {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(path).map(|folder| folder.join(&file)).filter(|candidate| candidate.is_file()).collect()
}

/// First line of a program's output; `None` if it is not there, fails, or takes too long.
pub fn first_line(program: &Path, arguments: &[&str]) -> Option<String> {
    let mut child = Command::new(program)
        .args(arguments)
        // A proxy of rustup must not begin to download.
        .env("RUSTUP_AUTO_INSTALL", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // Read beside, so that a program that says much does not wait for us, nor we for what it leaves behind.
    let (said, heard) = std::sync::mpsc::channel();
    let pipe = child.stdout.take()?;
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if pipe.take(4096).read_to_end(&mut bytes).is_ok() {
            // Nobody waits any more: it took too long.
            let _ = said.send(bytes);
        }
    });
    let began = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if began.elapsed() < LIMIT => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                // It is gone already, or will be.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    };
    let bytes = heard.recv_timeout(LIMIT.saturating_sub(began.elapsed())).ok()?;
    let line = String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default().trim().to_owned();
    (status.success() && !line.is_empty()).then_some(line)
}
