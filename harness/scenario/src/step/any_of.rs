//! `any-of`: at least one must hold.

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

/// `any-of: [..]`
#[derive(Debug, Clone)]
pub struct AnyOf(pub Vec<StepNode>);

impl StepKind for AnyOf {
    const KEYS: &'static [StepKey] = &[StepKey::new("any-of", "`any-of`: at least one must hold.")];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        expectations(cx, node).map(Self)
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<forms::Expectations>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "any-of {}", Steps(&self.0))
    }

    fn needs(&self) -> &'static [Capability] {
        &[]
    }

    fn children(&self) -> &[StepNode] {
        &self.0
    }

    fn flow(&self, flow: &mut Flow, source: &Arc<Source>, path: &str) {
        flow.alternatives(source, &self.0, path);
    }

    fn recover(flow: &mut Flow, source: &Arc<Source>, value: &Node, path: &str) {
        flow.children(source, &children_of(value), path);
    }
}
