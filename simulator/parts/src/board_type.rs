//! [`BoardType`]: a microcontroller board.

use hil_sim_core::circuit::Rail;
use hil_sim_core::part::PartType;

/// A microcontroller board: pins, and what is soldered to it.
#[derive(Clone, Copy, Debug)]
pub struct BoardType {
    /// Wokwi's name, the `type` in a drawing.
    pub name: &'static str,
    /// The names of its pins, in the order of Wokwi's `board.json`.
    pub pins: &'static [&'static str],
    /// The GPIOs of the chip behind pins.
    pub gpios: &'static [(&'static str, u8)],
    /// Pins that are one and the same, ground or a supply.
    pub rails: &'static [(Rail, &'static [&'static str])],
    /// Parts on the board itself.
    pub onboard: &'static [OnboardPart],
}

/// A part on the board itself. Its id is that of the board, a dot, and its name.
#[derive(Clone, Copy, Debug)]
pub struct OnboardPart {
    /// Its name: `rgb1`.
    pub name: &'static str,
    /// What it is.
    pub part: &'static PartType,
    /// Pins of it, and the board's pins that these are joined with.
    pub pins: &'static [(&'static str, &'static str)],
}

impl BoardType {
    /// The GPIO behind a pin.
    pub fn gpio(&self, pin: &str) -> Option<u8> {
        self.gpios.iter().find(|(name, _)| *name == pin).map(|(_, gpio)| *gpio)
    }

    /// The rail that a pin is.
    pub fn rail(&self, pin: &str) -> Option<Rail> {
        self.rails.iter().find(|(_, pins)| pins.contains(&pin)).map(|(rail, _)| *rail)
    }
}

impl OnboardPart {
    /// Its id on a board with this id.
    pub fn id(&self, board: &str) -> String {
        format!("{board}.{}", self.name)
    }
}

impl PartialEq for BoardType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for BoardType {}
