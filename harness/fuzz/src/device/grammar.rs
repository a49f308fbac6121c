//! The keys of a payload grammar.

use std::time::Duration;

use super::template::is_name;
use crate::grammar::{Grammar, Kind, Number};
use hil_scenario::decode::{Cx, Map, Shape, integer, list, plain_text, spanned_text};
use hil_scenario::error::Code;
use hil_scenario::yaml::{Node, NodeKind};

/// A payload grammar.
pub(super) const GRAMMAR: Shape = Shape {
    name: "a payload grammar",
    example: "enum",
    keys: &["literal", "enum", "number", "text", "sequence", "choice", "json", "array", "part", "as", "unknown-keys"],
};

/// `number: {..}`
pub(super) const NUMBER: Shape = Shape { name: "number", example: "max", keys: &["min", "max", "digits", "step"] };

/// `text: {..}`
pub(super) const TEXT: Shape = Shape { name: "text", example: "max", keys: &["min", "max"] };

/// Grammars in grammars.
pub(super) const MAX_DEPTH: usize = 16;
/// Longest text, in bytes.
pub(super) const LONGEST_TEXT: usize = 4096;

/// The named parts, with their places.
pub(super) type Parts<'n> = &'n [(Node, Node)];

/// A payload grammar.
pub(super) fn grammar(cx: &mut Cx<'_>, node: &Node, parts: Parts<'_>) -> Option<Grammar> {
    at_depth(cx, node, parts, 0)
}

fn at_depth(cx: &mut Cx<'_>, node: &Node, parts: Parts<'_>, depth: usize) -> Option<Grammar> {
    if depth > MAX_DEPTH {
        cx.error(Code::Limit, node.span, "grammars are nested too deeply", "does a part hold itself?");
        return None;
    }
    if matches!(node.kind, NodeKind::Scalar { .. }) {
        return Some(Grammar { kind: Kind::Literal(spanned_text(cx, node)?.value), sets: None });
    }
    if ["json", "array"].iter().any(|key| node.get(key).is_some()) {
        return Some(Grammar { kind: Kind::Json(super::json::payload(cx, node, parts, depth)?), sets: None });
    }
    let mut map = Map::new(cx, node, &GRAMMAR)?;
    map.only_with(&["unknown-keys"], "json");
    let form = map.one_of(&["literal", "enum", "number", "text", "sequence", "choice", "json", "array", "part"], true);
    let sets = match map.has("as") {
        true => Some(map.optional("as", name)?),
        false => None,
    };
    let several = |cx: &mut Cx<'_>, node: &Node| items(cx, node, |cx, node| at_depth(cx, node, parts, depth + 1));
    let kind =
        match form? {
            "literal" => Kind::Literal(map.optional("literal", spanned_text)?.value),
            "enum" => Kind::Enum(map.optional("enum", |cx, node| {
                items(cx, node, |cx, node| spanned_text(cx, node).map(|text| text.value))
            })?),
            "number" => Kind::Number(map.optional("number", number)?),
            "text" => map.optional("text", text)?,
            "sequence" => Kind::Sequence(map.optional("sequence", several)?),
            "choice" => Kind::Choice(map.optional("choice", several)?),
            _ => {
                let part = map.optional("part", |cx, node| {
                    let found = part(cx, node, parts)?;
                    at_depth(cx, found, parts, depth + 1)
                })?;
                let sets = sets.or(part.sets);
                return Some(Grammar { kind: part.kind, sets });
            }
        };
    Some(Grammar { kind, sets })
}

/// The part with this name.
pub(super) fn part<'n>(cx: &mut Cx<'_>, node: &Node, parts: Parts<'n>) -> Option<&'n Node> {
    let name = plain_text(cx, node)?;
    let found = parts.iter().find(|(key, _)| key.as_text() == Some(name.as_str()));
    if found.is_none() {
        let names = list(parts.iter().filter_map(|(key, _)| key.as_text()));
        let title = format!("there is no part `{}`", name.escape_debug());
        cx.error_with_help(Code::BadValue, node.span, title, "", format!("the parts are {names}"));
    }
    found.map(|(_, part)| part)
}

/// A list that is not empty; wrong items are left out.
pub(super) fn items<T>(
    cx: &mut Cx<'_>,
    node: &Node,
    mut decode: impl FnMut(&mut Cx<'_>, &Node) -> Option<T>,
) -> Option<Vec<T>> {
    let NodeKind::Sequence(items) = &node.kind else {
        cx.wrong_type(node, "a list");
        return None;
    };
    if items.is_empty() {
        cx.error(Code::EmptyList, node.span, "the list is empty", "at least one item is expected");
        return None;
    }
    Some(items.iter().filter_map(|item| decode(cx, item)).collect())
}

/// The name of a variable.
pub(super) fn name(cx: &mut Cx<'_>, node: &Node) -> Option<String> {
    let name = spanned_text(cx, node)?.value;
    if is_name(&name) {
        return Some(name);
    }
    let title = format!("`{}` cannot be the name of a variable", name.escape_debug());
    cx.error(Code::BadValue, node.span, title, "letters, digits, `_` and `-` are expected");
    None
}

fn number(cx: &mut Cx<'_>, node: &Node) -> Option<Number> {
    let mut map = Map::new(cx, node, &NUMBER)?;
    let min = map.optional("min", whole).unwrap_or(0);
    let max = map.required("max", whole)?;
    let digits = map.optional("digits", |cx, node| integer(cx, node, 1..=18_usize));
    let step = map.optional("step", |cx, node| integer(cx, node, 1..=1_000_000_000_u32)).map_or(1, i64::from);
    let widest = min.abs().max(max.abs()).to_string().len();
    let digits = digits.unwrap_or(widest);
    if min > max || digits < widest {
        let (title, label) = match min > max {
            true => ("`min` is above `max`", "no number is in this range"),
            false => ("`digits` is too small", "the largest number does not fit"),
        };
        cx.error(Code::BadValue, node.span, title, label);
        return None;
    }
    Some(Number { min, max, digits, step })
}

/// A whole number with a sign.
fn whole(cx: &mut Cx<'_>, node: &Node) -> Option<i64> {
    const LIMIT: i64 = 1_000_000_000_000_000;
    let text = plain_text(cx, node)?;
    let value = text.parse().ok().filter(|value: &i64| value.abs() <= LIMIT);
    if value.is_none() {
        cx.wrong_type(node, "a whole number of at most 15 digits");
    }
    value
}

fn text(cx: &mut Cx<'_>, node: &Node) -> Option<Kind> {
    let mut map = Map::new(cx, node, &TEXT)?;
    let min = map.optional("min", |cx, node| integer(cx, node, 0..=LONGEST_TEXT)).unwrap_or(1);
    let max = map.required("max", |cx, node| integer(cx, node, 1..=LONGEST_TEXT))?;
    if min > max {
        cx.error(Code::BadValue, node.span, "`min` is above `max`", "no text is that long");
        return None;
    }
    Some(Kind::Text { min, max })
}

/// A duration that is not 0.
pub(super) fn positive(cx: &mut Cx<'_>, node: &Node) -> Option<Duration> {
    let limit = hil_scenario::decode::duration(cx, node)?;
    if limit.is_zero() {
        cx.error(Code::BadDuration, node.span, "a time of 0", "expected more than 0");
        return None;
    }
    Some(limit)
}
