//! What clients name of a diagram: pins, LEDs, the serial console.

use simulator::board::diagram::{Diagram, DiagramError, PinRef};
use simulator::board::ws2812;
use simulator::machine::{Board, Machine};
use simulator::soc::SerialPort;

use super::limits::{DIAGRAM_BYTES, LEDS, PARTS, WIRES};
use super::note::tame;
use super::protocol::{ApiError, Code};
use hil_model::observation::Rgb;
use hil_targets::picture::Layout;

/// The file in which clients upload it.
pub(super) const DIAGRAM: &str = "diagram.json";

/// What a pin is wired to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wire {
    Gpio(u8),
    /// Ground (`false`) or a supply.
    Rail(bool),
}

/// The serial console.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Console {
    /// Where its output comes from.
    pub(super) output: Option<SerialPort>,
    /// Where its input goes.
    pub(super) input: Option<SerialPort>,
}

/// A diagram, as a client sees it.
pub(super) struct Parts {
    pub(super) diagram: Diagram,
    pub(super) board: Board,
    pub(super) console: Console,
    /// What the diagram's author should know.
    pub(super) hints: Vec<String>,
}

impl Parts {
    /// Reads `diagram.json`.
    pub(super) fn read(text: &str) -> Result<Self, ApiError> {
        if text.len() > DIAGRAM_BYTES {
            let message = format!("{DIAGRAM}: {} bytes; it may have {DIAGRAM_BYTES}", text.len());
            return Err(ApiError::new(Code::TooLarge, message));
        }
        let diagram = Diagram::parse(DIAGRAM, text).map_err(|error| wrong_diagram(&error))?;
        let leds: usize = diagram.parts.iter().filter_map(|part| part.kind.leds()).sum();
        let (parts, wires) = (diagram.parts.len(), diagram.connections.len());
        if parts > PARTS || wires > WIRES || leds > LEDS {
            let message = format!(
                "{DIAGRAM}: {parts} parts, {wires} wires and {leds} LEDs; it may have {PARTS} parts, {WIRES} wires and {LEDS} LEDs"
            );
            return Err(ApiError::new(Code::TooLarge, message));
        }
        let board = Board::from_diagram(&diagram)
            .map_err(|error| ApiError::new(Code::BadRequest, with_help(&format!("{DIAGRAM}: {error}"), &error)))?;
        let mut hints = Vec::new();
        let console = console(&diagram, &mut hints);
        Ok(Self { diagram, board, console, hints })
    }

    /// What a pin is wired to.
    pub(super) fn wire(&self, part: &str, pin: &str) -> Result<Wire, ApiError> {
        let found = self.diagram.part(part).ok_or_else(|| self.no_part(part))?;
        // `GPIO8` is what `gpio:list` calls it.
        let pins = found.kind.pins();
        let is_board = found.kind.is_board();
        let number = pin.strip_prefix("GPIO").filter(|_| is_board);
        let by_number = number.and_then(|number| {
            let gpio = number.parse::<u8>().ok()?;
            pins.iter().find(|pin| found.kind.gpio(pin) == Some(gpio))
        });
        let Some(pin) = pins.iter().find(|known| **known == pin).or(by_number) else {
            let message = format!("part {} has no pin {}; its pins: {}", tame(part), tame(pin), pins.join(", "));
            return Err(ApiError::new(Code::NotFound, message));
        };
        let board = self.diagram.board();
        let netlist = self.diagram.netlist();
        let this = PinRef::new(part, *pin);
        let mut joined = netlist.joined_with(&this);
        joined.push(&this);
        let on_board = || joined.iter().filter(|pin| pin.part == board.id);
        if let Some(gpio) = on_board().filter_map(|pin| board.kind.gpio(&pin.pin)).min() {
            return Ok(Wire::Gpio(gpio));
        }
        let rail = |pin: &&&PinRef| ["GND", "3V3", "5V"].iter().any(|rail| pin.pin.starts_with(rail));
        match on_board().find(rail) {
            Some(pin) => Ok(Wire::Rail(!pin.pin.starts_with("GND"))),
            None => {
                let message = format!("pin {} of part {} is not wired to a GPIO of the board", pin, tame(part));
                Err(ApiError::new(Code::BadRequest, message))
            }
        }
    }

    /// The GPIOs, as `esp:GPIO8`.
    pub(super) fn gpios(&self) -> Vec<String> {
        let board = self.diagram.board();
        let mut gpios: Vec<u8> = board.kind.pins().iter().filter_map(|pin| board.kind.gpio(pin)).collect();
        gpios.sort_unstable();
        gpios.into_iter().map(|gpio| format!("{}:GPIO{gpio}", board.id)).collect()
    }

    /// The picture of an LED part, as a PNG: 8 x 8 pixels for each LED.
    pub(super) fn picture(&self, machine: &Machine, id: &str) -> Result<Vec<u8>, ApiError> {
        let chains = self.diagram.netlist().led_chains();
        let place = chains.iter().enumerate().find_map(|(index, chain)| {
            let part = chain.parts.iter().find(|part| part.id == id)?;
            Some((index, part.first_led, part.leds))
        });
        let part = self.diagram.part(id);
        let Some((chain, first, leds)) = place else {
            let Some(leds) = part.and_then(|part| part.kind.leds()) else {
                return Err(self.no_picture(id));
            };
            // Nothing drives it: it is dark.
            let dark = vec![Rgb::default(); leds];
            let layout = part.and_then(Layout::of_part).unwrap_or(Layout::row(leds));
            return Ok(layout.draw(&dark).to_png());
        };
        let shown = machine.shown(chain).get(first..first + leds).unwrap_or_default();
        let colors: Vec<Rgb> =
            shown.iter().map(|ws2812::Rgb { red, green, blue }| Rgb { r: *red, g: *green, b: *blue }).collect();
        // The LED on the board is no part of its own.
        Ok(part.and_then(Layout::of_part).unwrap_or(Layout::row(leds)).draw(&colors).to_png())
    }

    /// There is no such part; those that there are.
    pub(super) fn no_part(&self, id: &str) -> ApiError {
        let ids: Vec<_> = self.diagram.parts.iter().map(|part| tame(&part.id)).collect();
        let message = format!("part {} is not in the diagram; there is {}", tame(id), ids.join(", "));
        ApiError::new(Code::NotFound, message)
    }

    fn no_picture(&self, id: &str) -> ApiError {
        if self.diagram.part(id).is_none() {
            return self.no_part(id);
        }
        let ids: Vec<_> = self.diagram.netlist().leds().iter().map(|part| tame(&part.id)).collect();
        let message = format!("part {} has no picture; {} have one", tame(id), ids.join(", "));
        ApiError::new(
            Code::NotFound,
            if ids.is_empty() { format!("part {} has no picture", tame(id)) } else { message },
        )
    }
}

fn wrong_diagram(error: &DiagramError) -> ApiError {
    let at = error.location().map_or_else(|| DIAGRAM.to_owned(), |at| at.to_string());
    ApiError::new(Code::BadRequest, with_help(&format!("{at}: {error}"), error))
}

/// A message, and what to do about it.
pub(super) fn with_help(message: &str, error: &dyn miette::Diagnostic) -> String {
    match error.help() {
        Some(help) => format!("{message}; {help}"),
        None => message.to_owned(),
    }
}

/// Where the serial console is, by the wires of `$serialMonitor`, or the board's attribute `serialInterface`.
fn console(diagram: &Diagram, hints: &mut Vec<String>) -> Console {
    let board = diagram.board();
    if board.attrs.get("serialInterface").is_some_and(|interface| interface == "USB_SERIAL_JTAG") {
        let port = Some(SerialPort::UsbSerialJtag);
        return Console { output: port, input: port };
    }
    let netlist = diagram.netlist();
    let is_wired = |monitor: &str, gpio: u8| {
        let joined = netlist.joined_with(&PinRef::new(PinRef::SERIAL_MONITOR, monitor));
        let mut on_board = joined.iter().filter(|pin| pin.part == board.id);
        on_board.any(|pin| board.kind.gpio(&pin.pin) == Some(gpio)).then_some(SerialPort::Uart0)
    };
    // The console's names are those of its own side: its RX is the chip's TX.
    let console = Console { output: is_wired("RX", 21), input: is_wired("TX", 20) };
    let id = &board.id;
    if console.output.is_none() {
        hints.push(format!(
            "there will be no serial output: {DIAGRAM} has no wire [\"{id}:TX\", \"$serialMonitor:RX\", \"\", []]"
        ));
    }
    if console.input.is_none() {
        hints.push(format!(
            "the firmware will not see what is typed: {DIAGRAM} has no wire [\"{id}:RX\", \"$serialMonitor:TX\", \"\", []]"
        ));
    }
    console
}
