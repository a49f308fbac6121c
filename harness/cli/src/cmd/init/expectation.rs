//! From the payloads of a topic to the condition that they all meet.

use hil_scenario::is_secret_name;
use serde_json::{Map, Value};

use super::secrets::holds;
use super::seen::Topic;
use super::yaml;

/// Longest payload that is written out, in bytes.
const LONGEST: usize = 1024;
/// Different texts that are written out as alternatives.
const ALTERNATIVES: usize = 4;
/// Levels of JSON that are written out.
const DEPTH: usize = 20;
/// Longest JSON key that is written out: YAML has a limit of its own.
const LONGEST_KEY: usize = 200;
/// A JSON number.
const NUMBER: &str = r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$";

/// A condition on a payload.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Condition {
    /// Key and value in YAML: `payload: "on"`; `None`: any payload.
    pub(super) yaml: Option<String>,
    /// Why it is not the payload itself, if it is not.
    pub(super) remark: Option<String>,
}

impl Condition {
    fn new(yaml: String) -> Self {
        Self { yaml: Some(yaml), remark: None }
    }

    fn any(remark: impl Into<String>) -> Self {
        Self { yaml: None, remark: Some(remark.into()) }
    }

    fn but(mut self, remark: impl Into<String>) -> Self {
        self.remark = Some(remark.into());
        self
    }
}

/// The condition for `topic`.
pub(super) fn condition(name: &str, topic: &Topic, password: Option<&str>) -> Condition {
    if is_secret_name(name) || topic.payloads.iter().any(|p| holds(p, password)) {
        return Condition::any("the payload may be a secret: left out");
    }
    let Some(texts) = topic.payloads.iter().map(|p| std::str::from_utf8(p).ok()).collect::<Option<Vec<_>>>() else {
        return bytes(topic);
    };
    if let Some(condition) = json(&texts, topic.is_proved_constant()) {
        return condition;
    }
    match texts.as_slice() {
        [text] if is_number(text) && !topic.is_proved_constant() => {
            Condition::new(format!("matches: {}", yaml::regex(NUMBER))).but("a number: it may vary")
        }
        [text] if text.len() <= LONGEST => Condition::new(format!("payload: {}", yaml::text(text))),
        [text] => Condition::any(format!("{} bytes: too long to write down", text.len())),
        varying => vary(varying),
    }
}

fn bytes(topic: &Topic) -> Condition {
    match topic.payloads.as_slice() {
        [only] if only.len() <= LONGEST / 2 => {
            let hex: String = only.iter().map(|b| format!("{b:02x}")).collect();
            Condition::new(format!("payload-hex: \"{hex}\"")).but("not text")
        }
        [only] => Condition::any(format!("{} bytes that are not text: too long to write down", only.len())),
        _ => Condition::any("varies, and is not text"),
    }
}

/// Texts that differ.
fn vary(texts: &[&str]) -> Condition {
    let pattern = |p: &str| Condition::new(format!("matches: {}", yaml::regex(p))).but("varies");
    if texts.iter().all(|t| is_number(t)) {
        return pattern(NUMBER);
    }
    if texts.iter().any(|t| t.len() > LONGEST / 8) {
        return Condition::any("varies");
    }
    let mut shapes: Vec<String> = texts.iter().map(|t| shape(t)).collect();
    shapes.dedup();
    if let ([shape], true) = (shapes.as_slice(), texts.len() > 1) {
        return pattern(&format!("^{shape}$"));
    }
    if texts.len() <= ALTERNATIVES {
        let escaped: Vec<String> = texts.iter().map(|t| regex::escape(t)).collect();
        return pattern(&format!("^({})$", escaped.join("|")));
    }
    Condition::any("varies")
}

/// An expression for `text` with any numbers in the place of its numbers.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let end = rest[start..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |n| start + n);
        shape += &regex::escape(&rest[..start]);
        shape += r"\d+";
        rest = &rest[end..];
    }
    shape + &regex::escape(rest)
}

fn is_number(text: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(text).is_ok() && !text.contains(char::is_whitespace)
}

/// The condition on JSON objects and arrays; `None` if the texts are none.
fn json(texts: &[&str], is_constant: bool) -> Option<Condition> {
    let values: Vec<Value> = texts.iter().map(|t| serde_json::from_str(t).ok()).collect::<Option<_>>()?;
    if !values.iter().all(|v| v.is_object() || v.is_array()) {
        return None;
    }
    let mut left_out = LeftOut::default();
    let (first, others) = values.split_first()?;
    let others: Vec<&Value> = others.iter().collect();
    let common = common(first, &others, is_constant, 0, &mut left_out);
    let written = common.as_ref().map(yaml::json).filter(|text| text.len() <= 2 * LONGEST);
    Some(match written {
        None if values.iter().all(Value::is_object) => {
            Condition::new("json: {}".to_owned()).but("any JSON object: all of it varies, or is too long")
        }
        None => Condition::any("a JSON array that may vary, is too long, or holds a secret"),
        Some(text) => {
            let condition = Condition::new(format!("json: {text}"));
            match left_out.remark() {
                Some(remark) => condition.but(remark),
                None => condition,
            }
        }
    })
}

/// Members of JSON objects that are not in a condition.
#[derive(Default)]
struct LeftOut {
    varying: usize,
    secret: usize,
}

impl LeftOut {
    fn remark(&self) -> Option<String> {
        let parts = [(self.varying, "that may vary or is too long"), (self.secret, "that may be a secret")];
        let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, why)| format!("{n} {why}")).collect();
        if parts.is_empty() { None } else { Some(format!("members left out: {}", parts.join(", "))) }
    }
}

/// What all values contain, as `json:` understands it: objects may have more members, all else is equal.
fn common(first: &Value, others: &[&Value], is_constant: bool, depth: usize, left_out: &mut LeftOut) -> Option<Value> {
    if depth > DEPTH {
        return None;
    }
    if let Value::Object(map) = first {
        let mut kept = Map::new();
        for (key, value) in map {
            if key.len() > LONGEST_KEY {
                left_out.varying += 1;
                continue;
            }
            if is_secret_name(key) {
                left_out.secret += 1;
                continue;
            }
            let values: Option<Vec<&Value>> = others.iter().map(|o| o.get(key)).collect();
            match values.and_then(|others| common(value, &others, is_constant, depth + 1, left_out)) {
                Some(value) => drop(kept.insert(key.clone(), value)),
                None => left_out.varying += 1,
            }
        }
        return others.iter().all(|o| o.is_object()).then_some(Value::Object(kept));
    }
    // One sample of a number says little; two that are equal say that it stays.
    let stays = others.iter().all(|o| *o == first);
    let may_vary = has_numbers(first) && !is_constant && others.is_empty();
    (stays && !may_vary && !holds_secret(first) && levels(first) + depth <= DEPTH).then(|| first.clone())
}

fn has_numbers(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::Array(items) => items.iter().any(has_numbers),
        Value::Object(map) => map.values().any(has_numbers),
        _ => false,
    }
}

/// Whether an array, which is written whole or not at all, holds objects with secrets or keys too long.
fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(holds_secret),
        Value::Object(map) => {
            map.iter().any(|(key, value)| key.len() > LONGEST_KEY || is_secret_name(key) || holds_secret(value))
        }
        _ => false,
    }
}

fn levels(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(levels).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(levels).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(payloads: &[&[u8]], count: usize) -> Topic {
        Topic { live: count, payloads: payloads.iter().map(|p| p.to_vec()).collect(), ..Topic::default() }
    }

    fn shown(payloads: &[&str]) -> String {
        let bytes: Vec<&[u8]> = payloads.iter().map(|p| p.as_bytes()).collect();
        let c = condition("stat/x", &topic(&bytes, payloads.len()), Some("s3cret"));
        format!("{} # {}", c.yaml.unwrap_or_default(), c.remark.unwrap_or_default())
    }

    #[test]
    fn conditions_fit_what_came() {
        let rows: [&[&str]; 16] = [
            &["on"],
            &[""],
            &["23.5"],
            &["23.5", "23.6"],
            &["on", "off"],
            &["up 12 s", "up 13 s"],
            &["a", "b", "c", "d", "e"],
            &["359,255,255"],
            &[r#"{"on":true,"hue":120,"name":"x","wifi":{"ssid":"lab","password":"p"}}"#],
            &[r#"{"on":true,"hue":120}"#, r#"{"on":true,"hue":121}"#],
            &[r#"{"n":1}"#],
            &["[1,2]"],
            &[r#"["a",{"token":"t"}]"#],
            &["true"],
            &["what ${x} costs: it's $${y}"],
            &["the s3cret"],
        ];
        let text: Vec<_> = rows.iter().map(|r| shown(r)).collect();
        insta::assert_snapshot!(text.join("\n"), @r#"
        payload: "on" # 
        payload: "" # 
        matches: '^-?\d+(\.\d+)?([eE][+-]?\d+)?$' # a number: it may vary
        matches: '^-?\d+(\.\d+)?([eE][+-]?\d+)?$' # varies
        matches: '^(on|off)$' # varies
        matches: '^up \d+ s$' # varies
         # varies
        payload: "359,255,255" # 
        json: { "name": "x", "on": true, "wifi": { "ssid": "lab" } } # members left out: 1 that may vary or is too long, 1 that may be a secret
        json: { "on": true } # members left out: 1 that may vary or is too long
        json: {} # members left out: 1 that may vary or is too long
         # a JSON array that may vary, is too long, or holds a secret
         # a JSON array that may vary, is too long, or holds a secret
        payload: "true" # 
        payload: "what $${x} costs: it's $$${y}" # 
         # the payload may be a secret: left out
        "#);
    }

    #[test]
    fn a_number_that_came_twice_is_constant() {
        let c = condition("stat/x", &topic(&[b"7"], 2), None);
        assert_eq!(c, Condition::new("payload: \"7\"".to_owned()));
    }

    #[test]
    fn bytes_that_are_not_text_are_written_as_digits() {
        let c = condition("stat/x", &topic(&[b"\xff\x00"], 1), None);
        assert_eq!(c.yaml.as_deref(), Some("payload-hex: \"ff00\""));
        assert_eq!(condition("wifi/password", &topic(&[b"abc"], 1), None).yaml, None);
    }
}
