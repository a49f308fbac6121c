//! `mark`: a place in the journal.

use std::fmt;
use std::sync::Arc;

use schemars::{Schema, SchemaGenerator};

use super::kind::{Role, StepKey, StepKind};
use crate::decode::{Cx, spanned_text};
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Source, Spanned};

/// `mark: name`
#[derive(Debug, Clone)]
pub struct Mark(pub Spanned<String>);

impl StepKind for Mark {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("mark", "`mark: name`: a place in the journal that `since` can refer to.")];
    const ROLE: Role = Role::Other;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        spanned_text(cx, node).map(Self)
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<forms::FilledText>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mark {}", self.0.value)
    }

    fn needs(&self) -> &'static [Capability] {
        &[]
    }

    fn flow(&self, flow: &mut Flow, _source: &Arc<Source>, _path: &str) {
        flow.mark(&self.0.value);
    }

    fn recover(flow: &mut Flow, _source: &Arc<Source>, value: &Node, _path: &str) {
        value.as_text().into_iter().for_each(|name| flow.mark(name));
    }
}
