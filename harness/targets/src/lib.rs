//! What a scenario runs on and through: its [`clock`], its [`journal`], its [`broker`], the [`wire`] between device and broker,
//! and the [`Target`] that makes its device.
//!
//! A [`Target`] makes one [`Device`] for each scenario. The device trait is small (start and stop); everything else that a
//! device may be able to do is a capability with a trait of its own, so a step can ask for it and a scenario that needs
//! one that is missing is skipped, with that reason. What a device shows by itself (serial output, colours, flash
//! operations) it appends to the scenario's journal.
//!
//! A device of your own becomes a target by implementing these two traits: see `examples/own_target.rs`.

mod bench;
pub mod broker;
pub mod clock;
pub mod console;
mod device;
pub mod disturb;
mod drawing;
pub mod journal;
pub mod late;
pub mod layout;
pub mod lights;
pub mod mqtt;
pub mod own;
pub mod picture;
pub mod program;
pub mod provision;
mod radio;
pub mod reach;
pub mod reference;
pub mod sockets;
pub mod stream;
mod watch;
pub mod wire;

pub use bench::{Bench, BenchError, TargetError, TargetFailure};
pub use broker::Credentials;
pub use device::{
    Carried, Carrier, Controls, Device, Parts, PausePoints, Pins, Power, Reset, Screens, Seen, SerialInput,
};
pub use drawing::{Drawing, Net, PartError};
pub use hil_heap::DeviceHeap;
pub use layout::{LightPosition, Wiring};
pub use radio::{Radio, RadioError};
pub use reach::Reach;
pub use watch::{Hang, Looks, Turn, Watch};

use crate::clock::Pace;
use hil_scenario::{Capability, Scenario, Secret};

/// A kind of device that scenarios can run on.
pub trait Target: Send + Sync {
    /// Name on the command line and in reports: `native`.
    fn name(&self) -> &'static str;

    /// What its devices can do, with a broker of the given kind. Known before any device is started.
    fn capabilities(&self, broker: BrokerKind) -> Vec<Capability>;

    /// How scenario time passes on it.
    fn pace(&self, broker: BrokerKind) -> Pace;

    /// How many of its devices can run at a time; `None`: as many as one likes. 1 where all scenarios share one device.
    fn devices(&self) -> Option<usize> {
        None
    }

    /// How many of its devices run at a time unless the user says it; `None`: as many as the machine is good for.
    fn default_jobs(&self) -> Option<usize> {
        None
    }

    /// Whether its topics must be such that nobody guesses them, because its broker is usually a public one.
    fn needs_private_topics(&self) -> bool {
        false
    }

    /// What each device uses up, if that is somebody's quota: `a simulation`. Nothing runs it thousands of times then.
    fn quota(&self) -> Option<&'static str> {
        None
    }

    /// The client identifier of a device that is there already, if it is known: hil gives it none.
    fn client_id(&self) -> Option<&str> {
        None
    }

    /// Why this scenario cannot be run on it, if that is for another reason than a capability.
    fn unfit(&self, scenario: &Scenario, broker: BrokerKind) -> Option<String> {
        let _ = (scenario, broker);
        None
    }

    /// Whether its devices can be told to put something before all their topics, so that runs on a shared broker do not meet.
    fn takes_topic_root(&self) -> bool {
        self.capabilities(BrokerKind::External).contains(&Capability::Provision)
    }

    /// What its devices know and no report may show.
    fn secrets(&self) -> Vec<Secret> {
        Vec::new()
    }

    /// Makes the device of one scenario; it is not started yet. Called on the scenario's own runtime.
    ///
    /// # Errors
    /// The device's configuration is impossible, a file or port cannot be opened.
    fn open(&self, bench: Bench) -> Result<Box<dyn Device>, BenchError>;
}

/// Where a scenario's broker lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerKind {
    /// In memory, on the scenario's clock; the harness can stop it.
    Embedded,
    /// Reached over a network; the harness is its client like any other.
    External,
}

/// What a device can do that the harness simulates as a whole.
pub fn simulated_capabilities(realtime: bool, broker: BrokerKind) -> Vec<Capability> {
    use Capability as C;
    let mut capabilities = vec![C::Mqtt, C::Serial, C::Reset, C::Power, C::Led, C::LedObserved, C::LedMeasured];
    capabilities.extend([C::Flash, C::Network, C::ClientId, C::Provision]);
    if !realtime {
        capabilities.push(C::SimulatedTime);
    }
    if broker == BrokerKind::Embedded {
        capabilities.push(C::BrokerControl);
    }
    capabilities
}

/// How scenario time passes on such a device.
pub const fn simulated_pace(realtime: bool, broker: BrokerKind) -> Pace {
    match (realtime, broker) {
        (true, _) => Pace::WallClock,
        (false, BrokerKind::Embedded) => Pace::Jump,
        (false, BrokerKind::External) => Pace::JumpWhenQuiet,
    }
}
