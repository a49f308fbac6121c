//! What was found, as it is told and written.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hil_fuzz::finding::Finding;
use hil_fuzz::regression::{Written, write};
use hil_model::event::{Failure as Seen, ScenarioReport};
use hil_model::time::display;

use super::report::Report;
use crate::cmd::error::Failure;

/// The findings of a campaign.
pub(super) struct Findings {
    folder: PathBuf,
    seed: u64,
    target: &'static str,
    count: usize,
    /// Of the last one.
    title: String,
    failure: Option<Failure>,
    /// The report files.
    pub(super) report: Report,
}

/// A file to be written.
pub(super) struct File<'a> {
    pub(super) name: String,
    pub(super) cause: &'a str,
    pub(super) text: String,
    /// What is said before the command line that shows it.
    pub(super) to_see: &'a str,
    /// That command line, without the file's path at its end.
    pub(super) command: String,
}

impl Findings {
    pub(super) fn new(folder: &Path, seed: u64, target: &'static str, report: Report) -> Self {
        Self { folder: folder.to_owned(), seed, target, count: 0, title: String::new(), failure: None, report }
    }

    /// Writes a finding of tiers 1 and 2, or prints it where that cannot be: it is not lost.
    pub(super) fn add(&mut self, finding: &Finding, again: &str, shown_by: &str) {
        self.begin(&finding.title);
        seen(&finding.failure);
        let commands = if finding.commands == 1 { "command" } else { "commands" };
        say!("  after {}, case {}, shrunk to {} {commands}", after(finding.after), finding.case, finding.commands);
        finding.remark.iter().for_each(|remark| say!("  {remark}"));
        if !finding.is_stable {
            say!("  it did not fail again when it was run a second time");
        }
        let file = File {
            name: finding.file_name(),
            cause: &finding.cause.fingerprint(),
            text: finding.file(self.seed, again, self.target),
            to_see: "run it",
            command: shown_by.to_owned(),
        };
        self.write(&file, Some(&finding.report));
    }

    /// Says that there is one more.
    pub(super) fn begin(&mut self, title: &str) {
        self.count += 1;
        say!("\nfinding {}: {title}", self.count);
        title.clone_into(&mut self.title);
    }

    /// Its cause has a file.
    pub(super) fn known(&mut self, title: &str, path: &Path) {
        self.begin(title);
        say!("  its cause is known: {}\n", path.display());
        self.report.finding(path, title, "", None);
    }

    /// Writes a file, or prints it, and puts the finding into the reports, with its `run` as a scenario if there was one.
    pub(super) fn write(&mut self, file: &File<'_>, run: Option<&ScenarioReport>) {
        let written = write(&self.folder, &file.name, file.cause, &file.text);
        let place = match &written {
            Ok(Written::New(path) | Written::Known(path)) => path.clone(),
            Err(_) => self.folder.join(&file.name),
        };
        self.report.finding(&place, &self.title, &file.text, run);
        match written {
            Ok(Written::New(path)) => {
                let path = path.display();
                say!("  written to {path}\n  {}: {} {path}\n", file.to_see, file.command);
            }
            Ok(Written::Known(path)) => say!("  its cause is known: {}\n", path.display()),
            Err(error) => {
                say!("  it could not be written ({error}); here it is:\n\n{}", file.text);
                let what = format!("a finding cannot be written to {}", self.folder.display());
                self.failure = Some(Failure::io(what, &error).help("it is printed above: save it by hand"));
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

/// Prints what was wrong.
pub(super) fn seen(failure: &Seen) {
    say!("  at {}: {}", failure.step, failure.step_title);
    for (name, value) in [("expected", &failure.expected), ("actual", &failure.actual)] {
        if let Some(value) = value {
            say!("  {name}: {}", value.replace('\n', "\n    "));
        }
    }
}

/// Wall time in whole milliseconds.
pub(super) fn after(time: Duration) -> String {
    display(Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
}
