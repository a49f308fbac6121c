//! What the values of a JSON payload have in common, member by member.

use std::collections::BTreeMap;

use hil_scenario::Json;
use hil_scenario::condition::JsonType;
use hil_scenario::is_secret_name;
use hil_scenario::json::Number;

/// Members that are told apart.
const MOST: usize = 40;
/// Levels of objects that are looked into.
const DEPTH: usize = 6;
/// Longest text that is written out, in bytes.
const LONGEST: usize = 200;
/// Different words that are written out.
const WORDS: usize = 4;

/// Members of a payload, each with its place as a JSON Pointer.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) members: Vec<(String, Member)>,
    /// Members that may be a secret.
    pub(super) secret: usize,
    /// Members that are not always there, or too many, or too deep.
    pub(super) left_out: usize,
}

/// What a member is in all payloads.
#[derive(Debug, PartialEq)]
pub(super) enum Member {
    /// The same text or truth value, or null, whenever it came.
    Constant(Json),
    /// A number; the smallest and the largest.
    Number { least: Number, most: Number },
    /// An integer that grows from each payload to the next, by how much if that is always the same.
    Counter { by: Option<Number> },
    /// A date and time of RFC 3339.
    DateTime,
    /// One of these words, each of which came several times.
    OneOf(Vec<String>),
    /// Whatever it is, it is of this type.
    Type(JsonType),
}

/// What payloads, in the order in which they came, have in common; `None` if one of them is no JSON object.
pub(super) fn shape(payloads: &[Json]) -> Option<Shape> {
    let mut shape = Shape::default();
    if payloads.is_empty() || !payloads.iter().all(|payload| matches!(payload, Json::Object(_))) {
        return None;
    }
    let all: Vec<&Json> = payloads.iter().collect();
    look(&all, "", 0, &mut shape);
    Some(shape)
}

fn look(objects: &[&Json], path: &str, depth: usize, shape: &mut Shape) {
    let mut keys: Vec<&str> = Vec::new();
    for object in objects {
        let Json::Object(members) = object else { continue };
        for (key, _) in members {
            if !keys.contains(&key.as_str()) {
                keys.push(key);
            }
        }
    }
    for key in keys {
        let values: Vec<&Json> = objects.iter().filter_map(|object| object.member(key)).collect();
        let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
        let is_whole = values.len() == objects.len();
        if is_secret_name(key) {
            shape.secret += 1;
        } else if !is_whole || shape.members.len() >= MOST || key.len() > LONGEST || depth >= DEPTH {
            shape.left_out += 1;
        } else if values.iter().all(|value| matches!(value, Json::Object(_))) {
            look(&values, &path, depth + 1, shape);
        } else {
            match member(&values) {
                Some(member) => shape.members.push((path, member)),
                None => shape.left_out += 1,
            }
        }
    }
}

fn member(values: &[&Json]) -> Option<Member> {
    let first = *values.first()?;
    let texts: Option<Vec<&str>> = values.iter().map(|value| text(value)).collect();
    if let Some(texts) = texts {
        return Some(of_texts(&texts));
    }
    let numbers: Option<Vec<&Number>> = values.iter().map(|value| number(value)).collect();
    if let Some(numbers) = numbers {
        return Some(of_numbers(&numbers));
    }
    let kind = JsonType::of(first);
    if values.iter().any(|value| JsonType::of(value) != kind) {
        return None;
    }
    let is_constant = matches!(first, Json::Bool(_) | Json::Null) && values.iter().all(|value| *value == first);
    Some(if is_constant { Member::Constant(first.clone()) } else { Member::Type(kind) })
}

fn of_texts(texts: &[&str]) -> Member {
    let is_time = |text: &&str| chrono::DateTime::parse_from_rfc3339(text).is_ok();
    if texts.iter().all(is_time) {
        return Member::DateTime;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    texts.iter().for_each(|text| *counts.entry(text).or_default() += 1);
    let is_word = |text: &&str| text.len() <= 32 && !text.contains(|c: char| c.is_ascii_digit());
    match counts.len() {
        1 if texts[0].len() <= LONGEST => Member::Constant(Json::Text(texts[0].to_owned())),
        2..=WORDS if counts.iter().all(|(text, count)| *count > 1 && is_word(text)) => {
            Member::OneOf(counts.keys().map(|text| (*text).to_owned()).collect())
        }
        _ => Member::Type(JsonType::String),
    }
}

fn of_numbers(numbers: &[&Number]) -> Member {
    let steps: Option<Vec<Number>> = numbers.windows(2).map(|pair| pair[1].minus(pair[0])).collect();
    let zero = Number::from(0);
    let grows = |steps: &Vec<Number>| {
        steps.len() >= 2
            && steps.iter().all(|step| step.compare(&zero).is_gt())
            && numbers.iter().all(|n| n.is_integer())
    };
    if let Some(steps) = steps.filter(grows) {
        let by = steps.iter().all(|step| *step == steps[0]).then(|| steps[0].clone());
        return Member::Counter { by };
    }
    let least = numbers.iter().min_by(|a, b| a.compare(b));
    let most = numbers.iter().max_by(|a, b| a.compare(b));
    match (least, most) {
        (Some(least), Some(most)) => Member::Number { least: (*least).clone(), most: (*most).clone() },
        _ => Member::Type(JsonType::Number),
    }
}

fn text(value: &Json) -> Option<&str> {
    match value {
        Json::Text(text) => Some(text),
        _ => None,
    }
}

fn number(value: &Json) -> Option<&Number> {
    match value {
        Json::Number(number) => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_what_they_are_in_all_payloads() {
        let payloads: Vec<Json> = (0..6)
            .map(|n| {
                let mode = ["heat", "idle"][n % 2];
                let text = format!(
                    r#"{{"seq":{},"up":{},"t":{}.5,"at":"2026-03-01T12:00:0{n}Z","mode":"{mode}","on":true,"id":"x{n}",
                     "a/b":{{"fixed":"v1","token":"t"}},"list":[{n}],"now and then":1{}}}"#,
                    7 + n,
                    n * n,
                    20 + n % 3,
                    if n == 3 { r#","more":1"# } else { "" }
                );
                Json::parse(text.as_bytes()).unwrap()
            })
            .collect();
        let shape = shape(&payloads).unwrap();
        let told: Vec<String> = shape.members.iter().map(|(path, member)| format!("{path}: {member:?}")).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        /seq: Counter { by: Some(Number("1")) }
        /up: Counter { by: None }
        /t: Number { least: Number("20.5"), most: Number("22.5") }
        /at: DateTime
        /mode: OneOf(["heat", "idle"])
        /on: Constant(Bool(true))
        /id: Type(String)
        /a~1b/fixed: Constant(Text("v1"))
        /list: Type(Array)
        /now and then: Number { least: Number("1"), most: Number("1") }
        "#);
        assert_eq!((shape.secret, shape.left_out), (1, 1));
    }
}
