//! Expectations on MQTT messages, request and response, captures.

use std::time::Duration;

use schemars::JsonSchema;

use super::matcher::PAYLOAD_MATCH;
use super::publish::qos;
use super::{ByteText, Match, Properties, Spanned};
use crate::decode::{Cx, Map, Shape, boolean, duration, integer, regex, topic_filter, topic_name};
use crate::error::Code;
use crate::schema::forms;
use crate::variables::is_name;
use crate::yaml::Node;

/// `expect-message: { topic: stat/led/mode, payload: "blink,200,500", qos: 1, retain: false, count: 1, within: 1s }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExpectMessage {
    /// Topic filter (wildcards allowed).
    #[schemars(with = "forms::TopicFilter")]
    pub topic: Spanned<String>,
    /// Condition on the payload.
    #[schemars(flatten, with = "forms::PayloadMatchKeys")]
    pub payload: Match,
    /// QoS of the delivery.
    #[schemars(with = "Option<forms::Qos>")]
    pub qos: Option<Spanned<u8>>,
    /// RETAIN flag of the delivery.
    #[schemars(with = "Option<forms::Boolean>")]
    pub retain: Option<Spanned<bool>>,
    /// Conditions on properties.
    #[schemars(with = "Option<Properties>")]
    pub properties: PropertiesMatch,
    /// How many matching messages must arrive; default 1.
    #[schemars(with = "Option<forms::Integer<1, { u32::MAX as u64 }>>")]
    pub count: u32,
    /// Limit; default 2 s.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// Properties that a message must have; what is not named may be anything.
#[derive(Debug, Clone, Default)]
pub struct PropertiesMatch {
    /// The expected ones.
    pub expected: Properties,
}

/// `expect-retained: { topic: stat/led/mode, payload: .. }` or `{ topic: .., absent: true }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExpectRetained {
    /// Topic name (no wildcards: a retained message is proved topic by topic).
    #[schemars(with = "forms::TopicName")]
    pub topic: Spanned<String>,
    /// Condition on the payload.
    #[schemars(flatten, with = "forms::PayloadMatchKeys")]
    pub payload: Match,
    /// QoS of the delivery.
    #[schemars(with = "Option<forms::Qos>")]
    pub qos: Option<Spanned<u8>>,
    /// `absent: true`: there must be no retained message.
    #[schemars(with = "Option<forms::Boolean>")]
    pub absent: bool,
    /// Limit; fresh subscriptions are made until one is given the expected message, or for `absent` none.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// `expect-nothing: { topic: "stat/#", for: 500ms }`: also counts messages since the stimulus before it.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExpectNothing {
    /// Topic filter.
    #[schemars(with = "forms::TopicFilter")]
    pub topic: Spanned<String>,
    /// Only messages that match count.
    #[schemars(flatten, with = "forms::PayloadMatchKeys")]
    pub payload: Match,
    /// For how long.
    #[schemars(rename = "for", with = "forms::DurationText")]
    pub duration: Duration,
}

/// `request: { topic: cmnd/led/hue, payload: "361", response: "error: hue 361 is out of range 0..360", within: 1s }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Request {
    /// Topic name of the command.
    #[schemars(with = "forms::TopicName")]
    pub topic: Spanned<String>,
    /// Payload of the command.
    #[schemars(flatten, with = "forms::PayloadKeys")]
    pub payload: ByteText,
    /// QoS of the command; default 1.
    #[schemars(with = "Option<forms::Qos>")]
    pub qos: u8,
    /// RETAIN flag of the command.
    #[schemars(with = "Option<forms::Boolean>")]
    pub retain: bool,
    /// Condition on the response (`response`, `response-matches`, `response-json`).
    #[schemars(flatten, with = "forms::ResponseKeys")]
    pub response: Match,
    /// `no-response: true`: there must be no answer within the limit.
    #[schemars(with = "Option<forms::Boolean>")]
    pub no_response: bool,
    /// Limit; default 2 s.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// `capture: { name: before, topic: stat/led/hsb }`: the payload (or `matches`' first group, or what `pointer` points at)
/// of the last or next message on a topic; `capture: { name: level, serial: "level=(\\d+)" }`: a part of a serial line.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("oneOf" = [{ "required": ["topic"] }, { "required": ["serial"] }]))]
pub struct Capture {
    /// Variable to set.
    #[schemars(with = "forms::VariableName")]
    pub name: Spanned<String>,
    /// From where.
    #[schemars(flatten, with = "forms::CaptureKeys")]
    pub from: CaptureSource,
    /// Limit; default 2 s.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// Where a captured value comes from.
#[derive(Debug, Clone)]
pub enum CaptureSource {
    /// The latest message since the scenario's start on this topic filter, or the next one if there is none.
    Message {
        /// Topic filter.
        topic: Spanned<String>,
        /// Take the first group (or the whole match) of this expression.
        matches: Option<Spanned<regex::Regex>>,
        /// Take what this JSON pointer (RFC 6901) points at.
        pointer: Option<Spanned<String>>,
    },
    /// The latest serial line that matches, or the next one if there is none.
    Serial {
        /// First group, or the whole match.
        matches: Spanned<regex::Regex>,
    },
}

/// `expect-message: {..}`
pub(crate) const EXPECT_MESSAGE: Shape = Shape {
    name: "expect-message",
    example: "topic",
    keys: &[
        "topic",
        "payload",
        "payload-hex",
        "payload-json",
        "matches",
        "json",
        "qos",
        "retain",
        "properties",
        "count",
        "within",
    ],
};

/// `expect-retained: {..}`
pub(crate) const EXPECT_RETAINED: Shape = Shape {
    name: "expect-retained",
    example: "topic",
    keys: &["topic", "payload", "payload-hex", "payload-json", "matches", "json", "qos", "absent", "within"],
};

/// `expect-nothing: {..}`
pub(crate) const EXPECT_NOTHING: Shape = Shape {
    name: "expect-nothing",
    example: "topic",
    keys: &["topic", "payload", "payload-hex", "payload-json", "matches", "json", "for"],
};

/// `request: {..}`
pub(crate) const REQUEST: Shape = Shape {
    name: "request",
    example: "topic",
    keys: &[
        "topic",
        "payload",
        "payload-hex",
        "payload-json",
        "qos",
        "retain",
        "response",
        "response-matches",
        "response-json",
        "no-response",
        "within",
    ],
};

/// `capture: {..}`
pub(crate) const CAPTURE: Shape =
    Shape { name: "capture", example: "name", keys: &["name", "topic", "matches", "pointer", "serial", "within"] };

impl ExpectMessage {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_MESSAGE)?;
        let topic = map.required("topic", topic_filter);
        let payload = Match::payload(&mut map);
        let qos = map.optional("qos", qos);
        let retain = map.optional("retain", |cx, node| boolean(cx, node).map(|retain| Spanned::new(retain, node.span)));
        let expected = map.optional("properties", Properties::decode).unwrap_or_default();
        let count = map.optional("count", count).unwrap_or(1);
        let within = map.optional("within", duration);
        let properties = PropertiesMatch { expected };
        Some(Self { topic: topic?, payload, qos, retain, properties, count, within })
    }
}

fn count(cx: &mut Cx<'_>, node: &Node) -> Option<u32> {
    if node.as_text() == Some("0") {
        let help = "that no message comes is said by `expect-nothing`";
        cx.error_with_help(Code::BadValue, node.span, "a count of 0 messages", "at least 1 is expected", help);
        return None;
    }
    integer(cx, node, 1..=u32::MAX)
}

impl ExpectRetained {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_RETAINED)?;
        let topic = map.required("topic", topic_name);
        let payload = Match::payload(&mut map);
        let qos = map.optional("qos", qos);
        let absent = map.optional("absent", boolean).unwrap_or(false);
        if absent {
            map.excludes("absent", &PAYLOAD_MATCH);
            map.excludes("absent", &["qos"]);
        }
        let within = map.optional("within", duration);
        Some(Self { topic: topic?, payload, qos, absent, within })
    }
}

impl ExpectNothing {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_NOTHING)?;
        let topic = map.required("topic", topic_filter);
        let payload = Match::payload(&mut map);
        let duration = map.required("for", duration);
        Some(Self { topic: topic?, payload, duration: duration? })
    }
}

impl Request {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &REQUEST)?;
        let topic = map.required("topic", topic_name);
        let payload = ByteText::of(&mut map).unwrap_or_default();
        let qos = map.optional("qos", qos).map_or(1, |qos| qos.value);
        let retain = map.optional("retain", boolean).unwrap_or(false);
        let response = Match::response(&mut map);
        let no_response = map.optional("no-response", boolean).unwrap_or(false);
        if no_response {
            map.excludes("no-response", &["response", "response-matches", "response-json"]);
        }
        let within = map.optional("within", duration);
        Some(Self { topic: topic?, payload, qos, retain, response, no_response, within })
    }
}

impl Capture {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &CAPTURE)?;
        let name = map.required("name", variable_name);
        map.one_of(&["topic", "serial"], true);
        map.one_of(&["matches", "pointer"], false);
        map.excludes("serial", &["matches", "pointer"]);
        let topic = map.optional("topic", topic_filter);
        let matches = map.optional("matches", regex);
        let pointer = map.optional("pointer", json_pointer);
        let serial = map.optional("serial", regex);
        let within = map.optional("within", duration);
        let from = match (topic, serial) {
            (Some(topic), _) => CaptureSource::Message { topic, matches, pointer },
            (None, Some(matches)) => CaptureSource::Serial { matches },
            (None, None) => return None,
        };
        Some(Self { name: name?, from, within })
    }
}

/// A name that a variable can have.
pub(crate) fn variable_name(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<String>> {
    let name = node.as_text().filter(|_| !node.is_null());
    let Some(name) = name else {
        cx.wrong_type(node, "a name for a variable");
        return None;
    };
    let problem = match name {
        "iteration" => "`iteration` is set by `repeat`",
        "case" => "`case` names a row of `cases`",
        name if is_name(name) => return Some(Spanned::new(name.to_owned(), node.span)),
        _ => "a name is a letter or `_`, then letters, digits, `_` and `-`",
    };
    let title = format!("`{}` cannot name a variable", name.escape_debug());
    cx.error(Code::BadVariable, node.span, title, problem);
    None
}

/// RFC 6901: empty, or `/` before each part.
fn json_pointer(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<String>> {
    let text = cx.text(node, "a JSON pointer such as /state/hue")?;
    if text.known && !text.value.is_empty() && !text.value.starts_with('/') {
        let help = format!("RFC 6901: write /{}", text.value);
        cx.error_with_help(Code::BadValue, node.span, "a JSON pointer begins with `/`", "", help);
        return None;
    }
    Some(Spanned::new(text.value, node.span))
}
