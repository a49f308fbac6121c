//! The report files of a run.

use std::fs::File;
use std::io::{BufWriter, IsTerminal as _, stdout};
use std::path::{Path, PathBuf};

use hil_model::event::RunEvent;
use hil_model::verdict::Exit;
use hil_report::terminal::Progress;
use hil_report::{FanOut, GitHub, Html, JsonLines, Junit, Terminal, Theme};

use crate::cmd::error::Failure;

#[derive(clap::Args)]
pub(in crate::cmd) struct ReportFiles {
    /// JUnit report
    #[arg(long, value_name = "FILE", default_value = "target/hil/report.xml")]
    junit: PathBuf,

    /// JSON lines report: one event a line
    #[arg(long, value_name = "FILE", default_value = "target/hil/report.jsonl")]
    json: PathBuf,

    /// HTML report: one self-contained page
    #[arg(long, value_name = "FILE", default_value = "target/hil/report.html")]
    html: PathBuf,
}

impl ReportFiles {
    /// Opens all reports: files, terminal, and annotations in GitHub Actions.
    pub(in crate::cmd) fn open(&self) -> Result<FanOut, Failure> {
        let env = |name: &str| std::env::var(name).ok();
        let terminal = stdout().is_terminal();
        let mut all = FanOut::new()
            .with(Terminal::new(stdout(), Theme::detect(terminal, env), Progress::detect(terminal, env)))
            .with(Junit::new(create(&self.junit)?))
            .with(JsonLines::new(create(&self.json)?))
            .with(Html::new(create(&self.html)?));
        let in_actions = env("GITHUB_ACTIONS").is_some_and(|v| v == "true");
        let summary = env("GITHUB_STEP_SUMMARY").filter(|path| in_actions && !path.is_empty());
        let summary = summary.map(|path| {
            let file = File::options().create(true).append(true).open(&path);
            file.map_err(|e| Failure::io(format_args!("cannot write {path}"), &e))
        });
        if in_actions {
            all.push(GitHub::new(Some(stdout()), summary.transpose()?));
        }
        Ok(all)
    }
}

/// Makes a report file, and its folder.
pub(in crate::cmd) fn create(path: &Path) -> Result<BufWriter<File>, Failure> {
    let failed = |e: std::io::Error| Failure::io(format_args!("cannot write the report {}", path.display()), &e);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    File::create(path).map(BufWriter::new).map_err(failed)
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
