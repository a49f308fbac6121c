//! Conditions on values: what a member of a JSON payload must be, in one form wherever a value is judged.
//!
//! A condition is a plain value, which must be equal, or a mapping of checks that must all hold:
//! `{ ">=": 5, "<=": 30 }`, `{ near: 20, within: 2% }`, `{ type: array, length: 3, all: { type: number } }`.

mod check;
mod color;
mod decode;
mod groups;
mod hold;
mod near;
mod path;
mod rules;

pub use check::{Check, Condition, JsonType};
pub use color::{ColorProperty, ColorRule, ColorRules};
pub use groups::{Group, TextMatch};
pub use hold::{Mismatch, is_date_time};
pub use near::Tolerance;
pub use path::{JsonPath, PathError};
pub use rules::{Broken, Rule, Rules};

pub(crate) use color::COLOR;
pub(crate) use decode::CONDITION;
