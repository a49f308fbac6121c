//! A simulation as scenarios handle it.

mod carrier;
mod late;
mod start;

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::ending::Ending;
use super::light::Channel;
use super::lower::Lowered;
use super::project::Project;
use super::run::{Run, State};
use super::{Settings, WokwiError, mode};
use hil_bench::serial::{Options, PortSpec, SerialPort};
use hil_model::time::display;
use hil_scenario::Scenario;
use hil_targets::console::Deaths;
use hil_targets::journal::Journal;
use hil_targets::late::LateLight;
use hil_targets::provision::Provisioned;
use hil_targets::{Bench, BenchError, Carrier, Device, SerialInput};

/// Simulated time beyond the scenario's own limit: for the boot, and for a simulation that is faster than the wall clock.
const MORE_TIME: Duration = Duration::from_secs(10);
/// Wall time that a simulation may take for its simulated time, and beyond.
const SLOWEST: u32 = 10;
const SLOWEST_MORE: Duration = Duration::from_secs(60);

/// A simulation.
pub(super) struct Simulation {
    settings: Arc<Settings>,
    journal: Journal,
    told: Provisioned,
    /// For the analyzer's record.
    channels: Vec<Channel>,
    /// Before the firmware's topics, beyond the run's own root: of `device: { prefix: .. }`.
    prefix: String,
    /// Tells this simulation's lines and messages from all others.
    nonce: String,
    work: Option<Work>,
    project: Option<Project>,
    run: Option<Run>,
    port: Option<SerialPort>,
    /// Simulated time that it was given.
    granted: Duration,
    /// That is less than it would need, because the run's is used up.
    is_cut: bool,
    is_finishing: Rc<Cell<bool>>,
    is_counted: bool,
    deaths: Deaths,
}

/// What it was made ready for.
struct Work {
    id: String,
    timeout: Duration,
    /// Mode B.
    lowered: Option<Lowered>,
    /// Steps of mode B that were followed to their end.
    followed: usize,
    writes_serial: bool,
}

impl Simulation {
    pub(super) fn new(settings: Arc<Settings>, bench: Bench, told: Provisioned) -> Self {
        let wiring = match told.lights {
            Some(lights) => settings.wiring.for_device(lights.gpio, lights.count),
            None => settings.wiring.clone(),
        };
        let channels = settings.drawing.channels(&wiring);
        let prefix = match bench.config.prefix.as_deref() {
            Some(prefix) if !prefix.is_empty() => format!("{prefix}/"),
            _ => String::new(),
        };
        // The client identifier is unique among all attempts that share the broker.
        let nonce = format!("{:04x}", hil_model::hash::fnv1a(bench.client_id.bytes()) & 0xFFFF);
        Self {
            settings,
            deaths: bench.deaths,
            journal: bench.journal,
            told,
            channels,
            prefix,
            nonce,
            work: None,
            project: None,
            run: None,
            port: None,
            granted: Duration::ZERO,
            is_cut: false,
            is_finishing: Rc::default(),
            is_counted: true,
        }
    }

    /// A text that the firmware prints when it is sent as a command, and never else. The firmware shows 16 bytes of it.
    fn farewell_text(&self) -> String {
        format!("hil-end-{}", self.nonce)
    }

    fn state(&self) -> Option<Rc<State>> {
        self.run.as_ref().map(|run| Rc::clone(&run.state))
    }

    /// The error that an end is, where no end was expected.
    fn failed(&self, ending: Ending) -> WokwiError {
        let error = unexpected(ending, self.granted, self.is_cut, &self.settings);
        if error.is_final() {
            self.settings.stop(&error);
        }
        error
    }

    /// Counts the simulated time, once.
    fn count(&mut self) {
        let Some(state) = self.state().filter(|_| !std::mem::replace(&mut self.is_counted, true)) else { return };
        let time = match state.ending() {
            Some(Ending::TimedOut) => self.granted,
            // Beyond the last line it has gone on about as fast as the wall clock.
            _ => {
                let last = state.axis.borrow().last();
                last.map_or(Duration::ZERO, |(device, scenario)| device.elapsed() + self.journal.now().since(scenario))
            }
        };
        self.settings.budget.take(time.min(self.granted));
    }

    fn wall_limit(&self) -> Duration {
        self.granted.saturating_mul(SLOWEST) + SLOWEST_MORE
    }
}

/// The error that an end is, where no end was expected.
fn unexpected(ending: Ending, granted: Duration, is_cut: bool, settings: &Settings) -> WokwiError {
    match ending {
        Ending::Failed(error) => error,
        Ending::Transient(said) => WokwiError::Connection { said, tries: 1 },
        Ending::TimedOut if is_cut => settings.budget.used_up(),
        Ending::TimedOut => WokwiError::SimulatedTime(display(granted)),
        Ending::NotHeld(said) => WokwiError::Ended { how: "a failed step".to_owned(), said },
        Ending::Done => WokwiError::Ended { how: "exit code 0".to_owned(), said: "before its time".to_owned() },
    }
}

#[async_trait(?Send)]
impl Device for Simulation {
    fn prepare(&mut self, scenario: &Scenario, timeout: Duration) -> Result<(), BenchError> {
        let lowered = match mode::of(scenario) {
            mode::Mode::Free => None,
            mode::Mode::Carried => Some(Lowered::new(scenario, &self.nonce).map_err(|errors| {
                WokwiError::Drawing(errors.0.first().map_or_else(String::new, |e| e.title.clone()))
            })?),
        };
        let text = match &lowered {
            None => {
                "Wokwi, mode A: the simulation runs freely; the light is judged after the run, by the logic analyzer's record"
            }
            Some(_) => "Wokwi, mode B: wokwi-cli carries out all steps, as one scenario of Wokwi's",
        };
        self.journal.note(text);
        self.settings.drawing.remarks.iter().for_each(|remark| self.journal.note(format!("drawing: {remark}")));
        let writes_serial = mode::writes_serial(scenario);
        self.work = Some(Work { id: scenario.id.clone(), timeout, lowered, followed: 0, writes_serial });
        Ok(())
    }

    async fn start(&mut self) -> Result<(), BenchError> {
        self.settings.refuse_if_stopped()?;
        let Some(work) = self.work.take() else { return Ok(()) };
        let wanted = match &work.lowered {
            // Its limit is Wokwi's own.
            Some(_) => work.timeout,
            // Steps and teardown have a limit each, and are limited by us.
            None => 2 * work.timeout + MORE_TIME,
        };
        self.granted = self.settings.budget.share(wanted)?;
        self.is_cut = self.granted < wanted;
        let started = self.start_run(&work).await;
        let writes_serial = work.writes_serial && work.lowered.is_none();
        self.work = Some(work);
        let port = started?;
        if writes_serial {
            let spec = PortSpec::Rfc2217 { host: "127.0.0.1".to_owned(), port };
            let open = tokio::task::spawn_blocking(move || SerialPort::open(&spec, Options::default()));
            self.port = Some(open.await.map_err(|e| BenchError::System(std::io::Error::other(e)))??);
        }
        Ok(())
    }

    async fn stop(&mut self) {
        self.is_finishing.set(true);
        self.port = None;
        self.count();
        if let Some(run) = self.run.take() {
            run.kill();
        }
        self.project = None;
    }

    fn lost(&self) -> Pin<Box<dyn Future<Output = BenchError>>> {
        let is_carried = self.work.as_ref().is_some_and(|work| work.lowered.is_some());
        let Some(state) = self.state().filter(|_| !is_carried) else { return Box::pin(std::future::pending()) };
        let (settings, granted, is_cut) = (Arc::clone(&self.settings), self.granted, self.is_cut);
        let is_finishing = Rc::clone(&self.is_finishing);
        Box::pin(async move {
            let ending = state.wait(|state| state.ending().filter(|_| !is_finishing.get())).await;
            let error = unexpected(ending, granted, is_cut, &settings);
            if error.is_final() {
                settings.stop(&error);
            }
            error.into()
        })
    }

    fn late_light(&mut self) -> Option<&mut dyn LateLight> {
        let is_carried = self.work.as_ref().is_some_and(|work| work.lowered.is_some());
        if is_carried || self.channels.is_empty() || self.run.is_none() { None } else { Some(self) }
    }

    fn carrier(&mut self) -> Option<&mut dyn Carrier> {
        if self.work.as_ref().is_some_and(|work| work.lowered.is_some()) { Some(self) } else { None }
    }

    fn serial(&mut self) -> Option<&mut dyn SerialInput> {
        if self.port.is_some() { Some(self) } else { None }
    }
}

#[async_trait(?Send)]
impl SerialInput for Simulation {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), BenchError> {
        let Some(port) = &self.port else {
            return Err(BenchError::Capability(hil_scenario::Capability::Serial));
        };
        // What it prints comes by another way.
        port.clear();
        Ok(port.write(bytes).done().await?)
    }
}
