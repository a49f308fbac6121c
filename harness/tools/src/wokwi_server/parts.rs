//! What clients name of a diagram: pins, LEDs, the serial console.

use hil_targets::picture::Image;
use simulator::board::diagram::{Diagram, DiagramError, Part, PinRef};
use simulator::circuit::Rail;
use simulator::machine::{Board, Machine};
use simulator::soc::SerialPort;

use super::limits::{DIAGRAM_BYTES, LEDS, PARTS, WIRES};
use super::note::tame;
use super::protocol::{ApiError, Code};

/// The file in which clients upload it.
pub(super) const DIAGRAM: &str = "diagram.json";

/// What a pin is wired to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wire {
    Gpio(u8),
    Rail(Rail),
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
        let leds: usize = diagram.parts.iter().filter_map(Part::lights).sum();
        let (parts, wires) = (diagram.parts.len(), diagram.connections.len());
        if parts > PARTS || wires > WIRES || leds > LEDS {
            let message = format!(
                "{DIAGRAM}: {parts} parts, {wires} wires and {leds} LEDs; it may have {PARTS} parts, {WIRES} wires and {LEDS} LEDs"
            );
            return Err(ApiError::new(Code::TooLarge, message));
        }
        let board = diagram
            .build()
            .map_err(|error| ApiError::new(Code::BadRequest, with_help(&format!("{DIAGRAM}: {error}"), &error)))?;
        let mut hints: Vec<String> = diagram.remark().into_iter().collect();
        let console = console(&diagram, &mut hints);
        Ok(Self { diagram, board, console, hints })
    }

    /// What a pin is wired to.
    pub(super) fn wire(&self, part: &str, pin: &str) -> Result<Wire, ApiError> {
        let found = self.diagram.part(part).ok_or_else(|| self.no_part(part))?;
        // `GPIO8` is what `gpio:list` calls it.
        let Some(pin) = found.kind.find_pin(pin) else {
            let pins = found.kind.pins();
            let message = format!("part {} has no pin {}; its pins: {}", tame(part), tame(pin), pins.join(", "));
            return Err(ApiError::new(Code::NotFound, message));
        };
        let net = self.diagram.netlist().net(&PinRef::new(part, pin));
        net.gpio().map(Wire::Gpio).or_else(|| net.rail().map(Wire::Rail)).ok_or_else(|| {
            let message = format!("pin {} of part {} is not wired to a GPIO of the board", pin, tame(part));
            ApiError::new(Code::BadRequest, message)
        })
    }

    /// The GPIOs, as `esp:GPIO8`.
    pub(super) fn gpios(&self) -> Vec<String> {
        let board = self.diagram.board();
        let mut gpios: Vec<u8> = self.diagram.board_type().gpios().map(|(_, gpio)| gpio).collect();
        gpios.sort_unstable();
        gpios.dedup();
        gpios.into_iter().map(|gpio| format!("{}:GPIO{gpio}", board.id)).collect()
    }

    /// The picture of what a part shows, as a PNG.
    pub(super) fn picture(&self, machine: &Machine, id: &str) -> Result<Vec<u8>, ApiError> {
        machine.picture(id).map(|picture| Image::from(picture).to_png()).ok_or_else(|| self.no_picture(machine, id))
    }

    /// There is no such part; those that there are.
    pub(super) fn no_part(&self, id: &str) -> ApiError {
        let ids: Vec<_> = self.diagram.parts.iter().map(|part| tame(&part.id)).collect();
        let message = format!("part {} is not in the diagram; there is {}", tame(id), ids.join(", "));
        ApiError::new(Code::NotFound, message)
    }

    fn no_picture(&self, machine: &Machine, id: &str) -> ApiError {
        if self.diagram.part(id).is_none() {
            return self.no_part(id);
        }
        let with_picture = machine.parts().filter(|(_, part)| part.picture(&part.shows()).is_some());
        let ids: Vec<_> = with_picture.map(|(id, _)| tame(id)).collect();
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
    let interface = board.attrs.get("serialInterface");
    if interface.map_or(diagram.board_type().has_usb_console, |interface| interface == "USB_SERIAL_JTAG") {
        let port = Some(SerialPort::UsbSerialJtag);
        return Console { output: port, input: port };
    }
    let netlist = diagram.netlist();
    let is_wired = |monitor: &str, gpio: u8| {
        let net = netlist.net(&PinRef::new(PinRef::SERIAL_MONITOR, monitor));
        net.gpios.contains(&gpio).then_some(SerialPort::Uart0)
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
