//! The `sim` target: the firmware's ESP32-C3 binary on our own simulator.
//!
//! A machine runs on the scenario's clock. Whenever scenario time has moved on, it is let run up to that time; then the
//! driver sleeps until the machine has something to do, and time may jump there. The device's TCP connections go through
//! the harness's [`hil_targets::wire`] to the broker, like those of the `native` target.

mod connection;
mod device;
mod driver;
mod hosts;
mod observe;
mod pause;

pub use hosts::Hosts;

use std::path::PathBuf;
use std::sync::Arc;

use simulator::image::Firmware;

use hil_scenario::Capability;
use hil_targets::clock::Pace;
use hil_targets::layout::Wiring;
use hil_targets::{Bench, BenchError, BrokerKind, Device, Target, simulated_capabilities, simulated_pace};

/// The chip's binary on the simulator.
#[derive(Clone)]
pub struct SimTarget {
    /// What is in the flash before the harness provisions the device.
    pub firmware: Arc<Firmware>,
    /// The wires and parts around the chip, and which lights hang on which GPIO.
    pub wiring: Wiring,
    /// Keeps the flash in this file instead of in memory.
    pub flash: Option<PathBuf>,
    /// Hosts that the device may connect to, beside the one that it is told is its broker.
    pub hosts: Hosts,
    /// Espressif's mask ROM as an image, for functions that the simulator does not perform itself.
    pub rom: Option<Arc<[u8]>>,
    /// The device is the example light, and is told its broker as that is; any other device's flash stays as it is.
    pub is_light: bool,
    /// Follow the wall clock instead of jumping (`--speed realtime`).
    pub realtime: bool,
    /// The fault that the device has, if its firmware was built with planted faults.
    pub fault: Option<u8>,
}

impl SimTarget {
    /// This firmware on this board.
    pub fn new(firmware: Arc<Firmware>, wiring: Wiring) -> Self {
        Self {
            firmware,
            wiring,
            flash: None,
            hosts: Hosts::default(),
            rom: None,
            is_light: true,
            realtime: false,
            fault: None,
        }
    }
}

impl Target for SimTarget {
    fn name(&self) -> &'static str {
        "sim"
    }

    fn capabilities(&self, broker: BrokerKind) -> Vec<Capability> {
        let mut capabilities = simulated_capabilities(self.realtime, broker);
        capabilities.extend([Capability::Pins, Capability::Controls, Capability::Screenshot]);
        if !self.is_light {
            capabilities.retain(|capability| *capability != Capability::Provision);
        }
        capabilities
    }

    fn pace(&self, broker: BrokerKind) -> Pace {
        match simulated_pace(self.realtime, broker) {
            // Answers of hosts outside travel in wall time.
            Pace::Jump if self.hosts.has_outside() => Pace::JumpWhenQuiet,
            pace => pace,
        }
    }

    fn open(&self, bench: Bench) -> Result<Box<dyn Device>, BenchError> {
        Ok(Box::new(device::SimDevice::new(self, bench)?))
    }
}
