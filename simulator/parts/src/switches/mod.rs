//! What people press, slide and turn: contacts that close between two pins, and the encoder that makes a pattern of them.

mod contacts;
mod encoder;

pub use contacts::{Contacts, PUSHBUTTON};

use hil_sim_core::part::PartType;

pub(crate) const PARTS: &[&PartType] = &[
    &contacts::PUSHBUTTON,
    &contacts::PUSHBUTTON_6MM,
    &contacts::SLIDE_SWITCH,
    &contacts::DIP_SWITCH,
    &contacts::KEYPAD,
    &encoder::KY_040,
];
