//! Whether a value meets a condition, and if not, why.

use std::cmp::Ordering;

use super::{Check, Condition, JsonType};
use crate::json::{Json, Number};

/// What is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What was expected, in words.
    pub expected: String,
    /// What there is instead.
    pub actual: String,
}

impl Condition {
    /// The first check that the value, if there is one, does not meet.
    ///
    /// # Errors
    /// That check.
    pub fn hold(&self, value: Option<&Json>) -> Result<(), Mismatch> {
        self.0.iter().try_for_each(|check| check.hold(value))
    }
}

impl Condition {
    /// The same of a text that may stand for a number: each check takes it for what it asks about.
    ///
    /// # Errors
    /// The first check that does not hold.
    pub fn hold_text(&self, text: Option<&str>) -> Result<(), Mismatch> {
        self.0.iter().try_for_each(|check| check.hold_text(text))
    }
}

impl Check {
    fn hold_text(&self, text: Option<&str>) -> Result<(), Mismatch> {
        match (self, text) {
            (Self::Not(condition), Some(text)) => condition
                .hold_text(Some(text))
                .err()
                .map(drop)
                .ok_or_else(|| Mismatch { expected: self.to_string(), actual: text.to_owned() }),
            (check, text) => check.hold(text.map(|text| check.view(text)).as_ref()),
        }
    }

    /// What a text is to this check.
    fn view(&self, text: &str) -> Json {
        let as_text = || Json::Text(text.to_owned());
        let parsed = || Json::parse(text.trim().as_bytes()).ok();
        let number = || Number::decimal_of(text).map(Json::Number);
        let like = |expected: &Json| match expected {
            Json::Text(_) => None,
            Json::Number(_) => number(),
            _ => parsed(),
        };
        let found = match self {
            Self::Above(_) | Self::AtLeast(_) | Self::Below(_) | Self::AtMost(_) => number(),
            Self::Between(..) | Self::Near(..) => number(),
            Self::Equals(expected) => like(expected),
            Self::OneOf(values) => values.iter().find_map(|value| like(value).filter(|it| it.contains(value))),
            Self::Type(_) | Self::All(_) | Self::Any(_) => number().or_else(parsed),
            Self::Not(_) | Self::Length(_) | Self::Present(_) | Self::Contains(_) => None,
            Self::StartsWith(_) | Self::EndsWith(_) | Self::Matches(_) | Self::DateTime(_) => None,
        };
        found.unwrap_or_else(as_text)
    }

    fn hold(&self, value: Option<&Json>) -> Result<(), Mismatch> {
        let actual = |why: Option<String>| {
            let shown = value.map_or_else(|| "nothing is there".to_owned(), ToString::to_string);
            let actual = why.map_or_else(|| shown.clone(), |why| format!("{shown} ({why})"));
            Mismatch { expected: self.to_string(), actual }
        };
        match (self, value) {
            (Self::Present(wanted), value) => {
                if *wanted == value.is_some() {
                    Ok(())
                } else {
                    Err(actual(None))
                }
            }
            (Self::Not(condition), value) => condition.hold(value).err().map(drop).ok_or_else(|| actual(None)),
            (_, None) => Err(actual(None)),
            (check, Some(value)) => match check.holds(value) {
                Ok(true) => Ok(()),
                Ok(false) => Err(actual(None)),
                Err(why) => Err(actual(Some(why))),
            },
        }
    }

    /// An error where the value is of a type that cannot meet it.
    fn holds(&self, value: &Json) -> Result<bool, String> {
        let order = |expected: &Number| number(value).map(|number| number.compare(expected));
        let items = || match value {
            Json::Array(items) => Ok(items),
            other => Err(format!("{} and no array", kind(other))),
        };
        Ok(match self {
            Self::Equals(expected) => {
                let holds = value.contains(expected);
                return if holds { Ok(true) } else { only_by_type(value, expected).map_or(Ok(false), Err) };
            }
            Self::Above(limit) => order(limit)? == Ordering::Greater,
            Self::AtLeast(limit) => order(limit)? != Ordering::Less,
            Self::Below(limit) => order(limit)? == Ordering::Less,
            Self::AtMost(limit) => order(limit)? != Ordering::Greater,
            Self::Between(low, high) => order(low)? != Ordering::Less && order(high)? != Ordering::Greater,
            Self::Near(expected, tolerance) => tolerance.admits(expected, number(value)?),
            Self::Type(wanted) => {
                return if wanted.is_of(value) { Ok(true) } else { Err(kind(value).to_owned()) };
            }
            Self::Length(condition) => {
                let length = Json::Number(Number::from(length(value)?));
                return condition.hold(Some(&length)).map(|()| true).map_err(|_| format!("its length is {length}"));
            }
            Self::Contains(part) => match (value, part) {
                (Json::Text(text), Json::Text(part)) => text.contains(part.as_str()),
                (Json::Array(items), part) => items.iter().any(|item| item.contains(part)),
                (Json::Object(_), Json::Text(key)) => value.member(key).is_some(),
                (other, _) => return Err(kind(other).to_owned()),
            },
            Self::OneOf(values) => values.iter().any(|expected| value == expected),
            Self::StartsWith(start) => text(value)?.starts_with(start.as_str()),
            Self::EndsWith(end) => text(value)?.ends_with(end.as_str()),
            Self::Matches(regex) => match value {
                Json::Text(text) => regex.is_match(text),
                other => regex.is_match(&other.to_string()),
            },
            Self::DateTime(wanted) => is_date_time(text(value)?) == *wanted,
            Self::All(condition) => {
                for (index, item) in items()?.iter().enumerate() {
                    condition.hold(Some(item)).map_err(|wrong| format!("item {index} is {}", wrong.actual))?;
                }
                true
            }
            Self::Any(condition) => items()?.iter().any(|item| condition.hold(Some(item)).is_ok()),
            Self::Present(_) | Self::Not(_) => true,
        })
    }
}

/// Whether a text is a date and time of RFC 3339, as the condition `date-time` has it.
pub fn is_date_time(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

fn kind(value: &Json) -> &'static str {
    match JsonType::of(value) {
        JsonType::Array => "an array",
        JsonType::Object => "an object",
        JsonType::String => "a string",
        JsonType::Number | JsonType::Integer => "a number",
        JsonType::Boolean => "a boolean",
        JsonType::Null => "null",
    }
}

fn number(value: &Json) -> Result<&Number, String> {
    match value {
        Json::Number(number) => Ok(number),
        other => Err(format!("{} and no number", kind(other))),
    }
}

fn text(value: &Json) -> Result<&str, String> {
    match value {
        Json::Text(text) => Ok(text),
        other => Err(format!("{} and no string", kind(other))),
    }
}

fn length(value: &Json) -> Result<usize, String> {
    match value {
        Json::Text(text) => Ok(text.chars().count()),
        Json::Array(items) => Ok(items.len()),
        Json::Object(members) => Ok(members.len()),
        other => Err(format!("{} has no length", kind(other))),
    }
}

/// Two values that read the same and are of different types.
fn only_by_type(actual: &Json, expected: &Json) -> Option<String> {
    let plain = |value: &Json| match value {
        Json::Text(text) => text.clone(),
        other => other.to_string(),
    };
    let differs = JsonType::of(actual) != JsonType::of(expected) && plain(actual) == plain(expected);
    differs.then(|| format!("it is {}, not {}", kind(actual), kind(expected)))
}
