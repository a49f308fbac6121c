//! Numbers.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::Cx;
use crate::error::Code;
use crate::yaml::Node;

/// A whole number within `range`; the lower end for one that is known only later.
pub fn integer<T>(cx: &mut Cx<'_>, node: &Node, range: RangeInclusive<T>) -> Option<T>
where
    T: FromStr + PartialOrd + Copy + fmt::Display,
{
    let (min, max) = (*range.start(), *range.end());
    let unbounded = [u64::MAX, u64::from(u32::MAX)].iter().any(|limit| limit.to_string() == max.to_string());
    let expected = match unbounded {
        true => format!("a whole number, at least {min}"),
        false => format!("a whole number from {min} to {max}"),
    };
    let text = cx.text(node, &expected)?;
    if !text.known {
        return Some(min);
    }
    let digits = text.value.trim();
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let is_negative = digits.strip_prefix('-').is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()));
    match digits.parse::<T>() {
        Ok(value) if (is_number || is_negative) && range.contains(&value) => Some(value),
        _ if is_number || is_negative => {
            cx.error(Code::BadValue, node.span, format!("{digits} is out of range"), format!("expected {expected}"));
            None
        }
        _ => {
            cx.wrong_text(&text, &expected);
            None
        }
    }
}

/// A finite number; 0 for one that is known only later.
pub fn number(cx: &mut Cx<'_>, node: &Node) -> Option<f64> {
    let text = cx.text(node, "a number")?;
    if !text.known {
        return Some(0.0);
    }
    let value = text.value.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    if value.is_none() {
        cx.wrong_text(&text, "a number");
    }
    value
}
