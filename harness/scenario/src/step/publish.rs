//! `publish`: a message to the broker.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::kind::{Role, StepKey, StepKind};
use super::matcher::hex_bytes;
use super::{ByteText, Spanned};
use crate::Capability;
use crate::decode::{Cx, Map, Shape, boolean, integer, plain_text, topic_name};
use crate::schema::forms;
use crate::yaml::{Node, NodeKind};

/// `publish: { topic: cmnd/led/power, payload: "on", qos: 1, retain: false, properties: {..} }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Publish {
    /// Topic name, no wildcards.
    #[schemars(with = "forms::TopicName")]
    pub topic: Spanned<String>,
    /// `payload`, `payload-hex` or `payload-json`; empty if none is given.
    #[schemars(flatten, with = "forms::PayloadKeys")]
    pub payload: ByteText,
    /// 0, 1 or 2; default 1.
    #[schemars(with = "Option<forms::Qos>")]
    pub qos: u8,
    /// Default false.
    #[schemars(with = "Option<forms::Boolean>")]
    pub retain: bool,
    /// MQTT 5 properties to send.
    #[schemars(with = "Option<Properties>")]
    pub properties: Properties,
}

/// Properties of a message (MQTT 5, section 3.3.2.3).
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Properties {
    /// `response-topic`: where an answer is expected.
    #[schemars(with = "Option<forms::TopicName>")]
    pub response_topic: Option<String>,
    /// `correlation-data` (text) or `correlation-data-hex`
    #[schemars(flatten, with = "forms::CorrelationKeys")]
    pub correlation_data: Option<Vec<u8>>,
    /// `content-type`: MIME type, or whatever both sides agree on.
    #[schemars(with = "Option<forms::Text>")]
    pub content_type: Option<String>,
    /// `message-expiry`: whole seconds.
    #[schemars(with = "Option<forms::Integer<0, { u32::MAX as u64 }>>")]
    pub message_expiry: Option<u32>,
    /// `payload-is-utf8`: Payload Format Indicator.
    #[schemars(with = "Option<forms::Boolean>")]
    pub payload_is_utf8: Option<bool>,
    /// `user: { key: value }`: User Properties.
    #[schemars(with = "Option<std::collections::BTreeMap<String, forms::Text>>")]
    pub user: Vec<(String, String)>,
}

/// `publish: {..}`
const PUBLISH: Shape = Shape {
    name: "publish",
    example: "topic",
    keys: &["topic", "payload", "payload-hex", "payload-json", "qos", "retain", "properties"],
};

/// `properties: {..}`
pub(super) const PROPERTIES: Shape = Shape {
    name: "properties",
    example: "response-topic",
    keys: &[
        "response-topic",
        "correlation-data",
        "correlation-data-hex",
        "content-type",
        "message-expiry",
        "payload-is-utf8",
        "user",
    ],
};

impl StepKind for Publish {
    const KEYS: &'static [StepKey] = &[StepKey::new(
        "publish",
        "`publish`: a message to the broker, QoS 1 by default; done when the broker has acknowledged it.",
    )
    .shapes(&[(&PUBLISH, "/$defs/Publish"), (&PROPERTIES, "/$defs/Properties")])];
    const ROLE: Role = Role::Stimulus;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &PUBLISH)?;
        let topic = map.required("topic", topic_name);
        let payload = ByteText::of(&mut map);
        let qos = map.optional("qos", qos).map_or(1, |qos| qos.value);
        let retain = map.optional("retain", boolean).unwrap_or(false);
        let properties = map.optional("properties", Properties::decode).unwrap_or_default();
        Some(Self { topic: topic?, payload: payload.unwrap_or_default(), qos, retain, properties })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "publish {} {}", self.topic.value, self.payload)?;
        if self.qos != 1 {
            write!(f, " qos {}", self.qos)?;
        }
        f.write_str(if self.retain { " retained" } else { "" })
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Mqtt]
    }
}

impl Properties {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &PROPERTIES)?;
        map.one_of(&["correlation-data", "correlation-data-hex"], false);
        let text = map.optional("correlation-data", plain_text).map(String::into_bytes);
        let hex = map.optional("correlation-data-hex", hex_bytes);
        Some(Self {
            response_topic: map.optional("response-topic", topic_name).map(|topic| topic.value),
            correlation_data: text.or(hex),
            content_type: map.optional("content-type", plain_text),
            message_expiry: map.optional("message-expiry", |cx, node| integer(cx, node, 0..=u32::MAX)),
            payload_is_utf8: map.optional("payload-is-utf8", boolean),
            user: map.optional("user", user).unwrap_or_default(),
        })
    }
}

/// User Properties: any keys.
fn user(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<(String, String)>> {
    let NodeKind::Mapping(entries) = &node.kind else {
        cx.wrong_type(node, "a mapping of names to texts");
        return None;
    };
    let user = entries.iter().filter_map(|(key, value)| Some((key.as_text()?.to_owned(), plain_text(cx, value)?)));
    Some(user.collect())
}

/// 0, 1 or 2.
pub(super) fn qos(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<u8>> {
    integer(cx, node, 0..=2).map(|qos| Spanned::new(qos, node.span))
}
