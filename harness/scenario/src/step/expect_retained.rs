//! `expect-retained`: what the broker keeps.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::Match;
use super::kind::{Role, StepKey, StepKind};
use super::matcher::PAYLOAD_MATCH;
use super::publish::qos;
use super::title::Within;
use crate::decode::{Cx, Map, Shape, boolean, duration, topic_name};
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Source, Spanned};

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

/// `expect-retained: {..}`
const EXPECT_RETAINED: Shape = Shape {
    name: "expect-retained",
    example: "topic",
    keys: &["topic", "payload", "payload-hex", "payload-json", "matches", "json", "where", "qos", "absent", "within"],
};

impl StepKind for ExpectRetained {
    const KEYS: &'static [StepKey] = &[StepKey::new(
        "expect-retained",
        "`expect-retained`: a fresh subscription is given a matching retained message (or none).",
    )
    .shapes(&[(&EXPECT_RETAINED, "/$defs/ExpectRetained")])];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
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

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.absent {
            return write!(f, "expect-retained {} absent{}", self.topic.value, Within(self.within));
        }
        write!(f, "expect-retained {} {}{}", self.topic.value, self.payload, Within(self.within))
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Mqtt]
    }

    fn within(&self) -> Option<Duration> {
        self.within
    }

    fn flow(&self, flow: &mut Flow, _source: &Arc<Source>, _path: &str) {
        flow.groups(&self.payload);
    }

    fn recover(flow: &mut Flow, _source: &Arc<Source>, value: &Node, _path: &str) {
        flow.declared(value);
    }
}
