//! `log`: a remark.

use std::fmt;

use schemars::{Schema, SchemaGenerator};

use super::kind::{Role, StepKey, StepKind};
use crate::Capability;
use crate::decode::{Cx, plain_text};
use crate::schema::forms;
use crate::yaml::Node;

/// `log: text`
#[derive(Debug, Clone)]
pub struct Log(pub String);

impl StepKind for Log {
    const KEYS: &'static [StepKey] = &[StepKey::new("log", "`log: text`: a remark in the journal and the reports.")];
    const ROLE: Role = Role::Other;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        plain_text(cx, node).map(Self)
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<forms::Text>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "log {:?}", self.0)
    }

    fn needs(&self) -> &'static [Capability] {
        &[]
    }
}
