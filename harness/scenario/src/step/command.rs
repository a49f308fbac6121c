//! The commands, all made from the registry.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::kind::{Role, StepKey, StepKind};
use super::{StepNode, WokwiFiles};
use crate::decode::Cx;
use crate::load::Flow;
use crate::yaml::Node;
use crate::{Capability, Source, Spanned};

/// A key of a command, and what can be done with what stands behind it.
pub(crate) struct CommandKind {
    /// The key, and what is said about it.
    pub key: &'static StepKey,
    role: Role,
    decode: fn(&mut Cx<'_>, &Node, &'static str) -> Option<Command>,
    schema: fn(&mut SchemaGenerator, &'static str) -> Schema,
    recover: fn(&mut Flow, &Arc<Source>, &Node, &str),
}

/// From the registry: the type of all commands, their table, and what each of them answers.
macro_rules! commands {
    ($($variant:ident($kind:ident),)*) => {
        /// What a step does.
        #[derive(Debug, Clone)]
        pub enum Command {
            $(
                #[doc = concat!("See [`", stringify!($kind), "`](super::", stringify!($kind), ").")]
                $variant(super::$kind),
            )*
        }

        static ALL: LazyLock<Vec<CommandKind>> = LazyLock::new(|| {
            let mut all = Vec::new();
            $(
                all.extend(<super::$kind as StepKind>::KEYS.iter().map(|key| CommandKind {
                    key,
                    role: <super::$kind as StepKind>::ROLE,
                    decode: |cx, node, key| <super::$kind as StepKind>::decode(cx, node, key).map(Command::$variant),
                    schema: <super::$kind as StepKind>::schema,
                    recover: <super::$kind as StepKind>::recover,
                }));
            )*
            all
        });

        impl Command {
            /// Capabilities that a target needs for this command itself (children of groups not included).
            pub fn needs(&self) -> &'static [Capability] {
                match self { $(Self::$variant(it) => StepKind::needs(it),)* }
            }

            /// The limit that an expectation names, if it names one.
            pub fn within(&self) -> Option<Duration> {
                match self { $(Self::$variant(it) => StepKind::within(it),)* }
            }

            /// Whether the device can fail it.
            pub fn judges(&self) -> bool {
                match self { $(Self::$variant(it) => StepKind::judges(it),)* }
            }

            /// The steps inside it.
            pub fn children(&self) -> &[StepNode] {
                match self { $(Self::$variant(it) => StepKind::children(it),)* }
            }

            /// The topic filter whose messages must be watched for it from the scenario's start on.
            pub fn watches(&self) -> Option<&Spanned<String>> {
                match self { $(Self::$variant(it) => StepKind::watches(it),)* }
            }

            /// Key and value of Wokwi's equivalent; none for what only we have.
            pub fn to_wokwi(&self, files: &mut WokwiFiles<'_>) -> Option<(&'static str, Value)> {
                match self { $(Self::$variant(it) => StepKind::wokwi(it, files),)* }
            }

            /// What the steps after it can rely on.
            pub(crate) fn flow(&self, flow: &mut Flow, source: &Arc<Source>, path: &str) {
                match self { $(Self::$variant(it) => StepKind::flow(it, flow, source, path),)* }
            }

            const fn role(&self) -> Role {
                match self { $(Self::$variant(_) => <super::$kind as StepKind>::ROLE,)* }
            }
        }

        impl fmt::Display for Command {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$variant(it) => StepKind::title(it, f),)* }
            }
        }
    };
}

crate::steps!(commands);

impl Command {
    /// Whether the command acts on the device or its surroundings (and so opens a new window for expectations).
    pub const fn is_stimulus(&self) -> bool {
        matches!(self.role(), Role::Stimulus)
    }
}

impl CommandKind {
    /// All commands, in the order of the registry.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        ALL.iter()
    }

    /// The keys of all commands.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        Self::all().map(|kind| kind.key.key)
    }

    /// The command named `key`.
    pub fn find(key: &str) -> Option<&'static Self> {
        Self::all().find(|kind| kind.key.key == key)
    }

    /// Whether a group such as `all-of` may hold it.
    pub fn is_expectation(&self) -> bool {
        self.role == Role::Expectation
    }

    /// Reads the value behind its key.
    pub fn decode(&self, cx: &mut Cx<'_>, node: &Node) -> Option<Command> {
        (self.decode)(cx, node, self.key.key)
    }

    /// The JSON Schema of the value.
    pub fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        (self.schema)(generator, self.key.key)
    }

    /// What follows a wrong step of this kind can rely on.
    pub fn recover(&self, flow: &mut Flow, source: &Arc<Source>, value: &Node, path: &str) {
        (self.recover)(flow, source, value, path);
    }
}
