//! What a scalar is to Wokwi, whose YAML reader makes numbers, booleans and nulls of what is not quoted (YAML 1.2, core
//! schema).

use crate::yaml::{Node, NodeKind};

/// A number, unquoted.
pub(super) fn number(node: &Node) -> Option<f64> {
    let NodeKind::Scalar { text, quoted: false } = &node.kind else { return None };
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let radix = |prefix: &str, radix| digits.strip_prefix(prefix).and_then(|it| u64::from_str_radix(it, radix).ok());
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Some(number as f64);
    }
    let is_decimal = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && digits.contains(char::is_numeric);
    is_decimal.then(|| text.parse().ok()).flatten()
}

/// `true` or `false`, unquoted.
pub(super) fn boolean(node: &Node) -> Option<bool> {
    match &node.kind {
        NodeKind::Scalar { text, quoted: false } => match text.as_str() {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A text.
pub(super) fn is_string(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Scalar { .. }) && number(node).is_none() && boolean(node).is_none() && !node.is_null()
}

/// A duration as Wokwi reads it: `500ms`, `1.5s`, or `0` in quotes.
pub(super) fn is_duration(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() == text.len() {
        return false;
    }
    let rest = rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let unit = rest.trim_start().to_ascii_lowercase();
    text == "0" || ["ns", "us", "ms", "s"].contains(&unit.as_str())
}
