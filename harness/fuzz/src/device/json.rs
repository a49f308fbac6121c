//! The keys of JSON grammars: below `json` and `array`, all is JSON.

use super::grammar::{LONGEST_TEXT, MAX_DEPTH, Parts, items, name, part};
use crate::json::{Decimal, Form, Member, Range, Shape, Unknown};
use hil_scenario::Json;
use hil_scenario::decode::{self, Cx, Map, boolean, compact_json, integer, keyword, plain_text};
use hil_scenario::error::Code;
use hil_scenario::yaml::{Node, NodeKind};

/// A value within JSON.
pub(super) const VALUE: decode::Shape = decode::Shape {
    name: "a JSON value",
    example: "number",
    keys: &[
        "literal",
        "enum",
        "boolean",
        "integer",
        "number",
        "text",
        "array",
        "json",
        "choice",
        "part",
        "as",
        "optional",
        "unknown-keys",
    ],
};

/// `number: {..}` within JSON, and `integer: {..}`.
pub(super) const RANGE: decode::Shape =
    decode::Shape { name: "number", example: "max", keys: &["min", "max", "step", "decimals", "clamp"] };

/// `text: {..}` within JSON.
pub(super) const TEXT: decode::Shape = decode::Shape { name: "text", example: "max", keys: &["min", "max"] };

/// `array: {..}`
pub(super) const ARRAY: decode::Shape =
    decode::Shape { name: "array", example: "items", keys: &["items", "min", "max"] };

/// Most items of an array.
const MOST_ITEMS: usize = 256;
/// What a number is at most: six decimals have room besides.
const LARGEST: i64 = 1_000_000_000_000_000;

/// A payload that is JSON.
pub(super) fn payload(cx: &mut Cx<'_>, node: &Node, parts: Parts<'_>, depth: usize) -> Option<Shape> {
    value(cx, node, parts, depth, false).map(|(shape, _)| shape)
}

/// A part that is used within JSON.
pub(super) fn part_of(cx: &mut Cx<'_>, node: &Node, parts: Parts<'_>) -> Option<()> {
    value(cx, node, parts, 0, true).map(drop)
}

/// A value, and whether it is optional, which only those of objects can be.
fn value(cx: &mut Cx<'_>, node: &Node, parts: Parts<'_>, depth: usize, in_object: bool) -> Option<(Shape, bool)> {
    if depth > MAX_DEPTH {
        cx.error(Code::Limit, node.span, "grammars are nested too deeply", "does a part hold itself?");
        return None;
    }
    if !matches!(node.kind, NodeKind::Mapping(_)) {
        return Some((Shape::of(Form::Enum(vec![json(cx, node)?])), false));
    }
    let mut map = Map::new(cx, node, &VALUE)?;
    map.only_with(&["unknown-keys"], "json");
    const FORMS: [&str; 10] =
        ["literal", "enum", "boolean", "integer", "number", "text", "array", "json", "choice", "part"];
    let form = map.one_of(&FORMS, true);
    let sets = match map.has("as") {
        true => Some(map.optional("as", name)?),
        false => None,
    };
    let optional = map.optional("optional", boolean).unwrap_or(false);
    if optional && !in_object {
        map.optional("optional", |cx, node| -> Option<()> {
            cx.error(Code::BadValue, node.span, "`optional` is for keys of an object", "this is no such key");
            None
        });
    }
    let unknown = map.optional("unknown-keys", unknown).unwrap_or(Unknown::Unsaid);
    let inner = |cx: &mut Cx<'_>, node: &Node| value(cx, node, parts, depth + 1, false).map(|(shape, _)| shape);
    let form = match form? {
        "literal" => Form::Enum(vec![map.optional("literal", json)?]),
        "enum" => Form::Enum(map.optional("enum", |cx, node| items(cx, node, json))?),
        "boolean" => {
            map.optional("boolean", nothing)?;
            Form::Boolean
        }
        "integer" => Form::Number(map.optional("integer", |cx, node| range(cx, node, true))?),
        "number" => Form::Number(map.optional("number", |cx, node| range(cx, node, false))?),
        "text" => map.optional("text", text)?,
        "array" => map.optional("array", |cx, node| array(cx, node, inner))?,
        "json" => {
            let members = map.optional("json", |cx, node| members(cx, node, parts, depth + 1))?;
            Form::Object { members, unknown }
        }
        "choice" => Form::Choice(map.optional("choice", |cx, node| items(cx, node, inner))?),
        _ => {
            let (shape, of_part) = map.optional("part", |cx, node| {
                let found = part(cx, node, parts)?;
                value(cx, found, parts, depth + 1, in_object)
            })?;
            let sets = sets.or(shape.sets);
            return Some((Shape { form: shape.form, sets }, optional || of_part));
        }
    };
    Some((Shape { form, sets }, optional))
}

/// `json: {..}`: the keys of an object.
fn members(cx: &mut Cx<'_>, node: &Node, parts: Parts<'_>, depth: usize) -> Option<Vec<Member>> {
    let NodeKind::Mapping(entries) = &node.kind else {
        cx.wrong_type(node, "a mapping from the keys of an object to what their values look like");
        return None;
    };
    let members = entries.iter().map(|(key, node)| {
        let (shape, optional) = value(cx, node, parts, depth, true)?;
        Some(Member { key: key.as_text().unwrap_or_default().to_owned(), shape, optional })
    });
    let members: Vec<Option<Member>> = members.collect();
    members.into_iter().collect()
}

fn array(cx: &mut Cx<'_>, node: &Node, inner: impl Fn(&mut Cx<'_>, &Node) -> Option<Shape>) -> Option<Form> {
    let mut map = Map::new(cx, node, &ARRAY)?;
    let items = map.required("items", inner);
    let (min, max) = limits(&mut map, 0, MOST_ITEMS)?;
    Some(Form::Array { items: Box::new(items?), min, max })
}

fn text(cx: &mut Cx<'_>, node: &Node) -> Option<Form> {
    let mut map = Map::new(cx, node, &TEXT)?;
    let (min, max) = limits(&mut map, 1, LONGEST_TEXT)?;
    Some(Form::Text { min, max })
}

/// `min`, with its default, and `max`.
fn limits(map: &mut Map<'_, '_, '_>, least: usize, most: usize) -> Option<(usize, usize)> {
    let min = map.optional("min", |cx, node| integer(cx, node, 0..=most)).unwrap_or(least);
    let max = map.required("max", |cx, node| integer(cx, node, 1..=most))?;
    if min > max {
        above(map);
        return None;
    }
    Some((min, max))
}

fn above(map: &mut Map<'_, '_, '_>) {
    map.optional("min", |cx, node| -> Option<()> {
        cx.error(Code::BadValue, node.span, "`min` is above `max`", "nothing is in this range");
        None
    });
}

fn range(cx: &mut Cx<'_>, node: &Node, is_integer: bool) -> Option<Range> {
    let mut map = Map::new(cx, node, &RANGE)?;
    map.excludes("step", &["decimals"]);
    let min = map.optional("min", number).unwrap_or(Decimal::ZERO);
    let max = map.required("max", number);
    let step = map.optional("step", positive);
    let decimals = map.optional("decimals", |cx, node| integer(cx, node, 0..=6_usize));
    let clamp = map.optional("clamp", boolean).unwrap_or(false);
    let of_decimals = decimals.map_or("1".to_owned(), |count| format!("1e-{count}"));
    let step = step.or_else(|| Decimal::parse(&of_decimals).map(|read| read.value))?;
    let max = max?;
    if min > max {
        above(&mut map);
        return None;
    }
    if is_integer && step.down(Decimal::whole(1)) != step {
        map.optional(if map.has("step") { "step" } else { "decimals" }, |cx, node| -> Option<()> {
            cx.error(Code::BadValue, node.span, "an integer has no decimals", "write `number` for one that has");
            None
        });
        return None;
    }
    Some(Range { min, max, step, clamp, is_integer })
}

fn number(cx: &mut Cx<'_>, node: &Node) -> Option<Decimal> {
    let text = plain_text(cx, node)?;
    let read = Decimal::parse(&text).filter(|read| read.is_exact && read.value.abs() <= Decimal::whole(LARGEST));
    if read.is_none() {
        cx.wrong_type(node, "a number with at most 15 digits and 6 decimals");
    }
    read.map(|read| read.value)
}

fn positive(cx: &mut Cx<'_>, node: &Node) -> Option<Decimal> {
    let step = number(cx, node)?;
    if !step.is_positive() {
        cx.error(Code::BadValue, node.span, "a step of 0 or less", "expected more than 0");
        return None;
    }
    Some(step)
}

/// `boolean: {}`
fn nothing(cx: &mut Cx<'_>, node: &Node) -> Option<()> {
    if node.is_null() || matches!(&node.kind, NodeKind::Mapping(entries) if entries.is_empty()) {
        return Some(());
    }
    cx.wrong_type(node, "`{}`, since there is no more to say of `true` and `false`");
    None
}

fn unknown(cx: &mut Cx<'_>, node: &Node) -> Option<Unknown> {
    keyword(cx, node, "what it does with unknown keys", &[("ignored", Unknown::Ignored), ("refused", Unknown::Refused)])
}

/// A value as it is written in YAML.
fn json(cx: &mut Cx<'_>, node: &Node) -> Option<Json> {
    let text = compact_json(cx, node)?;
    Json::parse(text.as_bytes()).ok()
}
