//! `expect-value`: what a variable holds, or what is calculated from several.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::kind::{Role, StepKey, StepKind};
use crate::condition::{CONDITION, Condition};
use crate::decode::{Cx, Map, Shape};
use crate::json::Json;
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Spanned};

/// `expect-value: { value: "${after - before}", is: { between: [0, 5] } }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExpectValue {
    /// The value: a variable alone keeps its type.
    #[schemars(with = "forms::AnyJson")]
    pub value: Spanned<Json>,
    /// What it must be.
    #[schemars(rename = "is", with = "forms::ConditionForm")]
    pub condition: Condition,
}

/// `expect-value: {..}`
const EXPECT_VALUE: Shape = Shape { name: "expect-value", example: "value", keys: &["value", "is"] };

impl StepKind for ExpectValue {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("expect-value", "`expect-value`: what a variable holds, or what is calculated from several.")
            .shapes(&[(&EXPECT_VALUE, "/$defs/ExpectValue"), (&CONDITION, "/$defs/checks")])
            .not_in_wokwi("Wokwi has no variables")];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_VALUE)?;
        let value = map.required("value", |cx, node| Some(Spanned::new(Json::decode(cx, node)?, node.span)));
        let condition = map.required("is", Condition::decode);
        Some(Self { value: value?, condition: condition? })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expect-value {} is {}", self.value.value, self.condition)
    }

    fn needs(&self) -> &'static [Capability] {
        &[]
    }
}
