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
            simulated_time: has(Capability::SimulatedTime),
        }
    }

    /// The same without what the device's steps do not need, so that a scenario runs on more targets.
    #[must_use]
    pub const fn without(self, serial: bool, led: bool, flash: bool) -> Self {
        Self { serial: self.serial && !serial, led: self.led && !led, flash: self.flash && !flash, ..self }
    }
}
