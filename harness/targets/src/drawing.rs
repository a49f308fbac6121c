//! What scenarios can name in the board drawing: parts, their pins, and what these are joined with.

use hil_model::observation::Rgb;
use simulator::board::diagram::{Diagram, Part, PinRef};
use simulator::machine::ControlError;
use simulator::part::Shows;
use simulator::parts::Kind;

use crate::picture::Image;

/// The usual board: one light, `led1`, on GPIO8 of an ESP32-C3-DevKitM-1 with the id `esp`.
const USUAL: &str = r#"{
    "version": 1,
    "parts": [{ "type": "board-esp32-c3-devkitm-1", "id": "esp" }, { "type": "wokwi-neopixel", "id": "led1" }],
    "connections": [["esp:8", "led1:DIN"]]
}"#;

/// What a pin is joined with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Net {
    /// A GPIO of the chip.
    Gpio(u8),
    /// Ground (`false`) or a supply (`true`), and no GPIO.
    Rail(bool),
    /// Neither.
    Open,
}

/// A board drawing, as steps speak of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// The drawing itself.
    pub diagram: Diagram,
}

/// A part, pin or control that a step names and the board drawing does not have.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PartError {
    /// No part with this id.
    #[error("the board drawing has no part {part:?}; its parts: {}", .parts.join(", "))]
    Part {
        /// What was asked for.
        part: String,
        /// The ids that there are.
        parts: Vec<String>,
    },
    /// The part has no pin with this name.
    #[error("the part {part:?} has no pin {pin:?}; its pins: {}", .pins.join(", "))]
    Pin {
        /// The part.
        part: String,
        /// What was asked for.
        pin: String,
        /// The pins that it has.
        pins: Vec<String>,
    },
    /// The pin is wired to nothing whose level is known.
    #[error("no GPIO of the board, ground or supply is wired to {part}:{pin}, so that its level is not known")]
    Open {
        /// The part.
        part: String,
        /// Its pin.
        pin: String,
    },
    /// The part has no lights of which there could be a picture.
    #[error("the part {part:?} has no lights to take a picture of; {}", lights_of(.lights))]
    NoLights {
        /// The part.
        part: String,
        /// The parts that have some.
        lights: Vec<String>,
    },
    /// The part is of a type that is not simulated: nothing can be done to it, and nothing is seen of it.
    #[error("the part {part:?} is a {type_name:?}, which is not simulated; docs/parts.md lists what is")]
    NotSimulated {
        /// The part.
        part: String,
        /// Its type.
        type_name: String,
    },
    /// The part shows nothing that could be expected.
    #[error("the part {part:?} does not show {property}; it shows {shows}")]
    ShowsNot {
        /// The part.
        part: String,
        /// What was asked for.
        property: &'static str,
        /// What it shows.
        shows: &'static str,
    },
    /// Its control cannot be set.
    #[error(transparent)]
    Control(#[from] ControlError),
}

impl PartError {
    /// Whether the part itself is unknown, and not one of its pins or controls.
    pub const fn names_the_part(&self) -> bool {
        matches!(self, Self::Part { .. } | Self::NotSimulated { .. } | Self::Control(ControlError::Part { .. }))
    }
}

fn lights_of(lights: &[String]) -> String {
    if lights.is_empty() { "no part has any".to_owned() } else { format!("those that have: {}", lights.join(", ")) }
}

impl Default for Drawing {
    fn default() -> Self {
        Self::new(&Diagram::parse("diagram.json", USUAL).expect("the drawing of the usual board has no error"))
    }
}

impl Drawing {
    /// The parts of a drawing, those on the board itself included (`esp.rgb1`).
    pub fn new(diagram: &Diagram) -> Self {
        Self { diagram: diagram.clone() }
    }

    /// What a pin is joined with; never [`Net::Open`]. A GPIO goes before a rail: its level is that of the net, whatever
    /// else hangs on it.
    ///
    /// # Errors
    /// [`PartError`]: there is no such part or pin, or nothing is known of its level.
    pub fn net(&self, part: &str, pin: &str) -> Result<Net, PartError> {
        let kind = self.part(part)?.kind;
        let Some(found) = kind.find_pin(pin) else {
            let pins = kind.pins().into_iter().map(str::to_owned).collect();
            return Err(PartError::Pin { part: part.to_owned(), pin: pin.to_owned(), pins });
        };
        let reference = PinRef::new(part, found);
        let PinRef { part, pin } = reference.clone();
        let net = self.diagram.netlist().net(&reference);
        let rail = || net.rail().map(|rail| Net::Rail(rail.level()));
        net.gpio().map(Net::Gpio).or_else(rail).ok_or(PartError::Open { part, pin })
    }

    /// A picture of a part's lights, each of which shows `color`.
    ///
    /// # Errors
    /// [`PartError`]: there is no such part, or it has no lights.
    pub fn picture(&self, part: &str, color: impl Fn(u16) -> Rgb) -> Result<Image, PartError> {
        let shown = self.lights(self.simulated(part)?);
        let colors = |lights| (0..lights).map(|index| u16::try_from(index).map(&color).unwrap_or_default()).collect();
        let picture = shown.and_then(|(made, lights)| made.picture(&Shows::Colors(colors(lights))));
        picture.map(Image::from).ok_or_else(|| self.no_lights(part))
    }

    /// The part has no picture; those that have one.
    pub fn no_lights(&self, part: &str) -> PartError {
        let has_lights = |part: &&Part| self.lights(part).is_some();
        let mut lights: Vec<String> = self.diagram.all_parts().filter(has_lights).map(|part| part.id.clone()).collect();
        lights.sort_unstable();
        PartError::NoLights { part: part.to_owned(), lights }
    }

    /// The part that draws its lights, and how many there are; none if it has none.
    fn lights(&self, part: &Part) -> Option<(Box<dyn simulator::part::Part>, usize)> {
        let made = self.diagram.made(&part.id).ok().flatten()?;
        match made.shows() {
            Shows::Colors(colors) => Some((made, colors.len())),
            _ => None,
        }
    }

    /// The part with this id, if it is one that is simulated.
    ///
    /// # Errors
    /// [`PartError`]: there is no such part, or it is not simulated.
    pub fn simulated(&self, id: &str) -> Result<&Part, PartError> {
        let part = self.part(id)?;
        if part.kind == Kind::Unknown {
            let (part, type_name) = (part.id.clone(), part.type_name.clone());
            return Err(PartError::NotSimulated { part, type_name });
        }
        Ok(part)
    }

    /// The part with this id, also if it is on the board itself.
    ///
    /// # Errors
    /// [`PartError::Part`] with those that there are.
    pub fn part(&self, id: &str) -> Result<&Part, PartError> {
        self.diagram.all_parts().find(|part| part.id == id).ok_or_else(|| {
            let mut parts: Vec<String> = self.diagram.all_parts().map(|part| part.id.clone()).collect();
            parts.sort_unstable();
            PartError::Part { part: id.to_owned(), parts }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_of_any_part_leads_to_the_gpio_that_it_hangs_on() {
        let drawing = Drawing::default();
        assert_eq!(drawing.net("esp", "8"), Ok(Net::Gpio(8)));
        assert_eq!(drawing.net("esp", "TX"), Ok(Net::Gpio(21)));
        assert_eq!(drawing.net("led1", "DIN"), Ok(Net::Gpio(8)));
        assert_eq!(drawing.net("esp", "GND.3"), Ok(Net::Rail(false)));
    }

    #[test]
    fn what_the_drawing_does_not_have_is_answered_with_what_it_has() {
        let drawing = Drawing::default();
        let error = |part, pin| drawing.net(part, pin).expect_err("there is no such pin").to_string();
        assert_eq!(
            error("esp32", "8"),
            "the board drawing has no part \"esp32\"; its parts: esp, esp.boot, esp.rgb1, led1"
        );
        assert_eq!(error("led1", "D1"), "the part \"led1\" has no pin \"D1\"; its pins: VDD, DOUT, VSS, DIN");
        assert_eq!(
            error("led1", "DOUT"),
            "no GPIO of the board, ground or supply is wired to led1:DOUT, so that its level is not known"
        );
        assert_eq!(
            drawing.picture("esp", |_| Rgb::BLACK).expect_err("a board").to_string(),
            "the part \"esp\" has no lights to take a picture of; those that have: esp.rgb1, led1"
        );
    }
}
