//! Which pins are one electrical node: union-find over the wires and the joints inside the parts.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Diagram, Part, PinRef};
use crate::PinUse;
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

/// The nodes of a diagram. Includes `$serialMonitor` and the parts on the board.
#[derive(Debug, Clone)]
pub struct Netlist<'a> {
    pub(super) diagram: &'a Diagram,
    index: HashMap<PinRef, usize>,
    /// The node of each pin.
    nodes: Vec<usize>,
    /// The pins of each node, in the order of part id and pin name.
    members: Vec<Vec<PinRef>>,
    nets: Vec<Net>,
}

/// Pins that are being joined.
#[derive(Default)]
struct Joining {
    pins: Vec<PinRef>,
    index: HashMap<PinRef, usize>,
    /// Parent of each pin in the forest of nodes; a root is its own.
    parent: Vec<usize>,
}

impl<'a> Netlist<'a> {
    pub(super) fn new(diagram: &'a Diagram) -> Self {
        let mut joining = Joining::default();
        joining.join_inside(diagram);
        let by_id = diagram.parts.iter().map(|part| (part.id.as_str(), part)).collect();
        // The first pin of each strip of each breadboard.
        let mut strips: HashMap<(String, String), PinRef> = HashMap::new();
        for connection in &diagram.connections {
            joining.join(connection.from.clone(), connection.to.clone());
            for pin in [&connection.from, &connection.to] {
                let Some(strip) = strip_of(&by_id, pin) else { continue };
                let first = strips.entry((pin.part.clone(), strip.to_owned())).or_insert_with(|| pin.clone()).clone();
                joining.join(first, pin.clone());
            }
        }
        let roots: Vec<usize> = (0..joining.pins.len()).map(|pin| joining.root(pin)).collect();
        let mut node_of_root: HashMap<usize, usize> = HashMap::new();
        let mut members: Vec<Vec<PinRef>> = Vec::new();
        let mut nodes = Vec::with_capacity(roots.len());
        for (pin, root) in joining.pins.iter().zip(roots) {
            let node = *node_of_root.entry(root).or_insert(members.len());
            if node == members.len() {
                members.push(Vec::new());
            }
            members[node].push(pin.clone());
            nodes.push(node);
        }
        members.iter_mut().for_each(|pins| pins.sort_unstable());
        let ends = diagram.connections.iter().flat_map(|connection| [&connection.from, &connection.to]);
        let wired: HashSet<usize> = ends.filter_map(|pin| joining.index.get(pin)).map(|index| nodes[*index]).collect();
        let nets = members
            .iter()
            .enumerate()
            .map(|(number, pins)| net_of(diagram, &by_id, wired.contains(&number).then_some(number), pins))
            .collect();
        Self { diagram, index: joining.index, nodes, members, nets }
    }

    pub(super) fn node(&self, pin: &PinRef) -> Option<usize> {
        self.index.get(pin).map(|index| self.nodes[*index])
    }

    /// Every pin joined with `pin`, itself left out, in the order of part id and pin name.
    pub fn joined_with(&self, pin: &PinRef) -> Vec<&PinRef> {
        let members = self.node(pin).map(|node| &self.members[node]);
        members.into_iter().flatten().filter(|other| *other != pin).collect()
    }

    /// What a pin is joined with on the microcontroller board. The one place where pins become GPIOs, ground and supplies.
    pub fn net(&self, pin: &PinRef) -> Net {
        let Some(node) = self.node(pin) else { return net_of_one(self.diagram, pin) };
        self.nets[node].clone()
    }

    /// Whether a level on one of the two pins is on the other too.
    pub fn is_joined(&self, one: &PinRef, other: &PinRef) -> bool {
        one == other || matches!((self.node(one), self.node(other)), (Some(one), Some(other)) if one == other)
    }

    /// The pins of other parts that hang on a GPIO of the board.
    pub fn parts_on_gpio(&self, gpio: u8) -> Vec<&PinRef> {
        let board = self.diagram.board();
        let Some(pin) = self.diagram.board_type().pin(PinUse::Gpio(gpio)) else { return Vec::new() };
        self.joined_with(&PinRef::new(&board.id, pin)).into_iter().filter(|pin| pin.part != board.id).collect()
    }
}

type ById<'a> = BTreeMap<&'a str, &'a Part>;

/// The strip of a breadboard that a pin is in.
fn strip_of<'a>(parts: &ById<'_>, pin: &'a PinRef) -> Option<&'a str> {
    parts.get(pin.part.as_str())?.kind.wiring()?.strip(&pin.pin)
}

/// What pins that are joined are joined with.
fn net_of(diagram: &Diagram, parts: &ById<'_>, number: Option<usize>, pins: &[PinRef]) -> Net {
    let (board, kind) = (diagram.board(), diagram.board_type());
    let on_board = || pins.iter().filter(|pin| pin.part == board.id).map(|pin| pin.pin.as_str());
    let symbol = |pin: &PinRef| {
        let part = parts.get(pin.part.as_str())?;
        part.kind.wiring()?.rail(&part.attributes()).expect("reading refuses what is no voltage")
    };
    let mut gpios: Vec<u8> = on_board().filter_map(|pin| kind.gpio(pin)).collect();
    gpios.sort_unstable();
    gpios.dedup();
    let mut rails: Vec<Rail> =
        on_board().filter_map(|pin| kind.rail(pin)).chain(pins.iter().filter_map(symbol)).collect();
    rails.sort_unstable();
    rails.dedup();
    // Pins that are joined inside a part or on the board and nowhere else are open.
    Net { gpios, rails, number: number.and_then(|number| u16::try_from(number).ok()) }
}

/// What a pin is joined with that nothing is wired to.
fn net_of_one(diagram: &Diagram, pin: &PinRef) -> Net {
    if pin.part != diagram.board().id {
        return Net::default();
    }
    let kind = diagram.board_type();
    Net {
        gpios: kind.gpio(&pin.pin).into_iter().collect(),
        rails: kind.rail(&pin.pin).into_iter().collect(),
        number: None,
    }
}

impl Joining {
    /// What is joined inside parts, and on the board.
    fn join_inside(&mut self, diagram: &Diagram) {
        for part in diagram.all_parts() {
            for group in part.kind.joined() {
                for pins in group.windows(2) {
                    self.join(PinRef::new(&part.id, pins[0]), PinRef::new(&part.id, pins[1]));
                }
            }
        }
        let (board, kind) = (diagram.board(), diagram.board_type());
        for onboard in kind.onboard {
            for (its, what) in onboard.pins {
                // What no pin leads to cannot be reached from outside.
                let Some(pin) = kind.pin(*what) else { continue };
                self.join(PinRef::new(&board.id, pin), PinRef::new(onboard.id(&board.id), *its));
            }
        }
    }

    fn join(&mut self, one: PinRef, other: PinRef) {
        let (one, other) = (self.add(one), self.add(other));
        let (one, other) = (self.root(one), self.root(other));
        self.parent[one.max(other)] = one.min(other);
    }

    fn add(&mut self, pin: PinRef) -> usize {
        *self.index.entry(pin).or_insert_with_key(|pin| {
            self.pins.push(pin.clone());
            self.parent.push(self.parent.len());
            self.parent.len() - 1
        })
    }

    /// Shortens the way as it goes.
    fn root(&mut self, mut index: usize) -> usize {
        while self.parent[index] != index {
            self.parent[index] = self.parent[self.parent[index]];
            index = self.parent[index];
        }
        index
    }
}
