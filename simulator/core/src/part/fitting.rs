//! What a part is made from.

use super::attribute::Attributes;
use super::part_type::{PartType, Pin};
use crate::circuit::Joint;

/// A part of a drawing with what it is wired to.
#[derive(Clone, Debug)]
pub struct Fitting<'a> {
    /// What it is.
    pub part_type: &'static PartType,
    /// Its id.
    pub id: &'a str,
    /// Its attributes.
    pub attributes: Attributes<'a>,
    /// What each of its pins is joined with, in the order of [`PartType::pins`].
    pub joints: &'a [Joint],
    /// Of a part with lights: how many are before it in its chain.
    pub lights_before: usize,
}

impl Fitting<'_> {
    /// What a pin is joined with.
    pub fn joint(&self, pin: Pin) -> Joint {
        self.joints[usize::from(pin.0)]
    }

    /// Whether nothing that could ever change is wired to the part: its pins are open, or on ground and supplies.
    pub fn is_idle(&self) -> bool {
        self.joints.iter().all(|joint| matches!(joint, Joint::Open | Joint::Rail(_)))
    }

    /// How many lights it has.
    pub fn lights(&self) -> usize {
        self.part_type.lights.map_or(0, |lights| (lights.count)(&self.attributes))
    }
}

/// A part that is wired so that it cannot do what it is for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{problem}")]
pub struct FittingError {
    /// What is wrong, behind the part's id.
    pub problem: String,
    /// What to do about it.
    pub help: String,
}
