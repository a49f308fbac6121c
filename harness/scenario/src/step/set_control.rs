//! `set-control`: a button is pressed, a knob is turned.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::WokwiFiles;
use super::kind::{Role, StepKey, StepKind};
use super::wokwi::number_of;
use crate::decode::{Cx, Map, Shape, aliased, number, spanned_text};
use crate::schema::forms;
use crate::wokwi::checks;
use crate::yaml::Node;
use crate::{Capability, Spanned};

/// `set-control: { part-id: btn1, control: pressed, value: 1 }` (`name` is an alias of `control`)
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("oneOf" = [{ "required": ["control"] }, { "required": ["name"] }]))]
pub struct SetControl {
    /// Part in the board drawing.
    #[schemars(rename = "part-id", with = "forms::FilledText")]
    pub part: Spanned<String>,
    /// Control's name.
    #[schemars(flatten, with = "forms::ControlKeys")]
    pub control: Spanned<String>,
    /// Value; its range depends on the control.
    #[schemars(with = "forms::Number")]
    pub value: f64,
}

/// `set-control: {..}`
const SET_CONTROL: Shape =
    Shape { name: "set-control", example: "part-id", keys: &["part-id", "control", "name", "value"] };

impl StepKind for SetControl {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("set-control", "`set-control` (Wokwi): press a button, turn a knob.")
            .shapes(&[(&SET_CONTROL, "/$defs/SetControl")])
            .wokwi(3, checks::set_control)];
    const ROLE: Role = Role::Stimulus;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &SET_CONTROL)?;
        let part = map.required("part-id", spanned_text);
        let control = aliased(&mut map, "control");
        let value = map.required("value", number);
        Some(Self { part: part?, control: control?, value: value? })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "set-control {} {} {}", self.part.value, self.control.value, self.value)
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Controls]
    }

    fn wokwi(&self, _files: &mut WokwiFiles<'_>) -> Option<(&'static str, Value)> {
        let value = number_of(self.value);
        Some(("set-control", json!({ "part-id": self.part.value, "name": self.control.value, "value": value })))
    }
}
