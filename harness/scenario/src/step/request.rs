//! `request`: a command and its answer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::kind::{Role, StepKey, StepKind};
use super::publish::qos;
use super::title::Within;
use super::{ByteText, Match};
use crate::decode::{Cx, Map, Shape, boolean, duration, topic_name};
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Source, Spanned};

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
    /// Topic name that the answer is asked for on; default `hil/r/` and the number of the request. For brokers on which the harness may
    /// not subscribe there.
    #[schemars(with = "Option<forms::TopicName>")]
    pub response_topic: Option<Spanned<String>>,
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

/// `request: {..}`
const REQUEST: Shape = Shape {
    name: "request",
    example: "topic",
    keys: &[
        "topic",
        "payload",
        "payload-hex",
        "payload-json",
        "qos",
        "retain",
        "response-topic",
        "response",
        "response-matches",
        "response-json",
        "response-where",
        "no-response",
        "within",
    ],
};

impl StepKind for Request {
    const KEYS: &'static [StepKey] = &[StepKey::new(
        "request",
        "`request`: publish with a Response Topic and Correlation Data, and expect the answer.",
    )
    .shapes(&[(&REQUEST, "/$defs/Request")])];
    const ROLE: Role = Role::Stimulus;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &REQUEST)?;
        let topic = map.required("topic", topic_name);
        let payload = ByteText::of(&mut map).unwrap_or_default();
        let qos = map.optional("qos", qos).map_or(1, |qos| qos.value);
        let retain = map.optional("retain", boolean).unwrap_or(false);
        let response_topic = map.optional("response-topic", topic_name);
        let response = Match::response(&mut map);
        let no_response = map.optional("no-response", boolean).unwrap_or(false);
        if no_response {
            map.excludes("no-response", &["response", "response-matches", "response-json", "response-where"]);
        }
        let within = map.optional("within", duration);
        Some(Self { topic: topic?, payload, qos, retain, response_topic, response, no_response, within })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "request {} {} -> ", self.topic.value, self.payload)?;
        match (&self.response, self.no_response) {
            (_, true) => f.write_str("no response")?,
            (Match::Any, _) => f.write_str("any response")?,
            (response, _) => write!(f, "{response}")?,
        }
        write!(f, "{}", Within(self.within))
    }

    fn judges(&self) -> bool {
        // It waits for its answer, or for none.
        true
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Mqtt]
    }

    fn flow(&self, flow: &mut Flow, _source: &Arc<Source>, _path: &str) {
        flow.groups(&self.response);
    }

    fn recover(flow: &mut Flow, _source: &Arc<Source>, value: &Node, _path: &str) {
        flow.declared(value);
    }
}
