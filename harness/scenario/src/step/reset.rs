//! `reset`: as the reset button does.

use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};

use super::kind::{Role, StepKey, StepKind};
use crate::Capability;
use crate::decode::Cx;
use crate::schema::MAY_BE_NOTHING;
use crate::yaml::{Node, NodeKind};

/// `reset`, `reset:` or `reset: {}`
#[derive(Debug, Clone, Copy)]
pub struct Reset;

impl StepKind for Reset {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("reset", "`reset`: as the reset button does.").bare().not_in_wokwi(super::power::ONCE)];
    const ROLE: Role = Role::Stimulus;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let is_nothing = node.is_null() || matches!(&node.kind, NodeKind::Mapping(entries) if entries.is_empty());
        if !is_nothing {
            cx.wrong_type(node, "nothing: the command takes no value");
        }
        is_nothing.then_some(Self)
    }

    fn schema(_generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        json_schema!({ (MAY_BE_NOTHING): true, "anyOf": [{ "type": "null" }, { "type": "object", "maxProperties": 0 }] })
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("reset")
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Reset]
    }
}
