//! `delay`: scenario time passes.

use std::fmt;
use std::time::Duration;

use hil_model::time;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::WokwiFiles;
use super::kind::{Role, StepKey, StepKind};
use crate::Capability;
use crate::decode::{Cx, duration};
use crate::schema::forms;
use crate::wokwi::checks;
use crate::yaml::Node;

/// `delay: 500ms`
#[derive(Debug, Clone, Copy)]
pub struct Delay(pub Duration);

impl StepKind for Delay {
    const KEYS: &'static [StepKey] = &[StepKey::new("delay", "`delay: 500ms`: let that much scenario time pass.")
        .wokwi(0, |look, _, value| checks::delay(look, value, "`delay`"))];
    const ROLE: Role = Role::Other;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        duration(cx, node).map(Self)
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<forms::DurationText>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "delay {}", time::display(self.0))
    }

    fn needs(&self) -> &'static [Capability] {
        &[]
    }

    fn wokwi(&self, _files: &mut WokwiFiles<'_>) -> Option<(&'static str, Value)> {
        Some(("delay", json!(time::display(self.0))))
    }
}
