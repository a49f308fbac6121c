//! From the payloads of a topic to the condition that they all meet.

use hil_fuzz::learn::shape::{Member, shape};
use hil_scenario::{Json, is_secret_name};

use super::seen::Topic;
use super::yaml;
use crate::cmd::listening::holds;

/// Longest payload that is written out, in bytes.
const LONGEST: usize = 1024;
/// Different texts that are written out as alternatives.
const ALTERNATIVES: usize = 4;
/// A JSON number.
const NUMBER: &str = r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$";

/// A condition on the payloads of a topic.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Condition {
    /// What they must be.
    pub(super) wanted: Wanted,
    /// How members change from each payload to the next: path and condition, in YAML.
    pub(super) changes: Vec<(String, String)>,
    /// Why it is not the payload itself, if it is not.
    pub(super) remark: Option<String>,
}

/// What a payload must be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Anything.
    #[default]
    Any,
    /// Key and value in YAML: `payload: "on"`.
    Key(String),
    /// JSON whose members meet conditions.
    Where(Vec<Part>),
}

/// What a member of JSON must be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Its path, in YAML.
    pub(super) key: String,
    /// The condition, in YAML.
    pub(super) condition: String,
    /// What was seen of it.
    pub(super) remark: Option<String>,
}

impl Condition {
    fn new(yaml: String) -> Self {
        Self { wanted: Wanted::Key(yaml), ..Self::default() }
    }

    fn any(remark: impl Into<String>) -> Self {
        Self { remark: Some(remark.into()), ..Self::default() }
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
    if let Some(condition) = json(topic) {
        return condition;
    }
    match texts.as_slice() {
        [text] if is_number(text) => {
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
    let mut shapes: Vec<String> = texts.iter().map(|t| with_any_numbers(t)).collect();
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
fn with_any_numbers(text: &str) -> String {
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
fn json(topic: &Topic) -> Option<Condition> {
    let parsed: Option<Vec<Json>> = topic.in_order().map(|payload| Json::parse(payload).ok()).collect();
    let values =
        parsed.filter(|values| values.iter().all(|value| matches!(value, Json::Object(_) | Json::Array(_))))?;
    let whole = |kind: &str| Part { key: "$".to_owned(), condition: format!("{{ type: {kind} }}"), remark: None };
    let Some(shape) = shape(&values) else {
        let is_array = values.iter().all(|value| matches!(value, Json::Array(_)));
        return Some(match is_array {
            true => Condition { wanted: Wanted::Where(vec![whole("array")]), ..Condition::default() },
            false => Condition::any("JSON of several types"),
        });
    };
    let mut changes = Vec::new();
    let mut parts: Vec<Part> = shape.members.iter().map(|(path, member)| part(path, member, &mut changes)).collect();
    if parts.is_empty() {
        parts.push(whole("object"));
    }
    let counts = [(shape.left_out, "that may vary or are too many"), (shape.secret, "that may be a secret")];
    let counts: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, why)| format!("{n} {why}")).collect();
    let remark = (!counts.is_empty()).then(|| format!("members left out: {}", counts.join(", ")));
    Some(Condition { wanted: Wanted::Where(parts), changes, remark })
}

fn part(path: &str, member: &Member, changes: &mut Vec<(String, String)>) -> Part {
    let key = yaml::key(path);
    let new = |condition: String, remark: Option<String>| Part { key: key.clone(), condition, remark };
    match member {
        Member::Constant(Json::Text(text)) => new(yaml::text(text), None),
        Member::Constant(value) => new(value.to_string(), None),
        Member::Number { least, most } => {
            let seen = if least == most { format!("it was {least}") } else { format!("it was {least} to {most}") };
            new("{ type: number }".to_owned(), Some(seen))
        }
        Member::Counter { by } => {
            let step = by.as_ref().map_or_else(|| "{ \">\": 0 }".to_owned(), ToString::to_string);
            changes.push((key.clone(), step));
            new("{ type: integer }".to_owned(), Some("it counts".to_owned()))
        }
        Member::DateTime => new("{ date-time: true }".to_owned(), None),
        Member::OneOf(words) => {
            let words: Vec<String> = words.iter().map(|word| yaml::text(word)).collect();
            new(format!("{{ one-of: [{}] }}", words.join(", ")), None)
        }
        Member::Type(kind) => new(format!("{{ type: {} }}", kind.name()), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(payloads: &[&[u8]], count: usize) -> Topic {
        let payloads: Vec<_> = payloads.iter().map(|p| p.to_vec()).collect();
        Topic { live: count, history: payloads.clone(), payloads, ..Topic::default() }
    }

    fn shown(payloads: &[&str]) -> String {
        let bytes: Vec<&[u8]> = payloads.iter().map(|p| p.as_bytes()).collect();
        let c = condition("stat/x", &topic(&bytes, payloads.len()), Some("s3cret"));
        let wanted = match c.wanted {
            Wanted::Any => String::new(),
            Wanted::Key(yaml) => yaml,
            Wanted::Where(parts) => {
                let parts =
                    parts.iter().map(|p| format!("{}: {} ({})", p.key, p.condition, p.remark.as_deref().unwrap_or("")));
                format!("where {}", parts.collect::<Vec<_>>().join(", "))
            }
        };
        format!("{wanted} # {}", c.remark.unwrap_or_default())
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
        where /on: true (), /hue: { type: number } (it was 120), /name: "x" (), /wifi/ssid: "lab" () # members left out: 1 that may be a secret
        where /on: true (), /hue: { type: number } (it was 120 to 121) # 
        where /n: { type: number } (it was 1) # 
        where $: { type: array } () # 
        where $: { type: array } () # 
        payload: "true" # 
        payload: "what $${x} costs: it's $$${y}" # 
         # the payload may be a secret: left out
        "#);
    }

    #[test]
    fn bytes_that_are_not_text_are_written_as_digits() {
        let c = condition("stat/x", &topic(&[b"\xff\x00"], 1), None);
        assert_eq!(c.wanted, Wanted::Key("payload-hex: \"ff00\"".to_owned()));
        assert_eq!(condition("wifi/password", &topic(&[b"abc"], 1), None).wanted, Wanted::Any);
    }
}
