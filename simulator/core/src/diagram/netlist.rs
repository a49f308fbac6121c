//! Which pins are one electrical node: union-find over the wires and the joints inside the parts.

use std::collections::HashMap;

use super::{Diagram, PinRef};

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
        for part in &diagram.parts {
            for group in part.kind.joined_pins() {
                for pins in group.windows(2) {
                    netlist.join(PinRef::new(&part.id, pins[0]), PinRef::new(&part.id, pins[1]));
                }
            }
            for led in part.kind.onboard_leds() {
                netlist.join(PinRef::new(&part.id, led.board_pin), PinRef::new(led.id(&part.id), led.pin));
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

    /// Whether a level on one of the two pins is on the other too.
    pub fn is_joined(&self, one: &PinRef, other: &PinRef) -> bool {
        one == other
            || matches!((self.index.get(one), self.index.get(other)), (Some(a), Some(b)) if self.root(*a) == self.root(*b))
    }

    /// The pins of other parts that hang on a GPIO of the board.
    pub fn parts_on_gpio(&self, gpio: u8) -> Vec<&PinRef> {
        let board = self.diagram.board();
        let Some(pin) = board.kind.pins().iter().find(|pin| board.kind.gpio(pin) == Some(gpio)) else {
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
