//! Payloads of commands as grammars, of statuses as conditions.

use std::collections::BTreeMap;

use hil_scenario::Json;
use hil_scenario::condition::JsonType;

use super::shape::{Kind, Place, kind, members};
use super::variables::{Variable, leaves};
use crate::json::Decimal;
use crate::lower;

/// Different values that are written out.
const MOST: usize = 12;

/// A text in double quotes. Descriptions have no variables but their own.
pub(super) fn quoted(text: &str) -> String {
    lower::quoted(text).replace("$${", "${")
}

/// Numbers that descriptions have room for.
const LARGEST: i64 = 1_000_000_000_000_000;

/// The grammar of a command's payloads, in YAML on one line, and its remarks.
pub(super) fn grammar(topic: &str, payloads: &[&[u8]], variables: &[Variable]) -> (String, Vec<String>) {
    let objects: Option<Vec<Json>> = payloads
        .iter()
        .map(|payload| Json::parse(payload).ok().filter(|json| matches!(json, Json::Object(_))))
        .collect();
    let mut remarks = Vec::new();
    let own: Vec<&Variable> = variables.iter().filter(|variable| variable.command == topic).collect();
    let text = match objects {
        Some(objects) if !objects.is_empty() => {
            format!("{{ {} }}", object(&objects.iter().collect::<Vec<_>>(), "", &own, &mut remarks))
        }
        _ => {
            let mut words: Vec<&str> =
                payloads.iter().filter_map(|payload| std::str::from_utf8(payload).ok()).collect();
            words.retain(|word| !word.is_empty());
            words.sort_unstable();
            words.dedup();
            let sets = sets(&own, None);
            match whole(&words) {
                Some((min, max)) => {
                    remarks.push("the limits are those of the values that were seen".to_owned());
                    format!("{{ number: {{ min: {min}, max: {max} }}{sets} }}")
                }
                None => {
                    words.truncate(MOST);
                    let words: Vec<String> = words.into_iter().map(quoted).collect();
                    format!("{{ enum: [{}]{sets} }}", words.join(", "))
                }
            }
        }
    };
    (text, remarks)
}

/// The limits of whole numbers, if all are such.
fn whole(words: &[&str]) -> Option<(i64, i64)> {
    let number = |word: &&str| word.parse::<i64>().ok().filter(|number| number.to_string() == **word);
    let numbers: Option<Vec<i64>> = words.iter().map(number).collect();
    let numbers = numbers.filter(|numbers| numbers.iter().all(|number| number.abs() <= LARGEST))?;
    Some((*numbers.iter().min()?, *numbers.iter().max()?))
}

fn sets(variables: &[&Variable], from: Option<&str>) -> String {
    let variable = variables.iter().find(|variable| variable.from.as_deref() == from);
    variable.map_or_else(String::new, |variable| format!(", as: {}", variable.name))
}

/// `json: { .. }`
fn object(objects: &[&Json], at: &str, variables: &[&Variable], remarks: &mut Vec<String>) -> String {
    let members: Vec<String> = members(objects, at)
        .into_iter()
        .map(|Place { key, path, values, is_whole }| {
            let optional = if is_whole { "" } else { ", optional: true" };
            let sets = sets(variables, Some(&path));
            format!("{}: {{ {}{sets}{optional} }}", quoted(key), value(&values, &path, variables, remarks))
        })
        .collect();
    format!("json: {{ {} }}", members.join(", "))
}

fn value(values: &[&Json], at: &str, variables: &[&Variable], remarks: &mut Vec<String>) -> String {
    if values.iter().all(|value| matches!(value, Json::Object(_))) {
        return object(values, at, variables, remarks);
    }
    if values.iter().all(|value| matches!(value, Json::Bool(_))) {
        return "boolean: {}".to_owned();
    }
    let mut different: Vec<&Json> = Vec::new();
    for value in values {
        if !different.contains(value) {
            different.push(value);
        }
    }
    if different.len() > 1
        && let Some(range) = range(&different)
    {
        remarks.push(format!("{at}: the limits are those of the values that were seen"));
        return range;
    }
    different.truncate(MOST);
    let different: Vec<String> = different.into_iter().map(yaml).collect();
    format!("enum: [{}]", different.join(", "))
}

/// `number: { min: 18, max: 22, step: 0.5 }`, if all are numbers.
fn range(values: &[&Json]) -> Option<String> {
    let numbers: Option<Vec<Decimal>> = values
        .iter()
        .map(|value| match value {
            Json::Number(number) => Decimal::parse(number.as_str()).filter(|read| read.is_exact).map(|read| read.value),
            _ => None,
        })
        .collect();
    let numbers = numbers?;
    let (min, max) = (*numbers.iter().min()?, *numbers.iter().max()?);
    // Zero belongs to the steps: multiples of them are what grammars know.
    let step = numbers.iter().fold(Decimal::ZERO, |step, number| step.common(*number));
    let form = if step.down(Decimal::whole(1)) == step { "integer" } else { "number" };
    Some(format!("{form}: {{ min: {min}, max: {max}, step: {step} }}"))
}

/// Conditions on a status, as keys of it: `payload: ..`, `where: {..}` or nothing; and its remarks.
pub(super) fn conditions(topic: &str, payloads: &[&[u8]], variables: &[Variable]) -> (String, Vec<String>) {
    let own: Vec<&Variable> = variables.iter().filter(|variable| variable.status == topic).collect();
    let all: Vec<BTreeMap<Option<String>, Json>> = payloads.iter().map(|payload| leaves(payload)).collect();
    let Some(first) = all.first() else { return (String::new(), Vec::new()) };
    if first.contains_key(&None) || all.iter().any(|other| other.contains_key(&None)) {
        let variable = own.iter().find(|variable| variable.to.is_none());
        return (
            variable.map_or_else(String::new, |variable| format!(", payload: \"{{{}}}\"", variable.name)),
            Vec::new(),
        );
    }
    let (mut rules, mut varying) = (Vec::new(), Vec::new());
    for place in first.keys().flatten() {
        let key = Some(place.clone());
        let values: Vec<&Json> = all.iter().filter_map(|leaves| leaves.get(&key)).collect();
        if values.len() < all.len() {
            continue;
        }
        let variable = own.iter().find(|variable| variable.to == key);
        if variable.is_none() && values.iter().any(|value| *value != values[0]) {
            varying.push(place.clone());
        }
        let condition = variable.map(|variable| format!("\"{{{}}}\"", variable.name)).or_else(|| condition(&values));
        rules.extend(condition.map(|condition| format!("{}: {condition}", quoted(place))));
    }
    let remarks = if varying.is_empty() { Vec::new() } else { vec![format!("varies: {}", varying.join(", "))] };
    match rules.is_empty() {
        true => (String::new(), remarks),
        false => (format!(", where: {{ {} }}", rules.join(", ")), remarks),
    }
}

/// The condition on what all values are, if that is one thing.
fn condition(values: &[&Json]) -> Option<String> {
    match kind(values)? {
        Kind::DateTime => Some("{ date-time: true }".to_owned()),
        // What was nothing once may be something later.
        Kind::Type(JsonType::Null) => None,
        Kind::Type(kind) => Some(format!("{{ type: {} }}", kind.name())),
    }
}

fn yaml(value: &Json) -> String {
    match value {
        Json::Text(text) => quoted(text),
        Json::Array(items) => format!("[{}]", items.iter().map(yaml).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{}: {}", quoted(key), yaml(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}
