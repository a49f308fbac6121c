//! Commands of the bench: what switches a board's supply, or resets it.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use hil_targets::BenchError;
use hil_targets::clock::wall_sleep;

/// Longest run of a command.
const LIMIT: Duration = Duration::from_secs(30);
/// Between two looks at it.
const LOOK: Duration = Duration::from_millis(20);
/// Stands for `on` or `off`.
const WORD: &str = "{on|off}";

/// A command of the system's shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command(String);

impl Command {
    /// One that switches something: `{on|off}` stands in it for either word.
    ///
    /// # Errors
    /// It has no `{on|off}`.
    pub fn switch(text: &str) -> Result<Self, String> {
        if text.contains(WORD) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("it says {WORD} nowhere, so it cannot switch: uhubctl -l 1-1 -p 2 -a {WORD}"))
        }
    }

    /// One that does the same each time.
    pub fn plain(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// It cannot be run, fails, or takes more than half a minute.
    pub(crate) async fn run(&self, word: &str) -> Result<(), BenchError> {
        let text = self.0.replace(WORD, word);
        let failed = |problem: String| BenchError::PowerCommand(format!("`{text}` {problem}"));
        let mut child = shell(&text).map_err(|e| failed(format!("cannot be run: {e}")))?;
        let began = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(failed(format!("failed: {status}"))),
                Ok(None) if began.elapsed() < LIMIT => wall_sleep(LOOK).await,
                Ok(None) => {
                    // Gone already, or will be.
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(failed(format!("did not end within {} s", LIMIT.as_secs())));
                }
                Err(e) => return Err(failed(format!("cannot be waited for: {e}"))),
            }
        }
    }
}

impl std::fmt::Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Its output is not ours: it goes to standard error, beside our own reports.
fn shell(text: &str) -> std::io::Result<Child> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = std::process::Command::new(shell);
    command.arg(flag).arg(text).stdin(Stdio::null()).stdout(Stdio::null()).spawn()
}
