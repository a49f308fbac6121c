//! Mode B: the runner follows `wokwi-cli` from step to step.

use async_trait::async_trait;

use super::Simulation;
use crate::wokwi::WokwiError;
use crate::wokwi::ending::Ending;
use hil_model::time::display;
use hil_targets::clock::wall_timeout;
use hil_targets::{BenchError, Carried, Carrier};

#[async_trait(?Send)]
impl Carrier for Simulation {
    async fn next_step(&mut self) -> Result<Carried, BenchError> {
        let Some(state) = self.state() else { return Err(WokwiError::Lights("it does not run".to_owned()).into()) };
        let limit = self.wall_limit();
        let granted = self.granted;
        let Some(work) = &mut self.work else { return Ok(Carried::Held) };
        work.followed += 1;
        let number = work.followed;
        let ended = state.wait(|state| {
            if state.step.get() > number || state.completed.get() {
                return Some(None);
            }
            state.ending().map(Some)
        });
        let Some(ended) = wall_timeout(limit, ended).await else {
            if let Some(run) = &self.run {
                run.kill();
            }
            return Err(WokwiError::Silent { waiting_for: "did not end the scenario", limit: display(limit) }.into());
        };
        match ended {
            None => {
                self.take_files(number)?;
                Ok(Carried::Held)
            }
            Some(Ending::NotHeld(title)) => Ok(Carried::NotHeld { title }),
            Some(Ending::TimedOut) if self.is_cut => Err(self.settings.budget.used_up().into()),
            Some(Ending::TimedOut) => Ok(Carried::TimedOut(granted)),
            Some(ending) => Err(self.failed(ending).into()),
        }
    }

    fn is_over(&self) -> bool {
        self.run.as_ref().is_none_or(|run| run.state.ending().is_some())
    }
}

impl Simulation {
    /// Copies what a step has saved to where the scenario wants it.
    fn take_files(&self, number: usize) -> Result<(), BenchError> {
        let lowered = self.work.as_ref().and_then(|work| work.lowered.as_ref());
        let files = lowered.and_then(|lowered| lowered.steps.get(number.wrapping_sub(1)));
        let (Some(project), Some((name, to))) = (&self.project, files.and_then(|files| files.after.as_ref())) else {
            return Ok(());
        };
        let problem =
            |e: std::io::Error| BenchError::File { path: to.clone(), problem: format!("cannot be saved: {e}") };
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).map_err(problem)?;
        }
        std::fs::copy(project.path(name), to).map(drop).map_err(problem)
    }
}
