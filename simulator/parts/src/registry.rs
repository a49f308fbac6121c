//! [`Registry`]: which parts and boards a drawing can have.

use super::board_type::{BoardType, PinUse};
use super::boards::BOARDS;
use super::wiring::{WIRING, Wiring};
use super::{ds18b20, i2c_registers, logic_analyzer, ws2812};
use hil_sim_core::part::{Attribute, PartType};

/// What an entry of a drawing is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A microcontroller board.
    Board(&'static BoardType),
    /// Another part.
    Part(&'static PartType),
    /// A wire in another shape, or a decoration.
    Wiring(&'static Wiring),
    /// Something that is not simulated. It does nothing.
    Unknown,
}

impl Kind {
    /// The `type` in the drawing; none if it is unknown.
    pub fn type_name(self) -> Option<&'static str> {
        match self {
            Self::Board(board) => Some(board.name),
            Self::Part(part) => Some(part.name),
            Self::Wiring(wiring) => Some(wiring.name),
            Self::Unknown => None,
        }
    }

    /// The names of its pins; of a breadboard, one of each kind; none if it is unknown.
    pub fn pins(self) -> Vec<&'static str> {
        match self {
            Self::Board(board) => board.pins.iter().map(|(pin, _)| *pin).collect(),
            Self::Part(part) => part.pins.iter().map(|pin| pin.name).collect(),
            Self::Wiring(wiring) => wiring.pins(),
            Self::Unknown => Vec::new(),
        }
    }

    /// The pin that a drawing means by this name. What is unknown has any pin.
    pub fn find_pin(self, name: &str) -> Option<&str> {
        match self {
            Self::Board(board) => board.find_pin(name),
            Self::Part(part) => {
                let own = part.pins.iter().map(|pin| pin.name).find(|pin| *pin == name);
                own.or_else(|| part.aliases.iter().find(|(alias, _)| *alias == name).map(|(_, pin)| *pin))
            }
            Self::Wiring(wiring) => wiring.has_pin(name).then_some(name),
            Self::Unknown => Some(name),
        }
    }

    /// Groups of pins that are one and the same inside.
    pub fn joined(self) -> Vec<Vec<&'static str>> {
        match self {
            Self::Board(board) => one_and_the_same(board),
            Self::Part(part) => part.joined.iter().map(|group| group.to_vec()).collect(),
            Self::Wiring(_) | Self::Unknown => Vec::new(),
        }
    }

    /// The attributes that it knows.
    pub fn attributes(self) -> &'static [Attribute] {
        match self {
            Self::Part(part) => part.attributes,
            Self::Board(_) | Self::Wiring(_) | Self::Unknown => &[],
        }
    }

    /// The board, if it is one.
    pub fn board(self) -> Option<&'static BoardType> {
        match self {
            Self::Board(board) => Some(board),
            Self::Part(_) | Self::Wiring(_) | Self::Unknown => None,
        }
    }

    /// The part's type, if it is a part that is simulated.
    pub fn part(self) -> Option<&'static PartType> {
        match self {
            Self::Part(part) => Some(part),
            Self::Board(_) | Self::Wiring(_) | Self::Unknown => None,
        }
    }

    /// What joins pins, if it is that.
    pub fn wiring(self) -> Option<&'static Wiring> {
        match self {
            Self::Wiring(wiring) => Some(wiring),
            Self::Board(_) | Self::Part(_) | Self::Unknown => None,
        }
    }
}

/// Pins of a board with the same GPIO or rail behind them.
fn one_and_the_same(board: &BoardType) -> Vec<Vec<&'static str>> {
    let mut groups: Vec<(PinUse, Vec<&'static str>)> = Vec::new();
    for (pin, what) in board.pins.iter().filter(|(_, what)| *what != PinUse::Other) {
        match groups.iter_mut().find(|(known, _)| known == what) {
            Some((_, group)) => group.push(pin),
            None => groups.push((*what, vec![pin])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
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
        let families = [
            ws2812::PARTS,
            super::light::PARTS,
            super::switches::PARTS,
            super::sensor::PARTS,
            super::actuator::PARTS,
            super::logic::PARTS,
            &[&logic_analyzer::LOGIC_ANALYZER, &i2c_registers::I2C_REGISTERS, &ds18b20::DS18B20],
        ];
        Self { boards: BOARDS.to_vec(), parts: families.concat() }
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
        self.kinds().find(|kind| kind.type_name() == Some(name))
    }

    /// All kinds, boards first.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        let boards = self.boards.iter().map(|board| Kind::Board(board));
        let parts = self.parts.iter().map(|part| Kind::Part(part));
        boards.chain(parts).chain(WIRING.iter().map(Kind::Wiring))
    }

    /// Every `type` that a drawing can have.
    pub fn type_names(&self) -> Vec<&'static str> {
        self.kinds().filter_map(Kind::type_name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boards;

    #[test]
    fn type_names_lead_back_to_themselves() {
        let registry = Registry::standard();
        for kind in registry.kinds() {
            assert_eq!(registry.find(kind.type_name().expect("a name")), Some(kind));
        }
    }

    #[test]
    fn what_is_said_of_pins_is_said_of_pins_that_there_are() {
        for kind in Registry::standard().kinds() {
            let pins = kind.pins();
            for pin in kind.joined().into_iter().flatten() {
                assert!(pins.contains(&pin), "{pin} of {kind:?}");
            }
            if let Some(part) = kind.part() {
                let ends = part.lights.into_iter().flat_map(|lights| [lights.input, lights.output]);
                assert!(ends.into_iter().all(|pin| pins.contains(&pin)), "{}", part.name);
                let ends = part.switches.iter().flat_map(|(one, other)| [one, other]);
                assert!(ends.into_iter().all(|pin| usize::from(pin.0) < pins.len()), "{}", part.name);
            }
            for onboard in kind.board().into_iter().flat_map(|board| board.onboard) {
                let is_its_own = |its| onboard.part.pins.iter().any(|known| known.name == its);
                assert!(onboard.pins.iter().all(|(its, _)| is_its_own(*its)), "{kind:?}");
            }
        }
    }

    #[test]
    fn pins_of_boards_are_found_by_label_and_by_number() {
        let gpio = |board: &BoardType, pin| board.find_pin(pin).and_then(|pin| board.gpio(pin));
        let devkit = ["TX", "RX", "8", "GPIO8", "io8", "GND.1", "20", "11"].map(|pin| gpio(&boards::DEVKITM_1, pin));
        assert_eq!(devkit, [Some(21), Some(20), Some(8), Some(8), Some(8), None, Some(20), None]);
        assert_eq!(
            ["D0", "D10", "GPIO0", "GPIO10", "TX"].map(|pin| gpio(&boards::XIAO, pin)),
            [Some(2), Some(10), None, Some(10), Some(21)]
        );
        assert_eq!(
            ["GND", "gnd.3", "3V3", "5V", "VIN"].map(|pin| boards::DEVKITM_1.find_pin(pin)),
            [Some("GND.1"), Some("GND.3"), Some("3V3.1"), Some("5V.1"), Some("5V.1")]
        );
    }
}
