//! What parts read of their attributes.

use hil_sim_core::part::{Fitting, FittingError};
use std::fmt::Display;

/// A number that an attribute has, or else this one.
pub(crate) fn number(
    fitting: &Fitting<'_>,
    name: &str,
    usual: f64,
    (from, to): (f64, f64),
) -> Result<f64, FittingError> {
    let Some(text) = fitting.attributes.text(name).filter(|text| !text.is_empty()) else { return Ok(usual) };
    let number = text.parse::<f64>().ok().filter(|number| (from..=to).contains(number));
    number.ok_or_else(|| wrong(fitting, name, text, format!("{name} is a number from {from} to {to}")))
}

/// One of these words, by its place among them; the first if there is no such attribute.
pub(crate) fn word(fitting: &Fitting<'_>, name: &str, words: &[&str]) -> Result<usize, FittingError> {
    let Some(text) = fitting.attributes.text(name).filter(|text| !text.is_empty()) else { return Ok(0) };
    let place = words.iter().position(|word| *word == text);
    place.ok_or_else(|| wrong(fitting, name, text, format!("{name} is one of {}", words.join(", "))))
}

fn wrong(fitting: &Fitting<'_>, name: &str, text: &str, help: impl Display) -> FittingError {
    let shown: String = text.chars().take(60).collect();
    let kind = fitting.part_type.name;
    FittingError { problem: format!("{kind} {:?} has the {name} {shown:?}", fitting.id), help: help.to_string() }
}

/// Numbers that look random and are the same for the same seed: SplitMix64, Steele et al. 2014.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Those of a part with this id.
    pub(crate) fn of(id: &str) -> Self {
        // FNV-1a.
        Self(
            id.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)),
        )
    }

    /// The next number, below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ z >> 31) % end.max(1)
    }
}
