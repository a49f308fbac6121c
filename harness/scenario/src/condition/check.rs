//! What can be asked of a value.

use std::fmt;

use regex::Regex;

use super::Tolerance;
use crate::json::{Json, Number};

/// Checks that must all hold.
#[derive(Debug, Clone)]
pub struct Condition(pub Vec<Check>);

/// One thing that is asked of a value.
#[derive(Debug, Clone)]
pub enum Check {
    /// `equals`: the same value; objects may have more keys.
    Equals(Json),
    /// `not`: this condition does not hold.
    Not(Condition),
    /// `>`
    Above(Number),
    /// `>=`
    AtLeast(Number),
    /// `<`
    Below(Number),
    /// `<=`
    AtMost(Number),
    /// `between: [5, 30]`: both ends belong to it.
    Between(Number, Number),
    /// `near: 20` with `within: 0.5` or `within: 2%`.
    Near(Number, Tolerance),
    /// `type`
    Type(JsonType),
    /// `length`: of a text in characters, of an array in items, of an object in keys.
    Length(Condition),
    /// `present: true`, or `false`: there is such a value at all.
    Present(bool),
    /// `contains`: a text has this part, an array this item, an object this key.
    Contains(Json),
    /// `one-of`
    OneOf(Vec<Json>),
    /// `starts-with`
    StartsWith(String),
    /// `ends-with`
    EndsWith(String),
    /// `matches`: the expression finds something in the text.
    Matches(Regex),
    /// `date-time: true`: a time of RFC 3339, section 5.6.
    DateTime(bool),
    /// `all`: every item of the array meets this.
    All(Condition),
    /// `any`: some item of the array meets this.
    Any(Condition),
}

/// The type of a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    /// `null`
    Null,
    /// `boolean`
    Boolean,
    /// `number`
    Number,
    /// `integer`: a number without a fraction, such as 21 or 21.0.
    Integer,
    /// `string`
    String,
    /// `array`
    Array,
    /// `object`
    Object,
}

impl JsonType {
    /// All, with their names: those of JSON Schema.
    pub const ALL: [(&'static str, Self); 7] = [
        ("null", Self::Null),
        ("boolean", Self::Boolean),
        ("number", Self::Number),
        ("integer", Self::Integer),
        ("string", Self::String),
        ("array", Self::Array),
        ("object", Self::Object),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, it)| *it == self).map_or("", |(name, _)| name)
    }

    /// Whether a value is of it.
    pub fn is_of(self, value: &Json) -> bool {
        match (self, value) {
            (Self::Integer, Json::Number(number)) => number.is_integer(),
            (kind, value) => kind == Self::of(value),
        }
    }

    /// The type of a value; an integer is a number.
    pub const fn of(value: &Json) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(_) => Self::Boolean,
            Json::Number(_) => Self::Number,
            Json::Text(_) => Self::String,
            Json::Array(_) => Self::Array,
            Json::Object(_) => Self::Object,
        }
    }
}

/// `>= 5 and <= 30`
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, check) in self.0.iter().enumerate() {
            write!(f, "{}{check}", if index > 0 { " and " } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equals(value) => value.fmt(f),
            Self::Not(condition) => write!(f, "not ({condition})"),
            Self::Above(number) => write!(f, "> {number}"),
            Self::AtLeast(number) => write!(f, ">= {number}"),
            Self::Below(number) => write!(f, "< {number}"),
            Self::AtMost(number) => write!(f, "<= {number}"),
            Self::Between(low, high) => write!(f, "between {low} and {high}"),
            Self::Near(number, tolerance) => write!(f, "{number} ± {tolerance}"),
            Self::Type(kind) => write!(f, "of type {}", kind.name()),
            Self::Length(condition) => write!(f, "of length {condition}"),
            Self::Present(true) => f.write_str("there"),
            Self::Present(false) => f.write_str("not there"),
            Self::Contains(value) => write!(f, "something with {value} in it"),
            Self::OneOf(values) => write!(f, "one of {}", Json::Array(values.clone())),
            Self::StartsWith(text) => write!(f, "a text that starts with {text:?}"),
            Self::EndsWith(text) => write!(f, "a text that ends with {text:?}"),
            Self::Matches(regex) => write!(f, "text that matches /{regex}/"),
            Self::DateTime(true) => f.write_str("a date and time of RFC 3339"),
            Self::DateTime(false) => f.write_str("no date and time of RFC 3339"),
            Self::All(condition) => write!(f, "an array whose items are each {condition}"),
            Self::Any(condition) => write!(f, "an array with an item that is {condition}"),
        }
    }
}
