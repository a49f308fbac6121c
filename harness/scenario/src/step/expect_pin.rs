//! `expect-pin`: the level of a pin at this moment.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::WokwiFiles;
use super::kind::{Role, StepKey, StepKind};
use crate::decode::{Cx, Map, Shape, aliased, integer, spanned_text};
use crate::schema::forms;
use crate::wokwi::checks;
use crate::yaml::Node;
use crate::{Capability, Spanned};

/// `expect-pin: { part-id: esp, pin: "8", value: 1 }` (`name` is an alias of `pin`)
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("oneOf" = [{ "required": ["pin"] }, { "required": ["name"] }]))]
pub struct ExpectPin {
    /// Part in the board drawing.
    #[schemars(rename = "part-id", with = "forms::FilledText")]
    pub part: Spanned<String>,
    /// Pin name.
    #[schemars(flatten, with = "forms::PinKeys")]
    pub pin: Spanned<String>,
    /// Expected level.
    #[schemars(with = "forms::Level")]
    pub value: bool,
}

/// `expect-pin: {..}`
const EXPECT_PIN: Shape = Shape { name: "expect-pin", example: "part-id", keys: &["part-id", "pin", "name", "value"] };

impl StepKind for ExpectPin {
    const KEYS: &'static [StepKey] = &[StepKey::new("expect-pin", "`expect-pin` (Wokwi): level of a pin now.")
        .shapes(&[(&EXPECT_PIN, "/$defs/ExpectPin")])
        .wokwi(2, checks::expect_pin)];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_PIN)?;
        let part = map.required("part-id", spanned_text);
        let pin = aliased(&mut map, "pin");
        let value = map.required("value", level);
        Some(Self { part: part?, pin: pin?, value: value? })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expect-pin {}:{} {}", self.part.value, self.pin.value, u8::from(self.value))
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Pins]
    }

    fn wokwi(&self, _files: &mut WokwiFiles<'_>) -> Option<(&'static str, Value)> {
        let value = json!({ "part-id": self.part.value, "name": self.pin.value, "value": u8::from(self.value) });
        Some(("expect-pin", value))
    }
}

/// `0`, `1`, `false` or `true`.
pub(super) fn level(cx: &mut Cx<'_>, node: &Node) -> Option<bool> {
    match node.as_text() {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => integer(cx, node, 0..=1).map(|level| level == 1),
    }
}
