//! What was found, as it is told and written.

use std::path::PathBuf;

use harness::fuzz::finding::{Finding, Written};
use harness::time::display;

use crate::cmd::error::Failure;

/// The findings of a campaign.
pub(super) struct Findings {
    folder: PathBuf,
    seed: u64,
    target: &'static str,
    count: usize,
    failure: Option<Failure>,
}

impl Findings {
    pub(super) fn new(folder: &std::path::Path, seed: u64, target: &'static str) -> Self {
        Self { folder: folder.to_owned(), seed, target, count: 0, failure: None }
    }

    /// Writes a finding, or prints it where that cannot be: it is not lost.
    pub(super) fn add(&mut self, finding: &Finding, again: &str) {
        self.count += 1;
        println!("\nfinding {}: {}", self.count, finding.title);
        println!("  at {}: {}", finding.failure.step, finding.failure.step_title);
        for (name, value) in [("expected", &finding.failure.expected), ("actual", &finding.failure.actual)] {
            if let Some(value) = value {
                println!("  {name}: {}", value.replace('\n', "\n    "));
            }
        }
        let after = std::time::Duration::from_millis(u64::try_from(finding.after.as_millis()).unwrap_or(u64::MAX));
        let commands = if finding.commands == 1 { "command" } else { "commands" };
        println!("  after {}, case {}, shrunk to {} {commands}", display(after), finding.case, finding.commands);
        if !finding.is_stable {
            println!("  it did not fail again when it was run a second time");
        }
        let text = finding.file(self.seed, again, self.target);
        match finding.write(&self.folder, &text) {
            Ok(Written::New(path)) => println!("  written to {0}\n  run it: hil run {0}\n", path.display()),
            Ok(Written::Known(path)) => println!("  its cause is known: {}\n", path.display()),
            Err(error) => {
                println!("  it could not be written ({error}); here it is:\n\n{text}");
                let what = format!("a finding cannot be written to {}", self.folder.display());
                self.failure = Some(Failure::io(what, &error).help("the scenario is printed above: save it by hand"));
            }
        }
    }

    /// How many there are.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Why not all of them are files.
    pub(super) fn failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }
}
