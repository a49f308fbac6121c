//! The `serial` target: a board on a serial port, in the time of the wall clock.
//!
//! What it prints goes to the journal, DTR and RTS reset it, a command switches its supply. MQTT goes by a broker that the
//! board and the harness both reach; the board's configuration is what it was provisioned with.

pub mod analyzer;
mod device;
mod equipment;
mod lights;
mod listener;
mod observed;
mod power;

use std::sync::{Arc, Mutex, PoisonError};

use crate::serial::{Options, PortError, PortSpec, SerialPort};
use hil_scenario::{Capability, Secret};
use hil_targets::clock::Pace;
use hil_targets::{Bench, BenchError, BrokerKind, Device, Target};

pub use analyzer::{Analyzer, AnalyzerError, AnalyzerSpec, AnalyzerSpecError};
pub use equipment::{Equipment, Lights};
pub use lights::{reported, stamp};
pub use power::Command;

/// One board. Its scenarios run one after the other.
#[derive(Debug)]
pub struct SerialTarget {
    equipment: Equipment,
    analyzer: Mutex<Option<Arc<Analyzer>>>,
    port: Mutex<Arc<SerialPort>>,
    options: Options,
    /// What it was told and no report may show.
    secrets: Vec<Secret>,
}

impl SerialTarget {
    /// The target's name.
    pub const NAME: &str = "serial";

    /// Opens the board's port, and holds it from now on.
    ///
    /// # Errors
    /// The port cannot be opened.
    pub fn open(spec: &PortSpec, equipment: Equipment, options: Options) -> Result<Self, PortError> {
        Ok(Self::on(Arc::new(SerialPort::open(spec, options)?), equipment, options))
    }

    /// The board on a port that is open.
    pub fn on(port: Arc<SerialPort>, equipment: Equipment, options: Options) -> Self {
        Self { equipment, analyzer: Mutex::default(), port: Mutex::new(port), options, secrets: Vec::new() }
    }

    /// The same; no report shows these, which the board was told.
    #[must_use]
    pub fn hiding(self, secrets: Vec<Secret>) -> Self {
        Self { secrets, ..self }
    }

    /// The port; opened anew if it had gone for good.
    fn port(&self) -> Result<Arc<SerialPort>, PortError> {
        // Replaced as a whole.
        let mut port = self.port.lock().unwrap_or_else(PoisonError::into_inner);
        if port.is_ended() {
            let spec = port.spec().clone();
            *port = Arc::new(SerialPort::open(&spec, self.options)?);
        }
        Ok(Arc::clone(&port))
    }

    /// The analyzer, if there is one to be; started anew if it had ended.
    fn analyzer(&self) -> Result<Option<Arc<Analyzer>>, AnalyzerError> {
        let Lights::Observed(spec, wiring) = &self.equipment.lights else { return Ok(None) };
        // Replaced as a whole.
        let mut analyzer = self.analyzer.lock().unwrap_or_else(PoisonError::into_inner);
        if analyzer.as_ref().is_none_or(|it| it.is_ended()) {
            // The device belongs to one process at a time.
            *analyzer = None;
            *analyzer = Some(Arc::new(Analyzer::start(spec, wiring)?));
        }
        Ok(analyzer.clone())
    }

    /// Makes the board boot, by whatever there is: a command, DTR and RTS, its supply. Whether there was anything.
    ///
    /// # Errors
    /// The port has gone, or a command fails.
    pub(crate) async fn reboot(&self) -> Result<bool, BenchError> {
        if let Some(reset) = &self.equipment.reset {
            reset.run("").await?;
        } else if self.has_control_lines() {
            self.port()?.restart().done().await?;
        } else if let Some(power) = &self.equipment.power {
            let port = self.port()?;
            port.may_be_away(true);
            power.run("off").await?;
            power.run("on").await?;
            port.may_be_away(false);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn has_control_lines(&self) -> bool {
        self.port.lock().unwrap_or_else(PoisonError::into_inner).has_control_lines()
    }
}

impl Target for SerialTarget {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn capabilities(&self, _broker: BrokerKind) -> Vec<Capability> {
        self.equipment.capabilities(self.has_control_lines())
    }

    fn pace(&self, _broker: BrokerKind) -> Pace {
        Pace::WallClock
    }

    fn devices(&self) -> Option<usize> {
        Some(1)
    }

    fn secrets(&self) -> Vec<Secret> {
        self.secrets.clone()
    }

    fn open(&self, bench: Bench) -> Result<Box<dyn Device>, BenchError> {
        Ok(Box::new(device::Board::new(self, self.port()?, self.analyzer()?, bench)))
    }
}
