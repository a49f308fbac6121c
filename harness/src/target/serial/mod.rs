//! The `serial` target: a board on a serial port, in the time of the wall clock.
//!
//! What it prints goes to the journal, DTR and RTS reset it, a command switches its supply. MQTT goes by a broker that the
//! board and the harness both reach; the board's configuration is what it was provisioned with.

mod device;
mod lights;
mod listener;
mod power;

use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Pace;
use crate::scenario::Capability;
use crate::serial::panics::Symbolizer;
use crate::serial::{Options, PortError, PortSpec, SerialPort};
use crate::target::{Bench, BenchError, BrokerKind, Device, Target, Wiring};

pub use power::Command;

/// One board. Its scenarios run one after the other.
#[derive(Debug)]
pub struct SerialTarget {
    /// The functions of its firmware, for backtraces.
    pub symbols: Option<Arc<Symbolizer>>,
    /// Switches its supply: a shell command in which `{on|off}` stands for either word.
    pub power: Option<Command>,
    /// Resets it where DTR and RTS cannot.
    pub reset: Option<Command>,
    /// Its firmware reports every frame that it sends to the lights, and the lights are wired like this.
    pub reported_lights: Option<Wiring>,
    port: Mutex<Arc<SerialPort>>,
    options: Options,
}

impl SerialTarget {
    /// Opens the board's port, and holds it from now on.
    ///
    /// # Errors
    /// The port cannot be opened.
    pub fn open(spec: &PortSpec, options: Options) -> Result<Self, PortError> {
        let port = Mutex::new(Arc::new(SerialPort::open(spec, options)?));
        Ok(Self { symbols: None, power: None, reset: None, reported_lights: None, port, options })
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

    fn has_control_lines(&self) -> bool {
        self.port.lock().unwrap_or_else(PoisonError::into_inner).has_control_lines()
    }
}

impl Target for SerialTarget {
    fn name(&self) -> &'static str {
        "serial"
    }

    fn capabilities(&self, _broker: BrokerKind) -> Vec<Capability> {
        let mut capabilities = vec![Capability::Mqtt, Capability::Serial];
        if self.has_control_lines() || self.reset.is_some() {
            capabilities.push(Capability::Reset);
        }
        if self.power.is_some() {
            capabilities.push(Capability::Power);
        }
        if self.reported_lights.is_some() {
            capabilities.push(Capability::Led);
        }
        capabilities
    }

    fn pace(&self, _broker: BrokerKind) -> Pace {
        Pace::WallClock
    }

    fn devices(&self) -> Option<usize> {
        Some(1)
    }

    fn open(&self, bench: Bench) -> Result<Box<dyn Device>, BenchError> {
        Ok(Box::new(device::Board::new(self, self.port()?, bench.journal)))
    }
}
