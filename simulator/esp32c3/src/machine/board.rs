//! What is wired to the chip, as a drawing has it.

use hil_sim_core::diagram::{Diagram, PartKind, PinRef};
use hil_sim_parts::i2c::I2cRegisters;
use hil_sim_parts::ws2812::ColorOrder;
use thiserror::Error;

/// The wires and parts around the chip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    /// WS2812s, by the GPIO that drives them.
    pub chains: Vec<Chain>,
    /// Buttons.
    pub buttons: Vec<Button>,
    /// Lines of logic analyzers.
    pub probes: Vec<Probe>,
    /// Pairs of GPIOs with a wire between them.
    pub wires: Vec<(u8, u8)>,
    /// GPIOs that are wired to ground (`false`) or to the supply (`true`).
    pub ties: Vec<(u8, bool)>,
    /// Parts on I2C buses.
    pub i2c: Vec<I2cPart>,
}

/// A part on an I2C bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct I2cPart {
    /// The GPIO that is SDA.
    pub sda: u8,
    /// The GPIO that is SCL.
    pub scl: u8,
    /// The part itself.
    pub registers: I2cRegisters,
}

/// A chain of WS2812s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The GPIO that drives it.
    pub gpio: u8,
    /// How many LEDs it has.
    pub leds: usize,
    /// In which order they take their colours.
    pub order: ColorOrder,
}

/// A button between a GPIO and ground or the supply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// The part's id in the drawing.
    pub id: String,
    /// The GPIO that it pulls.
    pub gpio: u8,
    /// The level while it is pressed.
    pub level: bool,
}

/// A line of a logic analyzer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The part's id in the drawing.
    pub part: String,
    /// The part's pin: `D0` to `D7`.
    pub pin: String,
    /// The GPIO that it looks at.
    pub gpio: u8,
}

/// A drawing that cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum BoardError {
    /// A button that does not connect a GPIO with ground or the supply.
    #[error("button {0:?} does not join a GPIO with GND or 3V3 when it is pressed")]
    #[diagnostic(
        code(hil::board::button),
        help("wire one side of it to a GPIO and the other to a GND or 3V3 pin of the board")
    )]
    Button(String),
    /// A GPIO that is wired to ground and to the supply.
    #[error("GPIO{0} is wired to GND and to 3V3: the supply is short-circuited")]
    #[diagnostic(code(hil::board::short_circuit), help("take one of the two wires away"))]
    ShortCircuit(u8),
}

/// What a pin is joined with.
#[derive(Default)]
struct Joined {
    gpios: Vec<u8>,
    ground: bool,
    supply: bool,
}

impl Board {
    /// A board with nothing on it: the chip and a wire between two GPIOs for each pair.
    pub fn with_wires(wires: &[(u8, u8)]) -> Self {
        Self { wires: wires.to_vec(), ..Self::default() }
    }

    /// The parts and wires of a drawing.
    ///
    /// # Errors
    /// If a part is wired so that it could not do anything, or that something would burn.
    pub fn from_diagram(diagram: &Diagram) -> Result<Self, BoardError> {
        let netlist = diagram.netlist();
        let board = diagram.board();
        let joined = |pin: &PinRef| {
            let mut found = Joined::default();
            let mut note = |pin: &PinRef| {
                if pin.part == board.id {
                    found.gpios.extend(board.kind.gpio(&pin.pin));
                    found.ground |= pin.pin.starts_with("GND");
                    found.supply |= pin.pin.starts_with("3V3");
                }
            };
            note(pin);
            netlist.joined_with(pin).into_iter().for_each(note);
            found.gpios.sort_unstable();
            found
        };
        let mut built = Self::default();
        for chain in netlist.led_chains() {
            built.chains.push(Chain { gpio: chain.gpio, leds: chain.leds(), order: ColorOrder::Grb });
        }
        for part in &diagram.parts {
            let pin = |name: &str| PinRef::new(&part.id, name);
            match part.kind {
                PartKind::Pushbutton => {
                    let (one, other) = (joined(&pin("1.l")), joined(&pin("2.l")));
                    built.buttons.extend(button(&part.id, &one, &other)?);
                }
                PartKind::LogicAnalyzer => {
                    for name in part.kind.pins().iter().filter(|name| name.starts_with('D')) {
                        if let Some(gpio) = joined(&pin(name)).gpios.first() {
                            let (part, pin) = (part.id.clone(), (*name).to_owned());
                            built.probes.push(Probe { part, pin, gpio: *gpio });
                        }
                    }
                }
                _ => {}
            }
        }
        for name in board.kind.pins() {
            let Some(gpio) = board.kind.gpio(name) else { continue };
            let net = joined(&PinRef::new(&board.id, *name));
            if net.ground && net.supply {
                return Err(BoardError::ShortCircuit(gpio));
            }
            if net.ground || net.supply {
                built.ties.push((gpio, net.supply));
            }
            built.wires.extend(net.gpios.iter().filter(|other| **other > gpio).map(|other| (gpio, *other)));
        }
        Ok(built)
    }
}

/// The button's effect on each GPIO of its one side; none if it is not wired at all.
fn button(id: &str, one: &Joined, other: &Joined) -> Result<Vec<Button>, BoardError> {
    let effect = |gpios: &[u8], rail: &Joined| -> Vec<Button> {
        if !(rail.ground || rail.supply) {
            return Vec::new();
        }
        // The GPIOs of one net follow each other.
        gpios.first().map(|gpio| Button { id: id.to_owned(), gpio: *gpio, level: !rail.ground }).into_iter().collect()
    };
    let mut buttons = effect(&one.gpios, other);
    buttons.extend(effect(&other.gpios, one));
    if buttons.is_empty() && !(one.gpios.is_empty() && other.gpios.is_empty()) {
        return Err(BoardError::Button(id.to_owned()));
    }
    Ok(buttons)
}
