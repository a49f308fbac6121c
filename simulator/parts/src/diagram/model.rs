//! The drawing as data. Its names are those of the file format.

use std::collections::BTreeMap;
use std::fmt;

use super::Netlist;
use crate::{BoardType, Kind};
use hil_sim_core::part::{Attributes, PartType};

/// A `diagram.json` without errors: one board, ids that are unique, wires that end on pins that exist.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Diagram {
    /// In the order of the file.
    pub parts: Vec<Part>,
    /// What is on the board itself. Its ids are that of the board, a dot, and a name: `esp.rgb1`.
    pub onboard: Vec<Part>,
    /// In the order of the file.
    pub connections: Vec<Connection>,
    /// How Wokwi shows the serial console.
    pub serial_monitor: SerialMonitor,
    /// Custom chips that Wokwi fetches: name to source.
    pub dependencies: BTreeMap<String, String>,
}

impl Diagram {
    /// The part with this id.
    pub fn part(&self, id: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.id == id)
    }

    /// The part with this id, or that on the board, to be changed.
    pub fn part_mut(&mut self, id: &str) -> Option<&mut Part> {
        self.parts.iter_mut().chain(&mut self.onboard).find(|part| part.id == id)
    }

    /// All parts, those on the board behind it.
    pub fn all_parts(&self) -> impl Iterator<Item = &Part> {
        let onboard = |part: &Part| if part.kind.board().is_some() { self.onboard.iter() } else { [].iter() };
        self.parts.iter().flat_map(move |part| std::iter::once(part).chain(onboard(part)))
    }

    /// The microcontroller board; there is exactly one.
    pub fn board(&self) -> &Part {
        self.parts.iter().find(|part| part.kind.board().is_some()).expect("reading refuses a diagram without a board")
    }

    /// What the microcontroller board is.
    pub fn board_type(&self) -> &'static BoardType {
        self.board().kind.board().expect("a board")
    }

    /// The parts that are not simulated, in the order of the file: they do nothing.
    pub fn unknown(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.kind == Kind::Unknown)
    }

    /// One line that names all parts that are not simulated; none if there are none.
    pub fn remark(&self) -> Option<String> {
        let named: Vec<String> = self.unknown().map(Part::described).collect();
        let (first, rest) = named.split_at(named.len().min(MOST_NAMED));
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        let is_one = named.len() == 1;
        let (are, do_nothing) = if is_one { ("is", "it does nothing") } else { ("are", "they do nothing") };
        (!named.is_empty()).then(|| format!("{}{more} {are} not simulated: {do_nothing}", first.join(", ")))
    }

    /// Which pins are joined, by wires and inside the parts.
    pub fn netlist(&self) -> Netlist<'_> {
        Netlist::new(self)
    }
}

/// One entry of `parts`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// What it is.
    pub kind: Kind,
    /// Its `type` in the file.
    pub type_name: String,
    /// Of an unknown type: the known one that it is nearly called like.
    pub suggestion: Option<&'static str>,
    /// Unique in the diagram; what a scenario calls `part-id`.
    pub id: String,
    /// All attributes as text, also numbers and booleans.
    pub attrs: BTreeMap<String, String>,
    /// Where it is drawn.
    pub position: Position,
    /// Clockwise, in degrees.
    pub rotate: f64,
    /// Wokwi does not draw it.
    pub hide: bool,
}

/// Parts that are named in one line.
const MOST_NAMED: usize = 20;

impl Part {
    /// `servo1 (wokwi-servoo, did you mean wokwi-servo?)`
    fn described(&self) -> String {
        let Self { id, type_name, suggestion, .. } = self;
        let shown = |text: &str| text.chars().take(60).collect::<String>().escape_debug().to_string();
        let meant = suggestion.map(|name| format!(", did you mean {name}?")).unwrap_or_default();
        format!("{} ({}{meant})", shown(id), shown(type_name))
    }

    /// Its attributes, as its type knows them.
    pub fn attributes(&self) -> Attributes<'_> {
        Attributes::new(self.kind.attributes(), &self.attrs)
    }

    /// How many lights it has in a chain; none if it is not made of such.
    pub fn lights(&self) -> Option<usize> {
        let lights = self.kind.part().and_then(|part: &PartType| part.lights)?;
        Some((lights.count)(&self.attributes()))
    }
}

/// The upper left corner of a part, in Wokwi's pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Position {
    /// Downwards.
    pub top: f64,
    /// To the right.
    pub left: f64,
}

/// One wire.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connection {
    /// One end; a wire has no direction.
    pub from: PinRef,
    /// The other end.
    pub to: PinRef,
    /// As drawn; empty if Wokwi chooses.
    pub color: String,
    /// Wokwi's drawing instructions (`v10`, `h-5`, `*`); empty if the file has none.
    pub path: Vec<String>,
}

/// A pin of a part, written `part:pin`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PinRef {
    /// Id of the part, `$serialMonitor`, or an LED on the board (`esp.rgb1`).
    pub part: String,
    /// The pin's name in Wokwi's catalogue.
    pub pin: String,
}

impl PinRef {
    /// Part id of Wokwi's serial console, which every diagram has. Its pins are `RX` and `TX`.
    pub const SERIAL_MONITOR: &'static str = "$serialMonitor";

    /// The pin `pin` of `part`.
    pub fn new(part: impl Into<String>, pin: impl Into<String>) -> Self {
        Self { part: part.into(), pin: pin.into() }
    }
}

impl fmt::Display for PinRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.part, self.pin)
    }
}

/// The `serialMonitor` entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SerialMonitor {
    /// When and how Wokwi shows the console.
    pub display: Display,
    /// What Wokwi sends at the end of a line typed in.
    pub newline: Newline,
}

/// `serialMonitor.display`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Display {
    /// When there is output.
    #[default]
    Auto,
    /// From the start.
    Always,
    /// Not at all.
    Never,
    /// As curves.
    Plotter,
    /// As a terminal.
    Terminal,
}

/// `serialMonitor.newline`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Newline {
    /// Line feed.
    #[default]
    Lf,
    /// Carriage return.
    Cr,
    /// Both.
    CrLf,
    /// Nothing.
    None,
}
