//! Pins that are looked at and controls that are set from outside, as a person at the board would do it.

use super::state::Machine;
use crate::chip::Chip;
use crate::chip::soc::{Hub, Soc};
use crate::circuit::Drive;
use crate::part::{Part, Picture, Shows};
use thiserror::Error;

/// Which way a GPIO works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PinDirection {
    /// The chip's output is not enabled.
    Input,
    /// The chip's output is enabled; one with an open drain drives low only.
    Output,
}

/// A GPIO at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PinState {
    /// Which way it works.
    pub direction: PinDirection,
    /// The level of its net, whoever drives it. A net that nothing drives or pulls is low.
    pub level: bool,
    /// The chip's own pull-up resistor is on.
    pub pull_up: bool,
    /// The chip's own pull-down resistor is on.
    pub pull_down: bool,
}

/// A control that cannot be set.
#[derive(Clone, Debug, PartialEq, Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum ControlError {
    /// No part with this id has controls.
    #[error("no part {part:?} with a control is wired to the chip; {}", list("parts with controls", parts))]
    #[diagnostic(code(hil::control::part), help("name the id of a part with a control that is wired to the chip"))]
    Part {
        /// What was asked for.
        part: String,
        /// The ids that there are.
        parts: Vec<String>,
    },
    /// The part has no control with this name.
    #[error("{part:?} has no control {control:?}; {}", list("its controls", controls))]
    #[diagnostic(code(hil::control::name))]
    Control {
        /// The part.
        part: String,
        /// What was asked for.
        control: String,
        /// The controls that it has.
        controls: Vec<String>,
        /// What they can be set to.
        #[help]
        help: String,
    },
    /// The control cannot have this value.
    #[error("{part:?} cannot be set to {control} = {value}")]
    #[diagnostic(code(hil::control::value))]
    Value {
        /// The part.
        part: String,
        /// Its control.
        control: String,
        /// What was asked for.
        value: f64,
        /// What it can be set to.
        #[help]
        help: String,
    },
}

fn list(what: &str, names: &[String]) -> String {
    if names.is_empty() { "there are none".to_owned() } else { format!("{what}: {}", names.join(", ")) }
}

impl<C: Chip> Machine<C> {
    /// A GPIO at this moment.
    ///
    /// # Panics
    /// If the chip has no such GPIO.
    pub fn pin(&self, gpio: u8) -> PinState {
        assert!(gpio < C::PADS, "there is no GPIO{gpio}");
        let pull = if self.powered { self.chip.soc().hub().pull(gpio) } else { Drive::None };
        let direction = if self.chip.soc().hub().is_output(gpio) { PinDirection::Output } else { PinDirection::Input };
        PinState {
            direction,
            level: self.circuit().nets().level(gpio),
            pull_up: pull == Drive::PullUp,
            pull_down: pull == Drive::PullDown,
        }
    }

    /// The parts with their ids, in the order of the board.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &dyn Part)> {
        self.circuit().parts()
    }

    /// The id of a part, by its index on the board.
    ///
    /// # Panics
    /// If there is no part with this index.
    pub fn part_id(&self, part: usize) -> &str {
        self.circuit().id(part)
    }

    /// What a part shows, by its id; none if there is no such part.
    pub fn shows(&self, part: &str) -> Option<Shows> {
        let circuit = self.circuit();
        circuit.find(part).map(|index| circuit.part(index).shows())
    }

    /// The picture of what a part shows, by its id; none if there is no such part, or it is not one with a picture.
    pub fn picture(&self, part: &str) -> Option<Picture> {
        let circuit = self.circuit();
        let part = circuit.part(circuit.find(part)?);
        part.picture(&part.shows())
    }

    /// Sets a control of a part by the part's id in the drawing, as Wokwi's `set-control` does.
    ///
    /// # Errors
    /// [`ControlError`] names the parts and controls that there are.
    pub fn set_control(&mut self, part: &str, control: &str, value: f64) -> Result<(), ControlError> {
        let circuit = self.chip.soc().circuit();
        let found = circuit.find(part).map(|index| (index, circuit.part(index).part_type().controls));
        let (part, name) = (part.to_owned(), control.to_owned());
        let Some((index, controls)) = found.filter(|(_, controls)| !controls.is_empty()) else {
            let has_controls =
                |(id, part): (&str, &dyn Part)| (!part.part_type().controls.is_empty()).then(|| id.to_owned());
            return Err(ControlError::Part { part, parts: circuit.parts().filter_map(has_controls).collect() });
        };
        let Some(control) = controls.iter().find(|control| control.name == name) else {
            let help = controls.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let controls = controls.iter().map(|control| control.name.to_owned()).collect();
            return Err(ControlError::Control { part, control: name, controls, help });
        };
        if !control.accepts(value) {
            return Err(ControlError::Value { part, control: name, value, help: control.to_string() });
        }
        let now = self.now();
        self.chip.soc_mut().with_circuit(&mut self.memory, now, |circuit| {
            circuit.call(now, index, |part, env| part.set(env, control.name, value));
        });
        Ok(())
    }
}
