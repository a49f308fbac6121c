//! The `native` target: the firmware's library, compiled for the host, as a device in the scenario's thread.
//!
//! It is a whole device as far as its surroundings can tell: flash that survives resets and can lose power in the middle of
//! an operation, a console, a waveform on the data line, a network through the harness's [`hil_targets::wire`]. Its clock is the
//! scenario's clock.

mod board;
mod device;
mod flash;
mod panics;
mod steps;
mod strip;

pub use flash::{FlashImage, SECTOR};
pub use panics::keep_device_panics_off_the_terminal;

use std::path::PathBuf;

use firmware::rules::Rules;

use hil_scenario::Capability;
use hil_targets::clock::Pace;
use hil_targets::layout::Wiring;
use hil_targets::{Bench, BenchError, BrokerKind, Device, Target, simulated_capabilities, simulated_pace};

/// The firmware on the host.
#[derive(Clone)]
pub struct NativeTarget {
    /// Which lights hang on which GPIO.
    pub wiring: Wiring,
    /// Keeps the flash in this file instead of in memory.
    pub flash: Option<PathBuf>,
    /// How the light decides: the contract, or a planted fault.
    pub rules: &'static (dyn Rules + Sync),
    /// Follow the wall clock instead of jumping (`--speed realtime`).
    pub realtime: bool,
}

impl NativeTarget {
    /// A device that keeps the contract.
    pub fn new(wiring: Wiring) -> Self {
        Self { wiring, flash: None, rules: &firmware::rules::Contract, realtime: false }
    }
}

impl Target for NativeTarget {
    fn name(&self) -> &'static str {
        "native"
    }

    fn capabilities(&self, broker: BrokerKind) -> Vec<Capability> {
        let mut capabilities = simulated_capabilities(self.realtime, broker);
        capabilities.push(Capability::Screenshot);
        capabilities
    }

    fn pace(&self, broker: BrokerKind) -> Pace {
        simulated_pace(self.realtime, broker)
    }

    fn open(&self, bench: Bench) -> Result<Box<dyn Device>, BenchError> {
        Ok(Box::new(device::NativeDevice::new(self, bench)?))
    }
}
