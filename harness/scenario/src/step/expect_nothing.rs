//! `expect-nothing`: no message for a while.

use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use hil_model::time;

use super::Match;
use super::kind::{Role, StepKey, StepKind};
use crate::decode::{Cx, Map, Shape, duration, topic_filter};
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Spanned};

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

/// `expect-nothing: {..}`
const EXPECT_NOTHING: Shape = Shape {
    name: "expect-nothing",
    example: "topic",
    keys: &["topic", "payload", "payload-hex", "payload-json", "matches", "json", "where", "for"],
};

impl StepKind for ExpectNothing {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("expect-nothing", "`expect-nothing`: no message on a topic filter for a while.")
            .shapes(&[(&EXPECT_NOTHING, "/$defs/ExpectNothing")])];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_NOTHING)?;
        let topic = map.required("topic", topic_filter);
        let payload = Match::payload(&mut map);
        let duration = map.required("for", duration);
        Some(Self { topic: topic?, payload, duration: duration? })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (topic, duration) = (&self.topic.value, time::display(self.duration));
        match &self.payload {
            Match::Any => write!(f, "expect-nothing {topic} for {duration}"),
            payload => write!(f, "expect-nothing {topic} {payload} for {duration}"),
        }
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Mqtt]
    }

    fn watches(&self) -> Option<&Spanned<String>> {
        Some(&self.topic)
    }
}
