//! From a drawing to the [`Board`] that a machine is made with.

use super::{Diagram, LedPart, Netlist, Part, PinRef};
use hil_sim_core::circuit::{Board, Joint, Mounted};
use hil_sim_core::part::{self, Fitting, FittingError};
use thiserror::Error;

/// Pins of all parts together that a board may have.
const MOST_PINS: usize = 30_000;

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
        let netlist = self.netlist();
        let (id, kind) = (&self.board().id, self.board_type());
        let mut board = Board::default();
        for (pin, gpio) in kind.gpios {
            let net = netlist.net(&PinRef::new(id, *pin));
            if net.is_short_circuit() {
                return Err(BoardError::ShortCircuit(*gpio));
            }
            board.ties.extend(net.rail().map(|rail| (*gpio, rail.level())));
            board.wires.extend(net.gpios.iter().filter(|other| *other > gpio).map(|other| (*gpio, *other)));
        }
        let lights = netlist.leds();
        for part in self.all_parts() {
            board.parts.extend(mounted(&netlist, &lights, part)?);
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

fn mounted(netlist: &Netlist<'_>, lights: &[LedPart], part: &Part) -> Result<Option<Mounted>, FittingError> {
    let Some(part_type) = part.kind.part() else { return Ok(None) };
    let place = lights.iter().find(|place| place.id == part.id);
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
