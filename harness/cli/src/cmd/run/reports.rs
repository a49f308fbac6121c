//! The report files of a run.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use hil_model::event::RunEvent;
use hil_model::verdict::Exit;
use hil_report::terminal::Progress;
use hil_report::{FanOut, GitHub, Html, JsonLines, Junit, Reporter, Terminal, Theme};

use crate::cmd::error::Failure;
use crate::output::{Guard, OutputFile, Talk, standard_output_is_for_people};

#[derive(clap::Args)]
pub(in crate::cmd) struct ReportFiles {
    /// JUnit report; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "target/hil/report.xml")]
    junit: PathBuf,

    /// JSON lines report: one event a line; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "target/hil/report.jsonl")]
    json: PathBuf,

    /// HTML report: one self-contained page; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "target/hil/report.html")]
    html: PathBuf,
}

impl ReportFiles {
    /// Opens all reports: files, terminal, and annotations in GitHub Actions. None takes the place of what `guard` knows.
    pub(in crate::cmd) fn open(&self, guard: Guard) -> Result<Reports, Failure> {
        let env = |name: &str| std::env::var(name).ok();
        let mut reports = self.begin(guard)?;
        // Only now: one of them may have taken standard output.
        let terminal = standard_output_is_for_people();
        reports.push(Terminal::new(Talk, Theme::detect(terminal, env), Progress::detect(terminal, env)));
        let in_actions = env("GITHUB_ACTIONS").is_some_and(|v| v == "true");
        let summary = env("GITHUB_STEP_SUMMARY").filter(|path| in_actions && !path.is_empty());
        let summary = summary.map(|path| {
            let file = File::options().create(true).append(true).open(&path);
            file.map_err(|e| Failure::io(format_args!("cannot write {path}"), &e))
        });
        if in_actions {
            reports.push(GitHub::new(Some(Talk), summary.transpose()?));
        }
        Ok(reports)
    }

    /// Opens the files alone.
    pub(in crate::cmd) fn begin(&self, guard: Guard) -> Result<Reports, Failure> {
        Reports::begin(guard, &self.junit, &self.json, &self.html)
    }
}

/// Reports, and the files of those that have one.
pub(in crate::cmd) struct Reports {
    all: FanOut,
    files: Vec<OutputFile>,
}

impl Reports {
    /// The three that have a file.
    pub(in crate::cmd) fn begin(mut guard: Guard, junit: &Path, json: &Path, html: &Path) -> Result<Self, Failure> {
        for (option, path) in [("--junit", junit), ("--json", json), ("--html", html)] {
            guard.output(option, path)?;
        }
        let [junit, json, html] = [junit, json, html].map(create);
        let (junit, json, html) = (junit?, json?, html?);
        let files = vec![junit.clone(), json.clone(), html.clone()];
        let all = FanOut::new().with(Junit::new(junit)).with(JsonLines::new(json)).with(Html::new(html));
        Ok(Self { all, files })
    }

    fn push(&mut self, reporter: impl Reporter + Send + 'static) {
        self.all.push(reporter);
    }

    /// The run is over, with this result of all that was reported so far: the files are put into their places.
    pub(in crate::cmd) fn close(mut self, written: io::Result<()>) -> Result<(), Failure> {
        let finished = self.all.finish();
        let kept: Vec<Result<(), Failure>> = self.files.iter().map(OutputFile::keep).collect();
        // Which file it was, and of several all.
        let mut failures = kept.into_iter().filter_map(Result::err);
        if let Some(first) = failures.next() {
            failures.for_each(|failure| failure.print());
            return Err(first);
        }
        written.and(finished).map_err(|e| Failure::io("a report cannot be written", &e))
    }
}

/// Makes a report's file, and its folder.
fn create(path: &Path) -> Result<OutputFile, Failure> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|e| Failure::io(format_args!("cannot write the report {}", path.display()), &e))?;
    }
    OutputFile::create("the report", path)
}

impl Reporter for Reports {
    fn event(&mut self, event: &RunEvent) -> io::Result<()> {
        self.all.event(event)
    }
}

/// The exit code that a run's last event carries.
pub(in crate::cmd) fn exit_of(events: &[RunEvent]) -> Exit {
    events
        .iter()
        .find_map(|e| match e {
            RunEvent::RunFinished(summary) => Some(exit_from(summary.exit_code)),
            _ => None,
        })
        .unwrap_or(Exit::NothingRan)
}

pub(super) fn exit_from(code: u8) -> Exit {
    [Exit::Passed, Exit::Failed, Exit::Usage, Exit::Bench, Exit::NothingRan, Exit::Interrupted]
        .into_iter()
        .find(|e| *e as u8 == code)
        .unwrap_or(Exit::Bench)
}
