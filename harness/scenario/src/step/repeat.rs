//! `repeat`: the same steps several times.

use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::StepNode;
use super::group::children_of;
use super::kind::{Role, StepKey, StepKind};
use super::title::Steps;
use crate::decode::{Cx, Map, Shape, integer, steps};
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Source};

/// `repeat: { times: 3, steps: [..] }`. The variable `${iteration}` counts from 1.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Repeat {
    /// How often, 1..=1_000_000.
    #[schemars(with = "forms::Integer<1, 1_000_000>")]
    pub times: u32,
    /// What.
    #[schemars(with = "forms::Steps")]
    pub steps: Vec<StepNode>,
}

/// `repeat: {..}`
const REPEAT: Shape = Shape { name: "repeat", example: "times", keys: &["times", "steps"] };

impl StepKind for Repeat {
    const KEYS: &'static [StepKey] = &[StepKey::new("repeat", "`repeat`: the same steps several times.")
        .shapes(&[(&REPEAT, "/$defs/Repeat")])
        .not_in_wokwi("write the steps as often as they are to be done")];
    const ROLE: Role = Role::Other;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &REPEAT)?;
        let times = map.required("times", |cx, node| integer(cx, node, 1..=1_000_000));
        let steps = map.required("steps", |cx, node| steps(cx, node, false));
        Some(Self { times: times?, steps: steps? })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "repeat {} times {}", self.times, Steps(&self.steps))
    }

    fn needs(&self) -> &'static [Capability] {
        &[]
    }

    fn children(&self) -> &[StepNode] {
        &self.steps
    }

    fn flow(&self, flow: &mut Flow, source: &Arc<Source>, path: &str) {
        flow.iterate(self.times, source, &self.steps, path);
    }

    fn recover(flow: &mut Flow, source: &Arc<Source>, value: &Node, path: &str) {
        flow.iterate_wrong(source, &value.get("steps").map(children_of).unwrap_or_default(), path);
    }
}
