//! Expectations on MQTT messages, request and response, captures.

use std::time::Duration;

use super::{ByteText, Match, Properties, Spanned};

/// `expect-message: { topic: stat/led/mode, payload: "blink,200,500", qos: 1, retain: false, count: 1, within: 1s }`
#[derive(Debug, Clone)]
pub struct ExpectMessage {
    /// Topic filter (wildcards allowed).
    pub topic: Spanned<String>,
    /// Condition on the payload.
    pub payload: Match,
    /// QoS of the delivery.
    pub qos: Option<Spanned<u8>>,
    /// RETAIN flag of the delivery.
    pub retain: Option<Spanned<bool>>,
    /// Conditions on properties.
    pub properties: PropertiesMatch,
    /// How many matching messages must arrive; default 1.
    pub count: u32,
    /// Limit; `None`: the default (2 s).
    pub within: Option<Duration>,
}

/// Properties that a message must have; what is not named may be anything.
#[derive(Debug, Clone, Default)]
pub struct PropertiesMatch {
    /// The expected ones.
    pub expected: Properties,
}

/// `expect-retained: { topic: stat/led/mode, payload: .. }` or `{ topic: .., absent: true }`
#[derive(Debug, Clone)]
pub struct ExpectRetained {
    /// Topic name (no wildcards: a retained message is proved topic by topic).
    pub topic: Spanned<String>,
    /// Condition on the payload.
    pub payload: Match,
    /// QoS of the delivery.
    pub qos: Option<Spanned<u8>>,
    /// `absent: true`: there must be no retained message.
    pub absent: bool,
    /// Limit; fresh subscriptions are made until one is given the expected message, or for `absent` none.
    pub within: Option<Duration>,
}

/// `expect-nothing: { topic: "stat/#", for: 500ms }`: also counts messages since the stimulus before it.
#[derive(Debug, Clone)]
pub struct ExpectNothing {
    /// Topic filter.
    pub topic: Spanned<String>,
    /// Only messages that match count.
    pub payload: Match,
    /// For how long.
    pub duration: Duration,
}

/// `request: { topic: cmnd/led/hue, payload: "361", response: "error: hue 361 is out of range 0..360", within: 1s }`
#[derive(Debug, Clone)]
pub struct Request {
    /// Topic name of the command.
    pub topic: Spanned<String>,
    /// Payload of the command.
    pub payload: ByteText,
    /// QoS of the command; default 1.
    pub qos: u8,
    /// RETAIN flag of the command.
    pub retain: bool,
    /// Condition on the response (`response`, `response-matches`, `response-json`).
    pub response: Match,
    /// `no-response: true`: there must be no answer within the limit.
    pub no_response: bool,
    /// Limit; `None`: the default (2 s).
    pub within: Option<Duration>,
}

/// `capture: { name: before, topic: stat/led/hsb }`: the payload (or `matches`' first group) of the last or next message
/// on a topic, or a part of a serial line.
#[derive(Debug, Clone)]
pub struct Capture {
    /// Variable to set.
    pub name: Spanned<String>,
    /// From where.
    pub from: CaptureSource,
    /// Limit; `None`: the default (2 s).
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
