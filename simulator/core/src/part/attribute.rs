//! What a drawing says of a part beside its wires.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// What an attribute can be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum AttributeKind {
    /// Any text.
    Text,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number of things.
    Count {
        /// How many without the attribute.
        default: u16,
        /// The most; the least is 1.
        most: u16,
    },
}

/// An attribute that a kind of part has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Attribute {
    /// Wokwi's name: `pixels`.
    pub name: &'static str,
    /// What it can be.
    pub kind: AttributeKind,
}

/// A value that an attribute cannot have.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{value:?} is no value for {attribute:?}, which is {allowed}")]
pub struct AttributeProblem {
    /// The attribute's name.
    pub attribute: &'static str,
    /// What it was given.
    pub value: String,
    /// What it can be: `a whole number from 1 to 1024`.
    pub allowed: String,
}

impl Attribute {
    /// One that can be any text.
    pub const fn text(name: &'static str) -> Self {
        Self { name, kind: AttributeKind::Text }
    }

    /// A number of things.
    pub const fn count(name: &'static str, default: u16, most: u16) -> Self {
        Self { name, kind: AttributeKind::Count { default, most } }
    }

    /// Checks a value.
    ///
    /// # Errors
    /// [`AttributeProblem`] says what it can be.
    pub fn check(&self, value: &str) -> Result<(), AttributeProblem> {
        let (is_allowed, allowed) = match self.kind {
            AttributeKind::Text => return Ok(()),
            AttributeKind::OneOf(words) => (words.contains(&value), format!("one of {}", words.join(", "))),
            AttributeKind::Count { most, .. } => {
                (number(value, 1..=most).is_some(), format!("a whole number from 1 to {most}"))
            }
        };
        if is_allowed {
            return Ok(());
        }
        Err(AttributeProblem { attribute: self.name, value: value.to_owned(), allowed })
    }
}

fn number(text: &str, range: RangeInclusive<u16>) -> Option<u16> {
    text.parse().ok().filter(|number| range.contains(number))
}

/// The attributes of one part in a drawing.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
    known: &'static [Attribute],
    given: &'a BTreeMap<String, String>,
}

impl<'a> Attributes<'a> {
    /// What a drawing gives to a part that knows these.
    pub fn new(known: &'static [Attribute], given: &'a BTreeMap<String, String>) -> Self {
        Self { known, given }
    }

    /// The text of an attribute, as it stands in the drawing; none if it does not.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.given.get(name).map(|text| text.trim())
    }

    /// A number of things; the attribute's default unless there is one that it can have.
    ///
    /// # Panics
    /// If the part's type has no attribute with this name that is a number of things.
    pub fn count(&self, name: &str) -> usize {
        let known = self.known.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.kind);
        let Some(AttributeKind::Count { default, most }) = known else {
            panic!("no number of things is called {name}")
        };
        self.given.get(name).and_then(|text| number(text, 1..=most)).unwrap_or(default).into()
    }
}
