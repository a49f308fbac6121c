//! GitHub Actions: annotations at the lines of scenario files, and the job summary.

mod annotation;
mod job_summary;

use std::io::{self, Write};

use super::Reporter;
use crate::event::{RunEvent, RunInfo, ScenarioReport};
use crate::verdict::Verdict;

/// Prints workflow commands while the run runs, and writes the job summary when it is over.
///
/// The workflow runner reads commands from standard output (`GITHUB_ACTIONS` is set there), and the summary from the file
/// that `GITHUB_STEP_SUMMARY` names, to which a step appends.
pub struct GitHub<W: Write, S: Write> {
    commands: Option<W>,
    summary: Option<S>,
    info: Option<RunInfo>,
    remarkable: Vec<ScenarioReport>,
}

impl<W: Write, S: Write> GitHub<W, S> {
    /// Annotations to `commands`, if given; the summary to `summary`, if given.
    pub fn new(commands: Option<W>, summary: Option<S>) -> Self {
        Self { commands, summary, info: None, remarkable: vec![] }
    }
}

impl<W: Write, S: Write> Reporter for GitHub<W, S> {
    fn event(&mut self, event: &RunEvent) -> io::Result<()> {
        match event {
            RunEvent::RunStarted(info) => self.info = Some(info.clone()),
            RunEvent::ScenarioStarted { .. } => {}
            RunEvent::ScenarioFinished(scenario) => {
                if let Some(out) = &mut self.commands {
                    out.write_all(annotation::of(scenario).as_bytes())?;
                    out.flush()?;
                }
                if scenario.verdict != Verdict::Passed {
                    self.remarkable.push(scenario.clone());
                }
            }
            RunEvent::RunFinished(summary) => {
                if let Some(out) = &mut self.summary {
                    self.remarkable.sort_by(|a, b| a.id.cmp(&b.id));
                    let text = job_summary::render(self.info.as_ref(), &self.remarkable, summary);
                    out.write_all(text.as_bytes())?;
                    out.flush()?;
                }
            }
        }
        Ok(())
    }
}
