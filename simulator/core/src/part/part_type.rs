//! [`PartType`]: what all parts of one kind have in common.

use super::attribute::{Attribute, Attributes};
use super::behaviour::Part;
use super::control::Control;
use super::fitting::{Fitting, FittingError};
use crate::time::Span;
use std::hash::{Hash, Hasher};

/// A pin of a part: its index in [`PartType::pins`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pin(pub u8);

/// When a part is told of edges at a pin.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Hears {
    /// Not at all. The part can still look at its level.
    #[default]
    Nothing,
    /// At the moment of the edge; it can drive back.
    AtOnce,
    /// Later, many at a time.
    InBatches,
}

/// A pin as the part's catalogue has it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PinType {
    /// Its name in Wokwi's catalogue.
    pub name: &'static str,
    /// When the part is told of its edges.
    pub hears: Hears,
    /// Whether the part ever drives it.
    pub drives: bool,
}

impl PinType {
    /// A pin that the part neither hears nor drives: a supply, or an end of a switch.
    pub const fn passive(name: &'static str) -> Self {
        Self { name, hears: Hears::Nothing, drives: false }
    }

    /// A pin whose edges the part is told of.
    pub const fn hearing(name: &'static str, hears: Hears) -> Self {
        Self { name, hears, drives: false }
    }

    /// A pin that the part drives.
    pub const fn driving(name: &'static str) -> Self {
        Self { name, hears: Hears::Nothing, drives: true }
    }

    /// A pin that the part hears at once and drives, as SDA of an I2C bus.
    pub const fn both(name: &'static str) -> Self {
        Self { name, hears: Hears::AtOnce, drives: true }
    }
}

/// A part made of lights that take data at one pin and pass on at another what is not for them.
#[derive(Clone, Copy, Debug)]
pub struct Lights {
    /// Data input.
    pub input: &'static str,
    /// Data output.
    pub output: &'static str,
    /// How many lights there are, by the part's attributes.
    pub count: fn(&Attributes<'_>) -> usize,
}

/// A kind of part.
#[derive(Clone, Copy, Debug)]
pub struct PartType {
    /// Wokwi's name, the `type` in a drawing: `wokwi-neopixel`.
    pub name: &'static str,
    /// In the order of Wokwi's catalogue; a [`Pin`] is an index into them.
    pub pins: &'static [PinType],
    /// Other names of pins that drawings have, and the pin's own.
    pub aliases: &'static [(&'static str, &'static str)],
    /// Groups of pins that are one and the same inside the part.
    pub joined: &'static [&'static [&'static str]],
    /// Pairs of pins with a switch between them. All are open at first.
    pub switches: &'static [(Pin, Pin)],
    /// What can be set from outside.
    pub controls: &'static [Control],
    /// The attributes that a drawing can give it. If there are none, whatever stands there passes unread.
    pub attributes: &'static [Attribute],
    /// If it passes data on as a chain of lights does.
    pub lights: Option<Lights>,
    /// How long after a change it may tell of it, at most: what is measured over edges is known late.
    pub known_after: Span,
    /// What it does, and what of it is not modelled, in a sentence or two: for docs/parts.md.
    pub about: &'static str,
    /// The data sheet, and the section that says so.
    pub source: &'static str,
    /// Makes a part that is wired in this way; none if, wired so, it could never do anything.
    pub build: Build,
}

/// Makes a part from how it is wired; none if, wired so, it could never do anything.
pub type Build = fn(&Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError>;

impl PartType {
    /// A kind of part without pins or anything else, to be completed with `..`.
    pub const fn new(name: &'static str, build: Build) -> Self {
        Self {
            name,
            pins: &[],
            aliases: &[],
            joined: &[],
            switches: &[],
            controls: &[],
            attributes: &[],
            lights: None,
            known_after: Span::ZERO,
            about: "",
            source: "",
            build,
        }
    }

    /// Whether any pin hears in batches.
    pub fn listens_in_batches(&self) -> bool {
        self.pins.iter().any(|pin| pin.hears == Hears::InBatches)
    }
}

/// Kinds of parts are the same if their names are.
impl PartialEq for PartType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for PartType {}

impl Hash for PartType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}
