//! `in-order`: expectations that must hold one after the other, each on what came after the one before.

use std::fmt;
use std::sync::Arc;

use schemars::{Schema, SchemaGenerator};

use super::StepNode;
use super::group::{children_of, expectations};
use super::kind::{Role, StepKey, StepKind};
use super::title::Steps;
use crate::decode::Cx;
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Source};

/// `in-order: [..]`
#[derive(Debug, Clone)]
pub struct InOrder(pub Vec<StepNode>);

impl StepKind for InOrder {
    const KEYS: &'static [StepKey] = &[StepKey::new(
        "in-order",
        "`in-order`: expectations that must hold one after the other, each on what came after the one before.",
    )];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        expectations(cx, node).map(Self)
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<forms::Expectations>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in-order {}", Steps(&self.0))
    }

    fn needs(&self) -> &'static [Capability] {
        &[]
    }

    fn children(&self) -> &[StepNode] {
        &self.0
    }

    fn flow(&self, flow: &mut Flow, source: &Arc<Source>, path: &str) {
        flow.children(source, &self.0, path);
    }

    fn recover(flow: &mut Flow, source: &Arc<Source>, value: &Node, path: &str) {
        flow.children(source, &children_of(value), path);
    }
}
