//! Which pins are one electrical node: union-find over the wires and the joints inside the parts.

use std::collections::HashMap;

use super::{Diagram, PinRef};
use hil_sim_core::circuit::{Joint, Rail};

/// What a pin is joined with on the microcontroller board.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Net {
    /// GPIOs, the lowest first.
    pub gpios: Vec<u8>,
    /// Ground and supplies, each once.
    pub rails: Vec<Rail>,
    /// The number of the net among those that anything is wired to; none if nothing is wired to the pin.
    pub number: Option<u16>,
}

impl Net {
    /// The GPIO that stands for the net: those on one net have one level.
    pub fn gpio(&self) -> Option<u8> {
        self.gpios.first().copied()
    }

    /// The rail that the net is on. Ground goes before a supply.
    pub fn rail(&self) -> Option<Rail> {
        self.rails.iter().min().copied()
    }

    /// Whether ground and a supply are both on it.
    pub fn is_short_circuit(&self) -> bool {
        self.rails.contains(&Rail::Ground) && self.rails.iter().any(|rail| *rail != Rail::Ground)
    }

    /// What it is for a part. A GPIO goes before a rail: its level is that of the net, whatever else hangs on it.
    pub fn joint(&self) -> Joint {
        match (self.gpio(), self.rail(), self.number) {
            (Some(gpio), ..) => Joint::Gpio(gpio),
            (None, Some(rail), _) => Joint::Rail(rail),
            (None, None, Some(number)) => Joint::Net(number),
            (None, None, None) => Joint::Open,
        }
    }
}

/// The nodes of a diagram. Includes `$serialMonitor` and the LEDs on the board.
#[derive(Debug, Clone)]
pub struct Netlist<'a> {
    pub(super) diagram: &'a Diagram,
    pins: Vec<PinRef>,
    index: HashMap<PinRef, usize>,
    /// Parent of each pin in the forest of nodes; a root is its own.
    parent: Vec<usize>,
}

impl<'a> Netlist<'a> {
    pub(super) fn new(diagram: &'a Diagram) -> Self {
        let mut netlist = Self { diagram, pins: Vec::new(), index: HashMap::new(), parent: Vec::new() };
        for part in diagram.all_parts() {
            for group in part.kind.joined() {
                for pins in group.windows(2) {
                    netlist.join(PinRef::new(&part.id, pins[0]), PinRef::new(&part.id, pins[1]));
                }
            }
        }
        let board = diagram.board();
        for onboard in diagram.board_type().onboard {
            for (its, pin) in onboard.pins {
                netlist.join(PinRef::new(&board.id, *pin), PinRef::new(onboard.id(&board.id), *its));
            }
        }
        for connection in &diagram.connections {
            netlist.join(connection.from.clone(), connection.to.clone());
        }
        netlist
    }

    /// Every pin joined with `pin`, itself left out, in the order of part id and pin name.
    pub fn joined_with(&self, pin: &PinRef) -> Vec<&PinRef> {
        let Some(node) = self.index.get(pin).map(|index| self.root(*index)) else { return Vec::new() };
        let same_node = |(index, other): &(usize, &PinRef)| self.root(*index) == node && *other != pin;
        let mut joined: Vec<&PinRef> = self.pins.iter().enumerate().filter(same_node).map(|(_, pin)| pin).collect();
        joined.sort();
        joined
    }

    /// What a pin is joined with on the microcontroller board. The one place where pins become GPIOs, ground and supplies.
    pub fn net(&self, pin: &PinRef) -> Net {
        let (board, kind) = (self.diagram.board(), self.diagram.board_type());
        let joined = self.joined_with(pin);
        let on_board =
            || joined.iter().copied().chain([pin]).filter(|pin| pin.part == board.id).map(|pin| pin.pin.as_str());
        let mut gpios: Vec<u8> = on_board().filter_map(|pin| kind.gpio(pin)).collect();
        gpios.sort_unstable();
        let mut rails: Vec<Rail> = on_board().filter_map(|pin| kind.rail(pin)).collect();
        rails.sort_unstable();
        rails.dedup();
        // Pins that are joined inside a part and nowhere else are open.
        let is_wired = joined.iter().any(|other| other.part != pin.part);
        let root = self.index.get(pin).filter(|_| is_wired).map(|index| self.root(*index));
        Net { gpios, rails, number: root.and_then(|root| u16::try_from(root).ok()) }
    }

    /// Whether two pins are joined by wires.
    pub(super) fn is_wired_to(&self, one: &PinRef, other: &PinRef) -> bool {
        one != other && self.is_joined(one, other)
    }

    /// Whether a level on one of the two pins is on the other too.
    pub fn is_joined(&self, one: &PinRef, other: &PinRef) -> bool {
        one == other
            || matches!((self.index.get(one), self.index.get(other)), (Some(a), Some(b)) if self.root(*a) == self.root(*b))
    }

    /// The pins of other parts that hang on a GPIO of the board.
    pub fn parts_on_gpio(&self, gpio: u8) -> Vec<&PinRef> {
        let board = self.diagram.board();
        let Some((pin, _)) = self.diagram.board_type().gpios.iter().find(|(_, number)| *number == gpio) else {
            return Vec::new();
        };
        self.joined_with(&PinRef::new(&board.id, *pin)).into_iter().filter(|pin| pin.part != board.id).collect()
    }

    fn join(&mut self, one: PinRef, other: PinRef) {
        let (one, other) = (self.add(one), self.add(other));
        let (one, other) = (self.root(one), self.root(other));
        self.parent[one] = other;
    }

    fn add(&mut self, pin: PinRef) -> usize {
        *self.index.entry(pin).or_insert_with_key(|pin| {
            self.pins.push(pin.clone());
            self.parent.push(self.parent.len());
            self.parent.len() - 1
        })
    }

    fn root(&self, mut index: usize) -> usize {
        while self.parent[index] != index {
            index = self.parent[index];
        }
        index
    }
}
