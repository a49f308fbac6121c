//! GitHub Actions: annotations at the lines of scenario files, and the job summary.

mod annotation;
mod job_summary;

use std::io::{self, Write};

use super::{Reporter, board, groups};
use hil_model::event::{RunEvent, RunInfo, ScenarioReport};
use hil_model::verdict::Verdict;

/// Prints workflow commands while the run runs, and writes the job summary when it is over.
///
/// The workflow runner reads commands from standard output (`GITHUB_ACTIONS` is set there), and the summary from the file
/// that `GITHUB_STEP_SUMMARY` names, to which a step appends.
pub struct GitHub<W: Write, S: Write> {
    commands: Option<W>,
    summary: Option<S>,
    info: Option<RunInfo>,
    remarkable: Vec<ScenarioReport>,
    /// Those for which no board was left, until they are told together.
    stranded: Vec<ScenarioReport>,
}

impl<W: Write, S: Write> GitHub<W, S> {
    /// Annotations to `commands`, if given; the summary to `summary`, if given.
    pub fn new(commands: Option<W>, summary: Option<S>) -> Self {
        Self { commands, summary, info: None, remarkable: vec![], stranded: vec![] }
    }

    fn command(&mut self, text: &str) -> io::Result<()> {
        match &mut self.commands {
            Some(out) => out.write_all(text.as_bytes()).and_then(|()| out.flush()),
            None => Ok(()),
        }
    }

    /// One annotation for each reason.
    fn tell_stranded(&mut self) -> io::Result<()> {
        let stranded = std::mem::take(&mut self.stranded);
        self.command(&groups::stranded(&stranded).iter().map(annotation::of_group).collect::<String>())
    }
}

impl<W: Write, S: Write> Reporter for GitHub<W, S> {
    fn event(&mut self, event: &RunEvent) -> io::Result<()> {
        match event {
            RunEvent::RunStarted(info) => self.info = Some(info.clone()),
            RunEvent::ScenarioStarted { .. } | RunEvent::BoardPhase { .. } => {}
            RunEvent::BoardFailed { board, fault } => self.command(&annotation::of_fault(board, fault))?,
            RunEvent::ScenarioFinished(scenario) => {
                if groups::is_stranded(scenario) {
                    self.stranded.push(scenario.clone());
                } else {
                    self.command(&annotation::of(scenario))?;
                }
                if scenario.verdict != Verdict::Passed || groups::is_idle(scenario) {
                    self.remarkable.push(scenario.clone());
                }
            }
            RunEvent::RunFinished(summary) => {
                self.tell_stranded()?;
                if let Some(shortfall) = board::shortfall(summary) {
                    self.command(&annotation::of_shortfall(&shortfall))?;
                }
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

    fn finish(&mut self) -> io::Result<()> {
        self.tell_stranded()
    }
}
