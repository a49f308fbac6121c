//! What JSON payloads have in common, member by member: of what is observed, for whoever writes a first scenario or description.

use std::collections::BTreeMap;

use hil_scenario::condition::{JsonType, is_date_time};
use hil_scenario::json::Number;
use hil_scenario::{Json, is_secret_name};

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
pub struct Shape {
    /// By their JSON Pointers, in the order in which they came first.
    pub members: Vec<(String, Member)>,
    /// Members that may be a secret.
    pub secret: usize,
    /// Members that are not always there, or too many, or too deep.
    pub left_out: usize,
}

/// What a member is in all payloads.
#[derive(Debug, PartialEq)]
pub enum Member {
    /// The same text or truth value, or null, whenever it came.
    Constant(Json),
    /// A number.
    Number {
        /// The smallest.
        least: Number,
        /// The largest.
        most: Number,
    },
    /// An integer that grows from each payload to the next.
    Counter {
        /// By how much, if that is always the same.
        by: Option<Number>,
    },
    /// A date and time of RFC 3339.
    DateTime,
    /// One of these words, each of which came several times.
    OneOf(Vec<String>),
    /// Whatever it is, it is of this type.
    Type(JsonType),
}

/// A member of JSON objects.
#[derive(Debug)]
pub(super) struct Place<'j> {
    pub(super) key: &'j str,
    /// Its place, as a JSON Pointer (RFC 6901).
    pub(super) path: String,
    /// What it is, object by object.
    pub(super) values: Vec<&'j Json>,
    /// Whether each object has it.
    pub(super) is_whole: bool,
}

/// The members of objects that are at `at`, in the order in which they came first. Of a key that an object has twice, the last counts.
pub(super) fn members<'j>(objects: &[&'j Json], at: &str) -> Vec<Place<'j>> {
    let mut found: Vec<(&str, Vec<(usize, &Json)>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, object) in objects.iter().enumerate() {
        let Json::Object(members) = object else { continue };
        for (key, value) in members {
            let place = *places.entry(key).or_insert_with(|| {
                found.push((key, Vec::new()));
                found.len() - 1
            });
            let values = &mut found[place].1;
            match values.last_mut() {
                Some((last, earlier)) if *last == number => *earlier = value,
                _ => values.push((number, value)),
            }
        }
    }
    let place = |(key, values): (&'j str, Vec<(usize, &'j Json)>)| Place {
        key,
        path: pointer(at, key),
        is_whole: values.len() == objects.len(),
        values: values.into_iter().map(|(_, value)| value).collect(),
    };
    found.into_iter().map(place).collect()
}

/// The place of a member of what is at `at`, as a JSON Pointer.
pub(super) fn pointer(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// What values are, whatever they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A date and time of RFC 3339, as the condition `date-time` has it.
    DateTime,
    Type(JsonType),
}

/// What all of these values are, if that is one thing.
pub(super) fn kind(values: &[&Json]) -> Option<Kind> {
    let first = JsonType::of(values.first()?);
    let is_time = |value: &&Json| matches!(value, Json::Text(text) if is_date_time(text));
    if values.iter().all(is_time) {
        return Some(Kind::DateTime);
    }
    values.iter().all(|value| JsonType::of(value) == first).then_some(Kind::Type(first))
}

/// What payloads, in the order in which they came, have in common; `None` if one of them is no JSON object.
pub fn shape(payloads: &[Json]) -> Option<Shape> {
    let mut shape = Shape::default();
    if payloads.is_empty() || !payloads.iter().all(|payload| matches!(payload, Json::Object(_))) {
        return None;
    }
    let all: Vec<&Json> = payloads.iter().collect();
    look(&all, "", 0, &mut shape);
    Some(shape)
}

fn look(objects: &[&Json], at: &str, depth: usize, shape: &mut Shape) {
    for Place { key, path, values, is_whole } in members(objects, at) {
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
    Some(match kind(values)? {
        Kind::DateTime => Member::DateTime,
        Kind::Type(JsonType::String) => of_texts(&values.iter().filter_map(|value| text(value)).collect::<Vec<_>>()),
        Kind::Type(JsonType::Number) => {
            of_numbers(&values.iter().filter_map(|value| number(value)).collect::<Vec<_>>())
        }
        Kind::Type(JsonType::Boolean | JsonType::Null) if values.iter().all(|value| *value == first) => {
            Member::Constant(first.clone())
        }
        Kind::Type(kind) => Member::Type(kind),
    })
}

fn of_texts(texts: &[&str]) -> Member {
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
    fn of_a_key_that_is_there_twice_the_last_counts() {
        let objects = [r#"{"a":1,"b":2,"a":3}"#, r#"{"b":4}"#].map(|text| Json::parse(text.as_bytes()).unwrap());
        let places = members(&objects.iter().collect::<Vec<_>>(), "/x~1y");
        let told: Vec<String> = places
            .iter()
            .map(|Place { key, path, values, is_whole }| format!("{key} {path} {values:?} {is_whole}"))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        a /x~1y/a [Number(Number("3"))] false
        b /x~1y/b [Number(Number("2")), Number(Number("4"))] true
        "#);
    }

    #[test]
    fn a_time_that_there_is_not_is_a_text() {
        let values = |texts: &[&str]| texts.iter().map(|text| Json::Text((*text).to_owned())).collect::<Vec<_>>();
        let kind = |texts: &[&str]| kind(&values(texts).iter().collect::<Vec<_>>());
        assert_eq!(kind(&["2026-03-01T12:00:00Z", "2026-03-01T12:00:00+01:00"]), Some(Kind::DateTime));
        assert_eq!(kind(&["2026-13-01T12:00:00Z"]), Some(Kind::Type(JsonType::String)));
    }

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
