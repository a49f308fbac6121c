//! What scenarios can name in the board drawing: parts, their pins, and what these are joined with.

use std::collections::BTreeMap;

use simulator::board::diagram::{Diagram, Netlist, Part, PartKind, PinRef};
use simulator::machine::ControlError;

use crate::picture::Layout;

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

/// The parts of a board drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    parts: BTreeMap<String, DrawnPart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct DrawnPart {
    /// In the order of Wokwi's catalogue.
    pins: Vec<(&'static str, Net)>,
    /// How its lights lie, if it has any.
    layout: Option<Layout>,
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
    /// Its control cannot be set.
    #[error(transparent)]
    Control(#[from] ControlError),
}

impl PartError {
    /// Whether the part itself is unknown, and not one of its pins or controls.
    pub const fn names_the_part(&self) -> bool {
        matches!(self, Self::Part { .. } | Self::Control(ControlError::Part { .. }))
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
        let netlist = diagram.netlist();
        let drawn = |part: &Part| {
            let pins = part.kind.pins().iter().map(|pin| (*pin, net(diagram, &netlist, &PinRef::new(&part.id, *pin))));
            (part.id.clone(), DrawnPart { pins: pins.collect(), layout: Layout::of_part(part) })
        };
        let mut parts: BTreeMap<_, _> = diagram.parts.iter().map(drawn).collect();
        for light in netlist.leds() {
            let onboard = || DrawnPart { pins: Vec::new(), layout: Some(Layout::row(light.leds)) };
            parts.entry(light.id.clone()).or_insert_with(onboard);
        }
        Self { parts }
    }

    /// What a pin is joined with; never [`Net::Open`].
    ///
    /// # Errors
    /// [`PartError`]: there is no such part or pin, or nothing is known of its level.
    pub fn net(&self, part: &str, pin: &str) -> Result<Net, PartError> {
        let pins = &self.part(part)?.pins;
        let (part, pin) = (part.to_owned(), pin.to_owned());
        match pins.iter().find(|(name, _)| *name == pin) {
            None => Err(PartError::Pin { part, pin, pins: pins.iter().map(|(name, _)| (*name).to_owned()).collect() }),
            Some((_, Net::Open)) => Err(PartError::Open { part, pin }),
            Some((_, net)) => Ok(*net),
        }
    }

    /// How the lights of a part lie.
    ///
    /// # Errors
    /// [`PartError`]: there is no such part, or it has no lights.
    pub fn layout(&self, part: &str) -> Result<Layout, PartError> {
        let lights = || self.parts.iter().filter(|(_, part)| part.layout.is_some()).map(|(id, _)| id.clone()).collect();
        self.part(part)?.layout.ok_or_else(|| PartError::NoLights { part: part.to_owned(), lights: lights() })
    }

    fn part(&self, id: &str) -> Result<&DrawnPart, PartError> {
        let parts = || self.parts.keys().cloned().collect();
        self.parts.get(id).ok_or_else(|| PartError::Part { part: id.to_owned(), parts: parts() })
    }
}

/// A GPIO goes before a rail: its level is that of the net, whatever else hangs on it.
fn net(diagram: &Diagram, netlist: &Netlist<'_>, pin: &PinRef) -> Net {
    let board = diagram.board();
    let joined = netlist.joined_with(pin);
    let on_board = || joined.iter().copied().chain([pin]).filter(|pin| pin.part == board.id);
    if let Some(gpio) = on_board().filter_map(|pin| board.kind.gpio(&pin.pin)).min() {
        return Net::Gpio(gpio);
    }
    on_board().find_map(|pin| rail(board.kind, &pin.pin)).map_or(Net::Open, Net::Rail)
}

fn rail(board: PartKind, pin: &str) -> Option<bool> {
    let is = |name: &str| board.is_board() && pin.starts_with(name);
    if is("GND") { Some(false) } else { (is("3V3") || is("5V")).then_some(true) }
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
        assert_eq!(error("esp32", "8"), "the board drawing has no part \"esp32\"; its parts: esp, esp.rgb1, led1");
        assert_eq!(error("led1", "D1"), "the part \"led1\" has no pin \"D1\"; its pins: VDD, DOUT, VSS, DIN");
        assert_eq!(
            error("led1", "DOUT"),
            "no GPIO of the board, ground or supply is wired to led1:DOUT, so that its level is not known"
        );
        assert_eq!(
            drawing.layout("esp").expect_err("a board").to_string(),
            "the part \"esp\" has no lights to take a picture of; those that have: esp.rgb1, led1"
        );
    }
}
