//! The `wokwi` target: simulations of Wokwi, or of a server that speaks its protocol, by its command line `wokwi-cli`.
//!
//! ```text
//! WokwiTarget ── open ──> Simulation (device): one scenario
//!                           │ writes
//!                         Project: wokwi.toml, diagram.json (drawing), firmware with its configuration (image), in mode B a
//!                           │      scenario of Wokwi's (lower)
//!                         Run: wokwi-cli (process), what it prints (output), what its end means (ending)
//!                           │ after the run
//!                         light: the logic analyzer's record, decoded
//! ```
//!
//! In **mode A** the simulation runs freely and the runner carries out the steps: for scenarios with MQTT, or with any step that
//! Wokwi does not have. In **mode B** `wokwi-cli` carries them out: for scenarios with Wokwi's steps alone.

mod budget;
mod device;
mod drawing;
mod ending;
mod error;
mod image;
mod light;
mod lower;
mod mode;
mod output;
mod process;
mod project;
mod run;
mod tool;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hil_scenario::{Capability, Scenario, Secret};
use hil_targets::clock::Pace;
use hil_targets::provision::{BrokerAddress, Identity, LightLog, PREFIX, Provisioner, check_keys};
use hil_targets::{Bench, BenchError, BrokerKind, Device, Target, Wiring};

pub use budget::Budget;
pub use drawing::Drawing;
pub use error::WokwiError;
pub use image::Image;
pub use tool::{Missing, PROGRAM, SERVER, TOKEN, find, find_program, server, server_is_here};

/// What all simulations of a run have in common.
#[derive(Debug)]
pub struct Settings {
    /// `wokwi-cli`.
    pub program: PathBuf,
    /// The firmware.
    pub image: Image,
    /// How a simulation learns its broker and its identity.
    pub provisioner: Arc<dyn Provisioner>,
    /// What it is told beyond what scenarios say.
    pub told: Identity,
    /// The board.
    pub drawing: Drawing,
    /// Its lights.
    pub wiring: Wiring,
    /// Where the simulated chip finds the broker; `None`: what is in the firmware.
    pub broker: Option<BrokerAddress>,
    /// Certificate authority of that broker, in DER.
    pub ca: Option<Vec<u8>>,
    /// Project folders are kept in this one.
    pub keep: Option<PathBuf>,
    /// Wall time that a simulation may take to start.
    pub start_limit: Duration,
    /// Simulated time that the run may take.
    pub budget: Budget,
    /// Why no further simulation is started.
    pub stopped: Mutex<Option<String>>,
}

impl Settings {
    /// Every other simulation would meet this error too.
    fn stop(&self, error: &WokwiError) {
        // Replaced as a whole.
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        stopped.get_or_insert_with(|| match error {
            WokwiError::Token(said) | WokwiError::Quota(said) => said.clone(),
            other => other.to_string(),
        });
    }

    fn refuse_if_stopped(&self) -> Result<(), WokwiError> {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone();
        stopped.map_or(Ok(()), |said| Err(WokwiError::Api(format!("{said} (no further simulation was started)"))))
    }
}

/// Simulations of Wokwi.
#[derive(Debug)]
pub struct WokwiTarget {
    settings: Result<Arc<Settings>, Missing>,
}

impl WokwiTarget {
    /// The target's name.
    pub const NAME: &str = "wokwi";

    /// Simulations; or none, where the tool or the token is missing: then every scenario is skipped.
    pub fn new(settings: Result<Settings, Missing>) -> Self {
        Self { settings: settings.map(Arc::new) }
    }
}

impl Target for WokwiTarget {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn capabilities(&self, broker: BrokerKind) -> Vec<Capability> {
        use Capability as C;
        let mut capabilities = vec![C::Serial, C::Pins, C::Controls, C::Screenshot, C::CustomChips, C::Touch];
        let Ok(settings) = &self.settings else { return capabilities };
        if broker == BrokerKind::External {
            capabilities.push(C::Mqtt);
        }
        if settings.image.is_provisioned() && !settings.provisioner.keys().is_empty() {
            capabilities.push(C::Provision);
        }
        if settings.drawing.sees_lights() {
            capabilities.extend([C::Led, C::LedObserved, C::LedMeasured]);
        }
        capabilities
    }

    fn takes_topic_root(&self) -> bool {
        let Ok(settings) = &self.settings else { return false };
        settings.image.is_provisioned() && settings.provisioner.keys().contains(&PREFIX)
    }

    fn secrets(&self) -> Vec<Secret> {
        let of = |settings: &Arc<Settings>| [settings.told.secrets(), settings.provisioner.secrets()].concat();
        self.settings.as_ref().map(of).unwrap_or_default()
    }

    fn pace(&self, _broker: BrokerKind) -> Pace {
        Pace::WallClock
    }

    /// Services limit how many simulations an account has.
    fn default_jobs(&self) -> Option<usize> {
        Some(1)
    }

    fn needs_private_topics(&self) -> bool {
        true
    }

    fn quota(&self) -> Option<&'static str> {
        Some("a simulation")
    }

    fn unfit(&self, scenario: &Scenario, broker: BrokerKind) -> Option<String> {
        if let Err(missing) = &self.settings {
            return Some(format!("{missing}: {}", missing.help()));
        }
        let needs_mqtt = scenario.needs.iter().find(|need| need.capability == Capability::Mqtt);
        if let Some(need) = needs_mqtt.filter(|_| broker == BrokerKind::Embedded) {
            return Some(format!(
                "{} needs a broker that hil and the simulated chip both reach: --broker mqtt://HOST:PORT",
                need.by
            ));
        }
        mode::unfit(scenario)
    }

    fn open(&self, bench: Bench) -> Result<Box<dyn Device>, BenchError> {
        let settings = self.settings.as_ref().map_err(|missing| BenchError::Provision(missing.to_string()))?;
        let provisioner = settings.provisioner.as_ref();
        check_keys(provisioner, &bench.config)?;
        let identity = Identity {
            broker: settings.broker.clone(),
            ca: settings.ca.clone(),
            // Steps need not wait for what the firmware says has come. What they are judged by is the record.
            light_log: settings.drawing.sees_lights().then_some(LightLog::Reported),
            ..Identity::of_bench(&bench, BrokerAddress::simulated())
        };
        let told = {
            let _turn = bench.watch.enter();
            settings.image.provision(provisioner, &identity.with_defaults(&settings.told))?
        };
        if !told.dialogue.is_empty() {
            let name = provisioner.name();
            return Err(BenchError::Provision(format!(
                "provisioner {name} answers on the serial port, which --target wokwi does not do"
            )));
        }
        Ok(Box::new(device::Simulation::new(Arc::clone(settings), bench, told)))
    }
}
