//! `expect-message`: the observer receives a message.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::kind::{Role, StepKey, StepKind};
use super::properties_match::PropertiesMatchKeys;
use super::publish::{PROPERTIES, qos};
use super::title::Within;
use super::{Match, PropertiesMatch};
use crate::condition::CONDITION;
use crate::decode::{Cx, Map, Shape, boolean, duration, integer, topic_filter};
use crate::error::Code;
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Source, Spanned};

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
    #[schemars(with = "Option<PropertiesMatchKeys>")]
    pub properties: PropertiesMatch,
    /// How many matching messages must arrive; default 1.
    #[schemars(with = "Option<forms::Integer<1, { u32::MAX as u64 }>>")]
    pub count: u32,
    /// Limit; default 2 s.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// `expect-message: {..}`
const EXPECT_MESSAGE: Shape = Shape {
    name: "expect-message",
    example: "topic",
    keys: &[
        "topic",
        "payload",
        "payload-hex",
        "payload-json",
        "matches",
        "json",
        "where",
        "qos",
        "retain",
        "properties",
        "count",
        "within",
    ],
};

impl StepKind for ExpectMessage {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("expect-message", "`expect-message`: the observer receives a matching message.").shapes(&[
            (&EXPECT_MESSAGE, "/$defs/ExpectMessage"),
            (&PROPERTIES, "/$defs/properties-match"),
            (&CONDITION, "/$defs/checks"),
        ])];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_MESSAGE)?;
        let topic = map.required("topic", topic_filter);
        let payload = Match::payload(&mut map);
        let qos = map.optional("qos", qos);
        let retain = map.optional("retain", |cx, node| boolean(cx, node).map(|retain| Spanned::new(retain, node.span)));
        let properties = map.optional("properties", PropertiesMatch::decode).unwrap_or_default();
        let count = map.optional("count", count).unwrap_or(1);
        let within = map.optional("within", duration);
        Some(Self { topic: topic?, payload, qos, retain, properties, count, within })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expect-message {} {}", self.topic.value, self.payload)?;
        self.qos.iter().try_for_each(|qos| write!(f, " qos {}", qos.value))?;
        if let Some(retain) = &self.retain {
            f.write_str(if retain.value { " retained" } else { " not retained" })?;
        }
        if self.count != 1 {
            write!(f, " {} times", self.count)?;
        }
        write!(f, "{}", Within(self.within))
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Mqtt]
    }

    fn within(&self) -> Option<Duration> {
        self.within
    }

    fn watches(&self) -> Option<&Spanned<String>> {
        Some(&self.topic)
    }

    fn flow(&self, flow: &mut Flow, _source: &Arc<Source>, _path: &str) {
        flow.groups(&self.payload);
    }

    fn recover(flow: &mut Flow, _source: &Arc<Source>, value: &Node, _path: &str) {
        flow.declared(value);
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
