//! From a project folder to a simulation that runs.

use std::rc::Rc;
use std::time::Duration;

use super::{Simulation, Work};
use crate::wokwi::WokwiError;
use crate::wokwi::ending::{Ending, TIMEOUT_CODE};
use crate::wokwi::output::Output;
use crate::wokwi::project::{Project, RECORD, SCENARIO, free_port};
use crate::wokwi::run::Run;
use hil_model::time::display;
use hil_targets::BenchError;
use hil_targets::clock::wall_timeout;

/// Waits before `wokwi-cli` is started again, when there was no connection.
const BACK_OFF: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(5)];

impl Simulation {
    fn write_project(&self, project: &Project, work: &Work, port: u16) -> Result<(), BenchError> {
        let files = self.settings.image.files(&self.told);
        for (name, contents) in &files {
            project.write(name, contents)?;
        }
        let firmware = files.first().map_or("", |(name, _)| name.as_str());
        let elf = files.get(1).map(|(name, _)| name.as_str());
        project.write_toml(firmware, elf, work.lowered.is_none().then_some(port))?;
        project.write("diagram.json", self.settings.drawing.text.as_bytes())?;
        let Some(lowered) = &work.lowered else { return Ok(()) };
        project.write(SCENARIO, lowered.yaml.as_bytes())?;
        for (from, name) in lowered.steps.iter().filter_map(|files| files.before.as_ref()) {
            let picture = std::fs::read(from).map_err(|e| BenchError::File {
                path: from.clone(),
                problem: format!("cannot be compared with: {e}"),
            })?;
            project.write(name, &picture)?;
        }
        Ok(())
    }

    fn arguments(&self, project: &Project, work: &Work) -> Vec<String> {
        let mut arguments = vec![project.argument("")];
        let mut option = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
        option("--timeout", self.granted.as_millis().max(1).to_string());
        option("--timeout-exit-code", TIMEOUT_CODE.to_string());
        match &work.lowered {
            Some(_) => option("--scenario", SCENARIO.to_owned()),
            None => {
                option("--expect-text", self.farewell_text());
                if !self.channels.is_empty() {
                    option("--vcd-file", project.argument(RECORD));
                }
            }
        }
        arguments
    }

    /// Starts `wokwi-cli` until a simulation begins, or it is clear that none will.
    pub(super) async fn start_run(&mut self, work: &Work) -> Result<u16, BenchError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let port = free_port()?;
            let project = Project::new(self.settings.keep.as_deref(), &work.id)?;
            self.write_project(&project, work, port)?;
            let (output, name) = match &work.lowered {
                Some(lowered) => (Output::carried(&lowered.name), Some(lowered.name.as_str())),
                None => (Output::free(&self.farewell_text()), None),
            };
            let lights = self.channels.iter().flat_map(|channel| channel.lights.clone()).collect();
            let arguments = self.arguments(&project, work);
            let run = Run::start(
                &self.settings.program,
                &arguments,
                output,
                name,
                lights,
                self.deaths.clone(),
                &self.journal,
            )?;
            self.project = Some(project);
            let limit = self.settings.start_limit;
            let state = Rc::clone(&run.state);
            let begun = wall_timeout(
                limit,
                state.wait(|state| (state.started.get() || state.ending().is_some()).then_some(())),
            );
            if begun.await.is_none() {
                run.kill();
                let waiting_for = "did not start the simulation";
                return Err(WokwiError::Silent { waiting_for, limit: display(limit) }.into());
            }
            let transient = match state.ending().filter(|_| !state.started.get()) {
                None => {
                    self.run = Some(run);
                    self.is_counted = false;
                    return Ok(port);
                }
                Some(Ending::Transient(said)) => said,
                Some(ending) => return Err(self.failed(ending).into()),
            };
            let Some(wait) = BACK_OFF.get(tries - 1) else {
                return Err(WokwiError::Connection {
                    said: transient,
                    tries: u32::try_from(tries).unwrap_or(u32::MAX),
                }
                .into());
            };
            self.journal.note(format!("wokwi-cli had no connection; it is started again in {}", display(*wait)));
            tokio::time::sleep(*wait).await;
        }
    }
}
