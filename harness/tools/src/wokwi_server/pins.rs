//! Pins that a client reads and listens to.

use serde_json::{Value, json};
use simulator::machine::{Direction, PinState, Probe};
use simulator::time::Instant;

use super::limits::LISTENED_PINS;
use super::output::Output;
use super::parts::Wire;
use super::protocol::{ApiError, Code};
use super::simulation::Simulation;

/// A high level.
const VOLTS: f64 = 3.3;

/// A pin that a client listens to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Listened {
    gpio: u8,
    part: String,
    pin: String,
}

impl Simulation {
    /// `pin:read`.
    pub(super) fn read_pin(&self, part: &str, pin: &str) -> Result<Value, ApiError> {
        let wire = self.project.parts.wire(part, pin)?;
        let rail = |level| PinState { direction: Direction::Output, level, pull_up: false, pull_down: false };
        let state = match wire {
            Wire::Gpio(gpio) => self.machine.pin(gpio),
            Wire::Rail(level) => rail(level),
        };
        Ok(describe(None, pin, state))
    }

    /// `pin:listen`.
    pub(super) fn listen_pin(&mut self, part: &str, pin: &str, listens: bool) -> Result<(), ApiError> {
        // A rail never changes.
        let Wire::Gpio(gpio) = self.project.parts.wire(part, pin)? else { return Ok(()) };
        let listened = Listened { gpio, part: part.to_owned(), pin: pin.to_owned() };
        if !listens {
            self.listened.remove(&listened);
        } else if self.listened.len() >= LISTENED_PINS {
            return Err(ApiError::new(Code::TooLarge, format!("{LISTENED_PINS} pins are listened to already")));
        } else {
            self.listen_gpio(listened);
        }
        Ok(())
    }

    pub(super) fn listen_gpio(&mut self, listened: Listened) {
        let gpio = listened.gpio;
        if !self.machine.board().probes.iter().any(|probe| probe.gpio == gpio) {
            self.machine.add_probe(Probe { part: "pin:listen".to_owned(), pin: gpio.to_string(), gpio });
        }
        self.listened.insert(listened, self.machine.pin(gpio));
    }

    pub(super) fn tell_edge(&mut self, at: Instant, gpio: u8, level: bool, output: &mut Output) {
        for (listened, state) in self.listened.iter_mut().filter(|(listened, _)| listened.gpio == gpio) {
            let now = self.machine.pin(gpio);
            *state = PinState { level, ..now };
            output.event("pin:change", describe(Some(&listened.part), &listened.pin, *state), at, false);
        }
    }

    /// Directions and resistors make no edges.
    pub(super) fn look_at_pins(&mut self, output: &mut Output) {
        for (listened, state) in &mut self.listened {
            let now = self.machine.pin(listened.gpio);
            if *state != now {
                *state = now;
                output.event(
                    "pin:change",
                    describe(Some(&listened.part), &listened.pin, now),
                    self.machine.now(),
                    false,
                );
            }
        }
    }
}

/// A pin as the API has it.
fn describe(part: Option<&str>, pin: &str, state: PinState) -> Value {
    let mut value = json!({
        "pin": pin,
        "direction": match state.direction {
            Direction::Input => "input",
            Direction::Output => "output",
        },
        "value": state.level,
        "voltage": if state.level { VOLTS } else { 0.0 },
        "pullUp": state.pull_up,
        "pullDown": state.pull_down,
    });
    if let Some(part) = part {
        value["part"] = part.into();
    }
    value
}
