//! [`Registry`]: which parts and boards a drawing can have.

use super::board_type::BoardType;
use super::{devkitm_1, ds18b20, i2c_registers, logic_analyzer, potentiometer, pushbutton, ws2812};
use hil_sim_core::part::{Attribute, PartType};

/// What an entry of a drawing is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A microcontroller board.
    Board(&'static BoardType),
    /// Another part.
    Part(&'static PartType),
}

impl Kind {
    /// The `type` in the drawing.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Board(board) => board.name,
            Self::Part(part) => part.name,
        }
    }

    /// The names of its pins.
    pub fn pins(self) -> Vec<&'static str> {
        match self {
            Self::Board(board) => board.pins.to_vec(),
            Self::Part(part) => part.pins.iter().map(|pin| pin.name).collect(),
        }
    }

    /// Groups of pins that are one and the same inside.
    pub fn joined(self) -> Vec<&'static [&'static str]> {
        match self {
            Self::Board(board) => board.rails.iter().map(|(_, pins)| *pins).collect(),
            Self::Part(part) => part.joined.to_vec(),
        }
    }

    /// The attributes that it knows.
    pub fn attributes(self) -> &'static [Attribute] {
        match self {
            Self::Board(_) => &[],
            Self::Part(part) => part.attributes,
        }
    }

    /// The board, if it is one.
    pub fn board(self) -> Option<&'static BoardType> {
        match self {
            Self::Board(board) => Some(board),
            Self::Part(_) => None,
        }
    }

    /// The part's type, if it is no board.
    pub fn part(self) -> Option<&'static PartType> {
        match self {
            Self::Board(_) => None,
            Self::Part(part) => Some(part),
        }
    }
}

/// All kinds of parts and boards that a drawing can have.
#[derive(Clone, Debug)]
pub struct Registry {
    boards: Vec<&'static BoardType>,
    parts: Vec<&'static PartType>,
}

impl Registry {
    /// What this crate has. Adding a part is a line here.
    pub fn standard() -> Self {
        Self {
            boards: vec![&devkitm_1::DEVKITM_1],
            parts: vec![
                &ws2812::NEOPIXEL,
                &ws2812::LED_RING,
                &ws2812::LED_STRIP,
                &ws2812::LED_MATRIX,
                &pushbutton::PUSHBUTTON,
                &logic_analyzer::LOGIC_ANALYZER,
                &i2c_registers::I2C_REGISTERS,
                &ds18b20::DS18B20,
                &potentiometer::POTENTIOMETER,
            ],
        }
    }

    /// With another kind of part, which goes before one with the same name.
    #[must_use]
    pub fn with(mut self, part: &'static PartType) -> Self {
        self.parts.retain(|known| known.name != part.name);
        self.parts.push(part);
        self
    }

    /// What has this `type` in a drawing.
    pub fn find(&self, name: &str) -> Option<Kind> {
        let board = self.boards.iter().find(|board| board.name == name).map(|board| Kind::Board(board));
        board.or_else(|| self.parts.iter().find(|part| part.name == name).map(|part| Kind::Part(part)))
    }

    /// All kinds, boards first.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        let boards = self.boards.iter().map(|board| Kind::Board(board));
        boards.chain(self.parts.iter().map(|part| Kind::Part(part)))
    }

    /// Every `type` that a drawing can have.
    pub fn type_names(&self) -> Vec<&'static str> {
        self.kinds().map(Kind::type_name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_names_lead_back_to_themselves() {
        let registry = Registry::standard();
        for kind in registry.kinds() {
            assert_eq!(registry.find(kind.type_name()), Some(kind));
        }
    }

    #[test]
    fn what_is_said_of_pins_is_said_of_pins_that_there_are() {
        for kind in Registry::standard().kinds() {
            let pins = kind.pins();
            for pin in kind.joined().into_iter().flatten() {
                assert!(pins.contains(pin), "{pin} of {}", kind.type_name());
            }
            if let Some(part) = kind.part() {
                let ends = part.lights.into_iter().flat_map(|lights| [lights.input, lights.output]);
                assert!(ends.into_iter().all(|pin| pins.contains(&pin)), "{}", part.name);
                let ends = part.switches.iter().flat_map(|(one, other)| [one, other]);
                assert!(ends.into_iter().all(|pin| usize::from(pin.0) < pins.len()), "{}", part.name);
            }
            if let Some(board) = kind.board() {
                assert!(board.gpios.iter().all(|(pin, _)| pins.contains(pin)));
                for onboard in board.onboard {
                    assert!(onboard.pins.iter().all(|(its, pin)| {
                        pins.contains(pin) && onboard.part.pins.iter().any(|known| known.name == *its)
                    }));
                }
            }
        }
    }

    #[test]
    fn the_devkit_names_its_uart_pins_by_function() {
        let pins = ["TX", "RX", "8", "GND.1", "20"];
        assert_eq!(pins.map(|pin| devkitm_1::DEVKITM_1.gpio(pin)), [Some(21), Some(20), Some(8), None, None]);
    }
}
