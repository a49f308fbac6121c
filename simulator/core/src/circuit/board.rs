//! [`Board`]: what is wired to a chip, before it is powered.

use super::drive::{Ohms, Rail};
use crate::part::Part;

/// What a pin of a part is joined with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Joint {
    /// Nothing.
    #[default]
    Open,
    /// A GPIO of the chip, by its number.
    Gpio(u8),
    /// A GPIO of the chip whose data passes through other parts first, as in a chain of LEDs. The pin hears the GPIO, and
    /// knows by its part's settings what to leave to those before it.
    Behind(u8),
    /// Ground or a supply.
    Rail(Rail),
    /// A net that no GPIO is on, by its number.
    Net(u16),
}

impl Joint {
    /// The GPIO whose levels the pin hears.
    #[must_use]
    pub const fn gpio(self) -> Option<u8> {
        match self {
            Self::Gpio(gpio) | Self::Behind(gpio) => Some(gpio),
            Self::Open | Self::Rail(_) | Self::Net(_) => None,
        }
    }
}

/// A part on a board.
#[derive(Clone, Debug)]
pub struct Mounted {
    /// Its id in the drawing.
    pub id: String,
    /// As it is before it is powered.
    pub part: Box<dyn Part>,
    /// What each of its pins is joined with, in the order of [`PartType::pins`](crate::part::PartType).
    pub joints: Vec<Joint>,
}

/// A resistor on a board.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Resistor {
    /// What one end is joined with.
    pub one: Joint,
    /// What the other end is joined with.
    pub other: Joint,
    /// Its resistance.
    pub ohms: Ohms,
}

/// The wires and parts around the chip.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// Pairs of GPIOs with a wire between them.
    pub wires: Vec<(u8, u8)>,
    /// GPIOs that are wired to ground (`false`) or to the supply (`true`).
    pub ties: Vec<(u8, bool)>,
    /// GPIOs whose edges the machine tells of, as a probe at the pin does.
    pub watched: Vec<u8>,
    /// Those with an open end do nothing.
    pub resistors: Vec<Resistor>,
    /// In the order in which they are called when more than one is due.
    pub parts: Vec<Mounted>,
}

impl Board {
    /// A board with nothing on it: the chip and a wire between two GPIOs for each pair.
    #[must_use]
    pub fn with_wires(wires: &[(u8, u8)]) -> Self {
        Self { wires: wires.to_vec(), ..Self::default() }
    }

    /// The board with another part on it. Pins that are not named stay open.
    ///
    /// # Panics
    /// If the part has no pin with one of these names.
    #[must_use]
    pub fn with_part(mut self, id: &str, part: impl Part, pins: &[(&str, Joint)]) -> Self {
        self.mount(id, Box::new(part), pins);
        self
    }

    /// Puts another part on the board. Pins that are not named stay open.
    ///
    /// # Panics
    /// If the part has no pin with one of these names.
    pub fn mount(&mut self, id: &str, part: Box<dyn Part>, pins: &[(&str, Joint)]) {
        let kind = part.part_type();
        let mut joints = vec![Joint::Open; kind.pins.len()];
        for (name, joint) in pins {
            let Some(pin) = kind.pins.iter().position(|pin| pin.name == *name) else {
                panic!("{} has no pin {name}", kind.name)
            };
            joints[pin] = *joint;
        }
        self.parts.push(Mounted { id: id.to_owned(), part, joints });
    }
}
