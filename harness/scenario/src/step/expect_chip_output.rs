//! `expect-chip-output`: what a custom chip of Wokwi's prints.

use std::fmt;

use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::WokwiFiles;
use super::kind::{Role, StepKey, StepKind};
use crate::Capability;
use crate::decode::{Cx, spanned_text};
use crate::schema::forms;
use crate::wokwi::checks;
use crate::yaml::Node;

/// `expect-chip-output: text`
#[derive(Debug, Clone)]
pub struct ExpectChipOutput(pub String);

impl StepKind for ExpectChipOutput {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("expect-chip-output", "`expect-chip-output: text` (Wokwi custom chips).")
            .wokwi(1, checks::quoted_text)];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        spanned_text(cx, node).map(|text| Self(text.value))
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<forms::FilledText>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expect-chip-output {:?}", self.0)
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::CustomChips]
    }

    fn wokwi(&self, _files: &mut WokwiFiles<'_>) -> Option<(&'static str, Value)> {
        Some(("expect-chip-output", json!(self.0)))
    }
}
