//! What the properties of a message must be.

use hil_model::observation::Message;
use schemars::JsonSchema;

use super::matcher::hex_bytes;
use super::publish::PROPERTIES;
use crate::condition::{Check, Condition};
use crate::decode::{Cx, Map, plain_text};
use crate::json::{Json, Number};
use crate::schema::forms;
use crate::yaml::{Node, NodeKind};

/// Conditions on the properties of a message (MQTT 5, section 3.3.2.3); what is not named may be anything.
#[derive(Debug, Clone, Default)]
pub struct PropertiesMatch {
    /// In the order of the keys' table.
    rules: Vec<(Property, Condition)>,
    /// `correlation-data-hex`: exactly these bytes.
    correlation_bytes: Option<Vec<u8>>,
}

/// A property.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Property {
    ResponseTopic,
    CorrelationData,
    ContentType,
    MessageExpiry,
    PayloadIsUtf8,
    User(String),
}

/// The keys of conditions on properties.
#[derive(JsonSchema)]
#[schemars(rename = "properties-match", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct PropertiesMatchKeys {
    /// Where an answer is expected.
    response_topic: Option<forms::ConditionForm>,
    /// Correlation Data as text.
    correlation_data: Option<forms::ConditionForm>,
    /// Correlation Data as hexadecimal digits.
    correlation_data_hex: Option<forms::Hex>,
    /// MIME type, or whatever both sides agree on.
    content_type: Option<forms::ConditionForm>,
    /// Whole seconds.
    message_expiry: Option<forms::ConditionForm>,
    /// Payload Format Indicator.
    payload_is_utf8: Option<forms::ConditionForm>,
    /// User Properties.
    user: Option<std::collections::BTreeMap<String, forms::ConditionForm>>,
}

impl PropertiesMatch {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &PROPERTIES)?;
        map.one_of(&["correlation-data", "correlation-data-hex"], false);
        let mut rules = Vec::new();
        for (key, property) in [
            ("response-topic", Property::ResponseTopic),
            ("correlation-data", Property::CorrelationData),
            ("content-type", Property::ContentType),
        ] {
            rules.extend(map.optional(key, text_condition).map(|condition| (property, condition)));
        }
        for (key, property) in
            [("message-expiry", Property::MessageExpiry), ("payload-is-utf8", Property::PayloadIsUtf8)]
        {
            rules.extend(map.optional(key, Condition::decode).map(|condition| (property, condition)));
        }
        let correlation_bytes = map.optional("correlation-data-hex", hex_bytes);
        rules.extend(map.optional("user", user).unwrap_or_default());
        Some(Self { rules, correlation_bytes })
    }

    /// The first property of a message that is not as expected, in words: `message-expiry is 30, not > 60`.
    pub fn wrong(&self, message: &Message) -> Option<String> {
        let correlation = message.correlation_data.as_ref();
        let bytes = self.correlation_bytes.as_ref().and_then(|expected| {
            let is_right = correlation.is_some_and(|actual| actual.0 == *expected);
            let shown = |bytes: &[u8]| hil_model::observation::Payload(bytes.to_vec()).to_string();
            let actual = || correlation.map_or_else(|| "absent".to_owned(), |actual| shown(&actual.0));
            (!is_right).then(|| format!("correlation-data is {}, not {}", actual(), shown(expected)))
        });
        bytes.or_else(|| self.rules.iter().find_map(|(property, condition)| property.wrong(message, condition)))
    }
}

impl Property {
    fn wrong(&self, message: &Message, condition: &Condition) -> Option<String> {
        let as_text = |text: Option<&str>| (condition.hold_text(text), text.is_some());
        let as_json = |value: Option<Json>| (condition.hold(value.as_ref()), value.is_some());
        let (result, is_there) = match self {
            Self::ResponseTopic => as_text(message.response_topic.as_deref()),
            Self::ContentType => as_text(message.content_type.as_deref()),
            Self::CorrelationData => {
                let text = message.correlation_data.as_ref().map(|data| String::from_utf8_lossy(&data.0).into_owned());
                as_text(text.as_deref())
            }
            Self::MessageExpiry => as_json(message.message_expiry.map(|n| Json::Number(Number::from(n as usize)))),
            Self::PayloadIsUtf8 => as_json(message.payload_is_utf8.map(Json::Bool)),
            // There may be several of one name (section 3.3.2.3.7): one of them must do.
            Self::User(name) => {
                let named = || message.user_properties.iter().filter(|(it, _)| it == name);
                match named().find(|(_, value)| condition.hold_text(Some(value)).is_ok()) {
                    Some((_, value)) => as_text(Some(value)),
                    None => as_text(named().next().map(|(_, value)| value.as_str())),
                }
            }
        };
        let mismatch = result.err()?;
        let actual = if is_there { mismatch.actual } else { "absent".to_owned() };
        let name = match self {
            Self::ResponseTopic => "response-topic".to_owned(),
            Self::CorrelationData => "correlation-data".to_owned(),
            Self::ContentType => "content-type".to_owned(),
            Self::MessageExpiry => "message-expiry".to_owned(),
            Self::PayloadIsUtf8 => "payload-is-utf8".to_owned(),
            Self::User(name) => format!("the user property {name}"),
        };
        Some(format!("{name} is {actual}, not {}", mismatch.expected))
    }
}

/// A text, which must be equal, or checks.
pub(super) fn text_condition(cx: &mut Cx<'_>, node: &Node) -> Option<Condition> {
    if matches!(node.kind, NodeKind::Mapping(_)) {
        return Condition::decode(cx, node);
    }
    Some(Condition(vec![Check::Equals(Json::Text(plain_text(cx, node)?))]))
}

/// User Properties: any keys.
fn user(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<(Property, Condition)>> {
    let NodeKind::Mapping(entries) = &node.kind else {
        cx.wrong_type(node, "a mapping of names to texts or conditions");
        return None;
    };
    let rules: Vec<_> = entries
        .iter()
        .map(|(key, value)| Some((Property::User(key.as_text()?.to_owned()), text_condition(cx, value)?)))
        .collect();
    rules.into_iter().collect()
}
