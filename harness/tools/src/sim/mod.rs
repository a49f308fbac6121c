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
mod radio;
mod reach;
mod symbols;

pub use hosts::Hosts;
pub use symbols::Symbols;

use std::path::PathBuf;
use std::sync::Arc;

use simulator::image::Firmware;
use simulator::net::AccessPoint;

use hil_scenario::{Capability, Need, Scenario, Secret};
use hil_targets::clock::Pace;
use hil_targets::layout::Wiring;
use hil_targets::provision::{BrokerAddress, Identity, PREFIX, Provisioner, Untouched};
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
    /// The image of Espressif's mask ROM, if the chip is to start there.
    pub rom: Option<Arc<[u8]>>,
    /// The access points around the device's radio.
    pub access_points: Vec<AccessPoint>,
    /// The firmware's functions, for the addresses that it prints when it dies.
    pub symbols: Option<Symbols>,
    /// Follow the wall clock instead of jumping (`--speed realtime`).
    pub realtime: bool,
    /// How a device learns its broker and its identity.
    pub provisioner: Arc<dyn Provisioner>,
    /// What devices are told beyond what scenarios say: network, settings, a fault.
    pub told: Identity,
    /// Where devices are told to find their broker.
    pub broker: BrokerAddress,
    /// Whether the firmware can use the radio; another would pass whatever is done to its access points.
    drives_radio: bool,
}

impl SimTarget {
    /// This firmware on this board. Nothing of it is touched, unless it is given a [provisioner](Self::provisioned_by).
    pub fn new(firmware: Arc<Firmware>, wiring: Wiring) -> Self {
        Self {
            drives_radio: firmware.has_radio_driver(),
            firmware,
            wiring,
            flash: None,
            hosts: Hosts::default(),
            rom: None,
            access_points: Vec::new(),
            symbols: None,
            realtime: false,
            provisioner: Arc::new(Untouched),
            told: Identity::default(),
            broker: BrokerAddress::simulated(),
        }
    }

    /// Whether the device's radio can work: without the ROM no driver of it starts.
    fn has_radio(&self) -> bool {
        self.rom.is_some() && !self.access_points.is_empty()
    }

    /// The same, with devices that learn by this provisioner what they are to know.
    #[must_use]
    pub fn provisioned_by(mut self, provisioner: Arc<dyn Provisioner>) -> Self {
        self.provisioner = provisioner;
        self
    }
}

/// What the simulator offers, whatever the firmware.
pub fn capabilities(realtime: bool, broker: BrokerKind, can_be_provisioned: bool) -> Vec<Capability> {
    let mut capabilities = simulated_capabilities(realtime, broker);
    if !can_be_provisioned {
        capabilities.retain(|capability| !matches!(capability, Capability::Provision | Capability::ClientId));
    }
    capabilities.extend([Capability::Pins, Capability::Controls, Capability::Parts, Capability::Screenshot]);
    capabilities
}

impl Target for SimTarget {
    fn name(&self) -> &'static str {
        "sim"
    }

    fn capabilities(&self, broker: BrokerKind) -> Vec<Capability> {
        let mut capabilities = capabilities(self.realtime, broker, !self.provisioner.keys().is_empty());
        if self.has_radio() && self.drives_radio {
            capabilities.extend([Capability::Wifi, Capability::SoftAp]);
        }
        capabilities.extend([Capability::Http, Capability::DeviceAddress]);
        capabilities
    }

    fn unfit(&self, scenario: &Scenario, _: BrokerKind) -> Option<String> {
        let of_radio = |need: &&Need| matches!(need.capability, Capability::Wifi | Capability::SoftAp);
        let need = scenario.needs.iter().find(of_radio)?;
        let is_without = self.has_radio() && !self.drives_radio;
        is_without.then(|| format!("this firmware has no Wi-Fi driver, needed by {}", need.by))
    }

    fn takes_topic_root(&self) -> bool {
        self.provisioner.keys().contains(&PREFIX)
    }

    fn secrets(&self) -> Vec<Secret> {
        [self.told.secrets(), self.provisioner.secrets()].concat()
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
