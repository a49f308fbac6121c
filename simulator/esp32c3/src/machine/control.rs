//! Pins that are looked at and controls that are set from outside, as a person at the board would do it.

use super::state::Machine;
use crate::soc::{Drive, GPIO_COUNT};
use thiserror::Error;

/// Which way a GPIO works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The chip's output is not enabled.
    Input,
    /// The chip's output is enabled; one with an open drain drives low only.
    Output,
}

/// A GPIO at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PinState {
    /// Which way it works.
    pub direction: Direction,
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
    #[diagnostic(
        code(hil::control::part),
        help("name the id of a button whose one side is wired to a GPIO, its other one to GND or 3V3")
    )]
    Part {
        /// What was asked for.
        part: String,
        /// The ids that there are.
        parts: Vec<String>,
    },
    /// The part has no control with this name.
    #[error("{part:?} has no control {control:?}; {}", list("its controls", controls))]
    #[diagnostic(code(hil::control::name), help("a button has the control `pressed`: 1 or 0"))]
    Control {
        /// The part.
        part: String,
        /// What was asked for.
        control: String,
        /// The controls that it has.
        controls: Vec<String>,
    },
    /// The control cannot have this value.
    #[error("{part:?} cannot be set to {control} = {value}")]
    #[diagnostic(code(hil::control::value), help("`pressed` is 1 or 0"))]
    Value {
        /// The part.
        part: String,
        /// Its control.
        control: String,
        /// What was asked for.
        value: f64,
    },
}

fn list(what: &str, names: &[String]) -> String {
    if names.is_empty() { "there are none".to_owned() } else { format!("{what}: {}", names.join(", ")) }
}

/// The control of a button.
const PRESSED: &str = "pressed";

impl Machine {
    /// A GPIO at this moment.
    ///
    /// # Panics
    /// If there is no such GPIO: they go from 0 to 21.
    pub fn pin(&self, gpio: u8) -> PinState {
        assert!(gpio < GPIO_COUNT, "there is no GPIO{gpio}");
        let pull = if self.powered { self.soc.pull(gpio) } else { Drive::None };
        let direction = if self.soc.is_output(gpio) { Direction::Output } else { Direction::Input };
        PinState {
            direction,
            level: self.soc.level(gpio),
            pull_up: pull == Drive::PullUp,
            pull_down: pull == Drive::PullDown,
        }
    }

    /// Sets a control of a part by the part's id in the drawing, as Wokwi's `set-control` does: `pressed` of a button, where
    /// 0 lets go of it and every other number presses it.
    ///
    /// # Errors
    /// [`ControlError`] names the parts and controls that there are.
    pub fn set_control(&mut self, part: &str, control: &str, value: f64) -> Result<(), ControlError> {
        let of_part = |button: &super::Button| button.id == part;
        let buttons = &self.board.buttons;
        let (part, control) = (part.to_owned(), control.to_owned());
        if !buttons.iter().any(of_part) {
            let mut parts: Vec<String> = buttons.iter().map(|button| button.id.clone()).collect();
            parts.dedup();
            return Err(ControlError::Part { part, parts });
        }
        if control != PRESSED {
            return Err(ControlError::Control { part, control, controls: vec![PRESSED.to_owned()] });
        }
        if value.is_nan() {
            return Err(ControlError::Value { part, control, value });
        }
        let its: Vec<usize> = (0..buttons.len()).filter(|index| buttons[*index].id == part).collect();
        for button in its {
            self.set_button(button, value != 0.0);
        }
        Ok(())
    }
}
