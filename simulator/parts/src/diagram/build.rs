//! From a drawing to the [`Board`] that a machine is made with.

use super::{Diagram, LedPart, Netlist, Part, PinRef};
use hil_sim_core::circuit::{Board, Joint, Mounted, Resistor};
use hil_sim_core::part::{self, Fitting, FittingError};
use std::collections::{BTreeSet, HashMap};
use thiserror::Error;

/// Pins of all parts together that a board may have.
const MOST_PINS: usize = 30_000;
/// Lights of all chains together.
const MOST_LIGHTS: usize = 20_000;
/// Resistors and switches that lead to each other.
const MOST_TOGETHER: usize = 200;

/// A drawing that cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum BoardError {
    /// A part that is wired so that it cannot do what it is for.
    #[error("{problem}")]
    #[diagnostic(code(hil::board::part))]
    Part {
        /// What is wrong, with the part's id.
        problem: String,
        /// What to do about it.
        #[help]
        help: String,
    },
    /// A GPIO that is wired to ground and to the supply.
    #[error("GPIO{0} is wired to GND and to 3V3: the supply is short-circuited")]
    #[diagnostic(code(hil::board::short_circuit), help("take one of the two wires away"))]
    ShortCircuit(u8),
    /// More parts than any board has.
    #[error("the parts of the drawing have {0} pins; a board may have {MOST_PINS}")]
    #[diagnostic(code(hil::board::too_large), help("leave out parts that the scenario does not need"))]
    TooLarge(usize),
    /// More lights than any board has.
    #[error("the parts of the drawing have {0} lights; a board may have {MOST_LIGHTS}")]
    #[diagnostic(code(hil::board::too_many_lights), help("leave out parts that the scenario does not need"))]
    TooManyLights(usize),
    /// A network of resistors and switches that is larger than any.
    #[error("{0} resistors and switches lead to each other; a board may have {MOST_TOGETHER} in one network")]
    #[diagnostic(code(hil::board::too_large_network), help("join what belongs together by wires, or leave out parts"))]
    TooLargeNetwork(usize),
}

impl From<FittingError> for BoardError {
    fn from(FittingError { problem, help }: FittingError) -> Self {
        Self::Part { problem, help }
    }
}

impl Diagram {
    /// The parts and wires of the drawing.
    ///
    /// # Errors
    /// If a part is wired so that it could not do anything, or that something would burn.
    pub fn build(&self) -> Result<Board, BoardError> {
        let pins = self.all_parts().map(|part| part.kind.pins().len()).sum();
        if pins > MOST_PINS {
            return Err(BoardError::TooLarge(pins));
        }
        let lights = self.all_parts().filter_map(Part::lights).sum();
        if lights > MOST_LIGHTS {
            return Err(BoardError::TooManyLights(lights));
        }
        let netlist = self.netlist();
        let mut board = self.wires(&netlist)?;
        let lights = netlist.leds();
        for part in self.all_parts() {
            board.parts.extend(mounted(&netlist, &lights, part)?);
        }
        board.resistors = self.parts.iter().filter_map(|part| resistor(&netlist, part)).collect();
        let together = largest_network(&board);
        if together > MOST_TOGETHER { Err(BoardError::TooLargeNetwork(together)) } else { Ok(board) }
    }

    /// The board without parts.
    fn wires(&self, netlist: &Netlist<'_>) -> Result<Board, BoardError> {
        let (id, kind) = (&self.board().id, self.board_type());
        let mut board = Board::default();
        let mut seen = BTreeSet::new();
        for (pin, gpio) in kind.gpios().filter(|(_, gpio)| seen.insert(*gpio)) {
            let net = netlist.net(&PinRef::new(id, pin));
            if net.is_short_circuit() {
                return Err(BoardError::ShortCircuit(gpio));
            }
            board.ties.extend(net.rail().map(|rail| (gpio, rail.level())));
            board.wires.extend(net.gpios.iter().filter(|other| **other > gpio).map(|other| (gpio, *other)));
        }
        Ok(board)
    }

    /// The part with this id as it is before it is powered; none if there is no such part, or it could never do anything.
    /// For its picture: without a machine around it, it stays as it is.
    ///
    /// # Errors
    /// If it is wired so that it cannot do what it is for.
    pub fn made(&self, id: &str) -> Result<Option<Box<dyn part::Part>>, BoardError> {
        let netlist = self.netlist();
        let Some(part) = self.all_parts().find(|part| part.id == id) else { return Ok(None) };
        Ok(mounted(&netlist, &netlist.leds(), part)?.map(|mounted| mounted.part))
    }
}

/// A resistor of the drawing.
fn resistor(netlist: &Netlist<'_>, part: &Part) -> Option<Resistor> {
    let wiring = part.kind.wiring()?;
    let ohms = wiring.resistance(&part.attributes()).expect("reading refuses what is no resistance")?;
    let [one, other] = wiring.pins()[..] else { return None };
    let joint = |pin| netlist.net(&PinRef::new(&part.id, pin)).joint();
    let (one, other) = (joint(one), joint(other));
    (one != other && ![one, other].contains(&Joint::Open)).then_some(Resistor { one, other, ohms })
}

/// How many resistors and switches lead to each other at most. A rail ends the way.
fn largest_network(board: &Board) -> usize {
    let switches = board.parts.iter().flat_map(|mounted| {
        let ends = |pin: &part::Pin| mounted.joints[usize::from(pin.0)];
        mounted.part.part_type().switches.iter().map(move |(one, other)| (ends(one), ends(other)))
    });
    let edges: Vec<(Joint, Joint)> = switches.chain(board.resistors.iter().map(|it| (it.one, it.other))).collect();
    let ends_the_way = |joint: &Joint| matches!(joint, Joint::Open | Joint::Rail(_));
    let mut at: HashMap<Joint, Vec<usize>> = HashMap::new();
    for (index, (one, other)) in edges.iter().enumerate() {
        for joint in [one, other].into_iter().filter(|joint| !ends_the_way(joint)) {
            at.entry(*joint).or_default().push(index);
        }
    }
    let (mut seen, mut most) = (vec![false; edges.len()], 0);
    for start in 0..edges.len() {
        let (mut next, mut size) = (vec![start], 0);
        while let Some(edge) = next.pop() {
            if std::mem::replace(&mut seen[edge], true) {
                continue;
            }
            size += 1;
            for joint in [edges[edge].0, edges[edge].1] {
                next.extend(at.remove(&joint).unwrap_or_default());
            }
        }
        most = most.max(size);
    }
    most
}

fn mounted(netlist: &Netlist<'_>, lights: &[LedPart], part: &Part) -> Result<Option<Mounted>, FittingError> {
    let Some(part_type) = part.kind.part() else { return Ok(None) };
    let place = part_type.lights.and_then(|_| lights.iter().find(|place| place.id == part.id));
    let joint = |pin: &'static str| {
        let joint = netlist.net(&PinRef::new(&part.id, pin)).joint();
        let is_input = part_type.lights.is_some_and(|lights| lights.input == pin);
        let behind = place.filter(|place| is_input && !place.after.is_empty()).and_then(|place| place.gpio);
        behind.map_or(joint, Joint::Behind)
    };
    let joints: Vec<Joint> = part_type.pins.iter().map(|pin| joint(pin.name)).collect();
    let lights_before = place.map_or(0, |place| place.first_led);
    let fitting = Fitting { part_type, id: &part.id, attributes: part.attributes(), joints: &joints, lights_before };
    let built = (part_type.build)(&fitting)?;
    Ok(built.map(|built| Mounted { id: part.id.clone(), part: built, joints }))
}
