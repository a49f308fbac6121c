//! Mode A: the lights, when the simulation has come to its end.

use std::io::BufReader;
use std::time::Duration;

use async_trait::async_trait;
use simulator::board::ws2812::ColorOrder;

use super::Simulation;
use crate::wokwi::WokwiError;
use crate::wokwi::ending::Ending;
use crate::wokwi::light;
use crate::wokwi::project::{Project, RECORD};
use crate::wokwi::run::State;
use hil_model::observation::Message;
use hil_model::time::{SimTime, display};
use hil_targets::BenchError;
use hil_targets::clock::wall_timeout;
use hil_targets::journal::Journal;
use hil_targets::late::{LateLight, LightRecord};

/// How long the firmware may take to answer the message that ends the simulation.
const FAREWELL_LIMIT: Duration = Duration::from_secs(10);
/// The pace is looked at over so long.
const PACE_WINDOW: Duration = Duration::from_secs(2);
/// A simulation that is slower than this counts as having stopped.
const SLOWEST_PACE: f64 = 0.05;

#[async_trait(?Send)]
impl LateLight for Simulation {
    fn scenario_time(&self, device_time: Duration) -> Duration {
        let pace = self.state().and_then(|state| state.axis.borrow().pace(PACE_WINDOW));
        device_time.div_f64(pace.unwrap_or(1.0).clamp(SLOWEST_PACE, 1.0))
    }

    fn hints(&self) -> Option<Journal> {
        self.state().map(|state| state.hints.clone())
    }

    fn farewell(&self) -> Option<Message> {
        let echo =
            self.settings.provisioner.echo(&self.farewell_text()).filter(|_| self.settings.image.is_provisioned())?;
        Some(Message { topic: format!("{}{}", self.prefix, echo.topic), ..echo })
    }

    async fn finish(&mut self, needed: bool) -> Result<Option<LightRecord>, BenchError> {
        self.is_finishing.set(true);
        let Some(state) = self.state() else { return Ok(None) };
        let mut ending = None;
        if self.farewell().is_some() {
            ending = wall_timeout(FAREWELL_LIMIT, state.wait(State::ending)).await;
        }
        if ending.is_none() && needed {
            self.journal.note(
                "the simulation goes on to its limit: the firmware does not answer the message that would end it",
            );
            ending = wall_timeout(self.wall_limit(), state.wait(State::ending)).await;
        }
        let end = match ending {
            Some(Ending::Done) => None,
            Some(Ending::TimedOut) => Some(SimTime::from_elapsed(self.granted)),
            Some(ending) if needed => return Err(self.failed(ending).into()),
            None if needed => {
                let limit = display(self.wall_limit());
                return Err(WokwiError::Silent { waiting_for: "did not end the simulation", limit }.into());
            }
            _ => return Ok(None),
        };
        self.count();
        let Some(project) = &self.project else { return Ok(None) };
        let mut seen = self.read_record(project, &state)?;
        let boot = light::offset(&seen.changes, &state.reports.borrow());
        if !boot.is_zero() {
            self.journal.note(format!("the firmware's clock began {} after the simulation's", display(boot)));
            seen.put_back(boot);
        }
        if let (count @ 1.., Some(first)) = &seen.problems {
            self.journal.note(format!(
                "the simulated waveform breaks the data sheet {count} times, which is not judged: it is Wokwi's RMT that makes it; \
                 the first: {first}"
            ));
        }
        let axis = state.axis.borrow().clone();
        let end = end.unwrap_or_else(|| SimTime::from_elapsed(state.device_time())).max(SimTime(seen.end_ns));
        Ok(Some(LightRecord { changes: seen.changes, end, axis }))
    }
}

impl Simulation {
    /// What the record shows.
    fn read_record(&self, project: &Project, state: &State) -> Result<light::Seen, WokwiError> {
        if let Some(error) = state.error_with("Error exporting VCD") {
            return Err(WokwiError::Lights(error));
        }
        let file = match std::fs::File::open(project.path(RECORD)) {
            Ok(file) => file,
            Err(_) if state.no_record.get() => return Ok(light::Seen::default()),
            Err(e) => return Err(WokwiError::Lights(format!("wokwi-cli has written no record: {e}"))),
        };
        let order = self.told.lights.map_or(ColorOrder::Grb, |lights| lights.order);
        light::read(BufReader::new(file), &self.channels, order)
            .map_err(|problem| WokwiError::Lights(format!("the logic analyzer's record: {problem}")))
    }
}
