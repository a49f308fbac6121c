//! Single values.

use std::path::PathBuf;
use std::str::FromStr;

use hil_scenario::decode::{did_you_mean, list};
use hil_scenario::error::Code;
use toml::de::DeValue;

use crate::cx::{Cx, Value, quoted, span};
use crate::settings::Settings;

/// A string that is not empty; `expected` names it: `a path`.
pub(super) fn text(cx: &mut Cx<'_>, value: &Value<'_>, expected: &str) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) if !text.is_empty() => Some(text.as_ref().to_owned()),
        _ => {
            cx.wrong_type(value, expected);
            None
        }
    }
}

/// A string that may be empty.
pub(super) fn any_text(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<String> {
    let DeValue::String(text) = value.get_ref() else {
        cx.wrong_type(value, "a string");
        return None;
    };
    Some(text.as_ref().to_owned())
}

/// A path, relative to the file.
pub(super) fn path(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<PathBuf> {
    text(cx, value, "a path").map(|text| cx.path(&text))
}

/// The same, but for a word that stands for no file.
pub(super) fn path_or_none(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<PathBuf> {
    text(cx, value, "a path").map(|text| if text == Settings::NO_ROM { PathBuf::from(text) } else { cx.path(&text) })
}

/// A string that is read by its type; `help` says how it is written.
pub(super) fn parsed<T: FromStr<Err: std::fmt::Display>>(
    cx: &mut Cx<'_>,
    value: &Value<'_>,
    expected: &str,
    help: &str,
) -> Option<T> {
    let text = text(cx, value, expected)?;
    match text.parse() {
        Ok(parsed) => Some(parsed),
        Err(error) => {
            cx.error(Code::BadValue, span(value), error.to_string(), "", help);
            None
        }
    }
}

/// A whole number within `range`.
pub(super) fn integer(cx: &mut Cx<'_>, value: &Value<'_>, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
    let expected = format!("a whole number from {} to {}", range.start(), range.end());
    let number = match value.get_ref() {
        DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    };
    let number = number.filter(|number| range.contains(number));
    if number.is_none() {
        cx.wrong_type(value, &expected);
    }
    number
}

/// One of `known`; `what` names them: `target`.
pub(super) fn keyword(cx: &mut Cx<'_>, value: &Value<'_>, what: &str, known: &[&str]) -> Option<String> {
    let text = text(cx, value, &format!("the name of a {what}"))?;
    if known.contains(&text.as_str()) {
        return Some(text);
    }
    let guess = did_you_mean(&text, known.iter().copied()).unwrap_or_default();
    let help = match known {
        [] => format!("this build of hil knows no {what} by name"),
        known => format!("this build of hil knows {}", list(known.iter().copied())),
    };
    cx.error(Code::BadValue, span(value), format!("unknown {what} {}", quoted(&text)), guess, help);
    None
}

/// A string or an array of strings, at least one.
pub(super) fn texts(cx: &mut Cx<'_>, value: &Value<'_>, expected: &str) -> Option<Vec<String>> {
    match value.get_ref() {
        DeValue::Array(items) if !items.is_empty() => {
            let texts: Vec<Option<String>> = items.iter().map(|item| text(cx, item, "a string")).collect();
            texts.into_iter().collect()
        }
        DeValue::String(text) if !text.is_empty() => Some(vec![text.as_ref().to_owned()]),
        _ => {
            cx.wrong_type(value, expected);
            None
        }
    }
}
