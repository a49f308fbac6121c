//! `broker`: the broker's own life.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::kind::{Role, StepKey, StepKind};
use super::word;
use crate::Capability;
use crate::decode::{Cx, keyword};
use crate::yaml::Node;

/// `broker: stop|start|restart`. Retained messages and sessions survive, as in a broker with persistence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerAction {
    /// Stop: clients are disconnected (0x8B server shutting down), new connections are refused.
    Stop,
    /// Start again on the same address.
    Start,
    /// Stop and start.
    Restart,
}

impl BrokerAction {
    /// The words of scenario files.
    const WORDS: [(&'static str, Self); 3] = [("stop", Self::Stop), ("start", Self::Start), ("restart", Self::Restart)];
}

impl StepKind for BrokerAction {
    const KEYS: &'static [StepKey] = &[StepKey::new("broker", "`broker`: stop, start, restart.")];
    const ROLE: Role = Role::Stimulus;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        keyword(cx, node, "a broker action", &Self::WORDS)
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broker {self}")
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::BrokerControl]
    }
}

impl fmt::Display for BrokerAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(word(&Self::WORDS, self))
    }
}

impl JsonSchema for BrokerAction {
    fn schema_name() -> Cow<'static, str> {
        "BrokerAction".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Self::WORDS.iter().map(|(word, _)| *word).collect();
        json_schema!({ "enum": words })
    }
}
