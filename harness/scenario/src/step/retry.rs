//! `retry`: steps that are tried again until they hold.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hil_model::time::display;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::StepNode;
use super::group::children_of;
use super::kind::{Role, StepKey, StepKind};
use super::title::Steps;
use crate::decode::{Cx, Map, Shape, duration, positive, steps};
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Source};

/// `retry: { every: 1s, within: 30s, steps: [..] }`. The variable `${iteration}` counts the tries from 1.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Retry {
    /// From the beginning of one try to that of the next, above zero; default 1 s. A try that takes longer is followed at once.
    #[schemars(with = "Option<forms::DurationText>")]
    pub every: Duration,
    /// No try begins later than this; the last one is finished.
    #[schemars(with = "forms::DurationText")]
    pub within: Duration,
    /// What must hold together.
    #[schemars(with = "forms::Steps")]
    pub steps: Vec<StepNode>,
}

/// `retry: {..}`
const RETRY: Shape = Shape { name: "retry", example: "within", keys: &["every", "within", "steps"] };

/// Default of `every`.
const EVERY: Duration = Duration::from_secs(1);

impl StepKind for Retry {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("retry", "`retry`: the steps, again and again until all of them hold, or the limit is over.")
            .shapes(&[(&RETRY, "/$defs/Retry")])
            .not_in_wokwi("wait-serial waits for a text")];
    const ROLE: Role = Role::Other;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &RETRY)?;
        let every = map.optional("every", positive).unwrap_or(EVERY);
        let within = map.required("within", duration);
        let steps = map.required("steps", |cx, node| steps(cx, node, false));
        Some(Self { every, within: within?, steps: steps? })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "retry every {} within {} {}", display(self.every), display(self.within), Steps(&self.steps))
    }

    fn needs(&self) -> &'static [Capability] {
        &[]
    }

    fn children(&self) -> &[StepNode] {
        &self.steps
    }

    fn flow(&self, flow: &mut Flow, source: &Arc<Source>, path: &str) {
        flow.iterate(1, source, &self.steps, path);
    }

    fn recover(flow: &mut Flow, source: &Arc<Source>, value: &Node, path: &str) {
        flow.iterate_wrong(source, &value.get("steps").map(children_of).unwrap_or_default(), path);
    }
}
