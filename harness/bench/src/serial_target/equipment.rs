//! What a board has besides its port.

use std::sync::Arc;

use super::{AnalyzerSpec, Command};
use crate::serial::Symbolizer;
use hil_scenario::Capability;
use hil_targets::Wiring;
use hil_targets::sockets::Sockets;

/// What a board has besides its port.
#[derive(Debug, Clone, Default)]
pub struct Equipment {
    /// The functions of its firmware, for backtraces.
    pub symbols: Option<Arc<Symbolizer>>,
    /// Switches its supply: a shell command in which `{on|off}` stands for either word.
    pub power: Option<Command>,
    /// Resets it where DTR and RTS cannot.
    pub reset: Option<Command>,
    /// How it is known what its lights show.
    pub lights: Lights,
    /// The way to its HTTP server.
    pub sockets: Sockets,
}

/// How it is known what a board's lights show, and how they are wired.
#[derive(Debug, Clone, Default)]
pub enum Lights {
    /// It is not.
    #[default]
    Unknown,
    /// The firmware tells on the console of every frame that it sends.
    Reported(Wiring),
    /// The chip tells on the console what it has measured on its own pin.
    Measured(Wiring),
    /// A logic analyzer is on their data line. It is started with the first scenario and goes on to the last.
    Observed(AnalyzerSpec, Wiring),
}

impl Equipment {
    /// What a board can do with it, behind a port with or without DTR and RTS.
    pub fn capabilities(&self, has_control_lines: bool) -> Vec<Capability> {
        use Capability as C;
        let mut capabilities = vec![C::Mqtt, C::Serial];
        if has_control_lines || self.reset.is_some() {
            capabilities.push(C::Reset);
        }
        if self.power.is_some() {
            capabilities.push(C::Power);
        }
        capabilities.extend(match self.lights {
            Lights::Unknown => [].as_slice(),
            Lights::Reported(_) => &[C::Led],
            Lights::Measured(_) => &[C::Led, C::LedMeasured],
            Lights::Observed(..) => &[C::Led, C::LedMeasured, C::LedObserved],
        });
        capabilities.extend(self.sockets.capabilities());
        capabilities
    }
}
