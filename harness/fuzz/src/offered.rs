//! What can be done to a device, and seen of it.

use hil_runner::{BrokerChoice, RunsOn};
use hil_scenario::Capability;

/// What a target offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offered {
    /// Its console is read.
    pub serial: bool,
    /// Its light is seen.
    pub led: bool,
    /// Its flash operations are seen.
    pub flash: bool,
    /// It has a reset button.
    pub reset: bool,
    /// Its supply can be switched.
    pub power: bool,
    /// Its connection can be disturbed.
    pub network: bool,
    /// The broker can be restarted.
    pub broker: bool,
    /// Nothing but messages is seen of it.
    pub blind: bool,
    /// A right command is given after what it refuses, to see whether it still answers: where nothing else tells of its death.
    pub probes: bool,
    /// Its connection can be taken over on the broker.
    pub take_over: bool,
    /// At its start it has answered with one message of each status: it does so whatever has become of its connection.
    pub answers_once: bool,
    /// If so, that is looked at after each command, and not only after a new connection.
    pub always_once: bool,
    /// Time is simulated: how long something takes does not depend on what else this machine does.
    pub simulated_time: bool,
}

impl Offered {
    /// What the target of a run offers; of several boards, what all of them do.
    pub fn by(runs_on: &RunsOn, broker: &BrokerChoice) -> Self {
        let each: Vec<Vec<Capability>> = match runs_on {
            RunsOn::Target(target) => vec![target.capabilities(broker.kind())],
            RunsOn::Boards { boards, .. } => boards.iter().map(|board| board.capabilities()).collect(),
        };
        let has = |capability| !each.is_empty() && each.iter().all(|offered| offered.contains(&capability));
        Self {
            serial: has(Capability::Serial),
            led: has(Capability::Led),
            flash: has(Capability::Flash),
            reset: has(Capability::Reset),
            power: has(Capability::Power),
            network: has(Capability::Network),
            broker: has(Capability::BrokerControl),
            blind: !has(Capability::Serial),
            probes: !has(Capability::Serial),
            take_over: !has(Capability::Network) && matches!(broker, BrokerChoice::External(_)),
            answers_once: false,
            always_once: false,
            simulated_time: has(Capability::SimulatedTime),
        }
    }

    /// The same without probes, where they do not show anything.
    #[must_use]
    pub const fn without_probes(self, without: bool) -> Self {
        Self { probes: self.probes && !without, ..self }
    }

    /// The same without what the device's steps do not need, so that a scenario runs on more targets.
    #[must_use]
    pub const fn without(self, serial: bool, led: bool, flash: bool) -> Self {
        Self { serial: self.serial && !serial, led: self.led && !led, flash: self.flash && !flash, ..self }
    }
}
