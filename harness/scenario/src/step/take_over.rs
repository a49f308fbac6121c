//! `take-over`: another client connects as the device.

use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::kind::{Role, StepKey, StepKind};
use super::title::Within;
use crate::decode::{Cx, Map, Shape, duration, spanned_text};
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Spanned};

/// `take-over: { client-id: thermo-1, within: 40s }`: the broker ends the device's connection (MQTT 5, section 3.1.4), and the step
/// is done when the device has taken it back.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TakeOver {
    /// The client identifier of the device: no other client is touched. Default: what hil has given the device, or `--client-id`.
    #[schemars(with = "Option<forms::FilledText>")]
    pub client_id: Option<Spanned<String>>,
    /// Limit; default 40 s.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// `take-over: {..}`
const TAKE_OVER: Shape = Shape { name: "take-over", example: "client-id", keys: &["client-id", "within"] };

impl TakeOver {
    /// Default of `within`.
    pub const WITHIN: Duration = Duration::from_secs(40);
}

impl StepKind for TakeOver {
    const KEYS: &'static [StepKey] = &[StepKey::new(
        "take-over",
        "`take-over`: another client connects as the device, which loses its connection and must take it back.",
    )
    .shapes(&[(&TAKE_OVER, "/$defs/TakeOver")])];
    const ROLE: Role = Role::Stimulus;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &TAKE_OVER)?;
        let client_id = map.optional("client-id", spanned_text);
        let within = map.optional("within", duration);
        Some(Self { client_id, within })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let client_id = self.client_id.as_ref().map_or("the device", |id| &id.value);
        write!(f, "take-over {client_id}{}", Within(self.within))
    }

    fn needs(&self) -> &'static [Capability] {
        if self.client_id.is_some() { &[Capability::Mqtt] } else { &[Capability::Mqtt, Capability::ClientId] }
    }

    fn within(&self) -> Option<Duration> {
        self.within
    }
}
