//! What a step declares about itself, in its own file. Everything that is said of steps in other places is made from this.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::{StepNode, WokwiFiles};
use crate::decode::{Cx, Shape};
use crate::load::Flow;
use crate::wokwi::Look;
use crate::yaml::Node;
use crate::{Capability, Source, Spanned};

/// A step. Its name stands in the registry (`step/mod.rs`), and what it does when it runs in `runner::step`.
pub(crate) trait StepKind: Sized {
    /// What it is written with: one key, but for a family such as `touch`.
    const KEYS: &'static [StepKey];

    /// What it is to the steps around it.
    const ROLE: Role;

    /// Reads the value of `key`. Errors are told to `cx`.
    fn decode(cx: &mut Cx<'_>, node: &Node, key: &'static str) -> Option<Self>;

    /// The JSON Schema of the value of `key`, without a description.
    fn schema(generator: &mut SchemaGenerator, key: &'static str) -> Schema;

    /// The command in one line, limits included, after its key or with it: ``publish cmnd/led/power "on"``.
    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Capabilities that a target needs for it (children of groups not included).
    fn needs(&self) -> &'static [Capability];

    /// Whether the device can fail it.
    fn judges(&self) -> bool {
        Self::ROLE == Role::Expectation
    }

    /// The limit that an expectation names, if it names one.
    fn within(&self) -> Option<Duration> {
        None
    }

    /// The steps inside it.
    fn children(&self) -> &[StepNode] {
        &[]
    }

    /// The topic filter whose messages must be watched for it from the scenario's start on.
    fn watches(&self) -> Option<&Spanned<String>> {
        None
    }

    /// What the steps after it can rely on: variables, marks; and what is inside it.
    fn flow(&self, flow: &mut Flow, source: &Arc<Source>, path: &str) {
        let _ = (flow, source, path);
    }

    /// As [`StepKind::flow`], of a step that is wrong: what it would have set must not be reported as undefined.
    fn recover(flow: &mut Flow, source: &Arc<Source>, value: &Node, path: &str) {
        let _ = (flow, source, value, path);
    }

    /// Key and value of Wokwi's equivalent; none for what only we have.
    fn wokwi(&self, files: &mut WokwiFiles<'_>) -> Option<(&'static str, Value)> {
        let _ = files;
        None
    }
}

/// A key that a step is written with.
pub(crate) struct StepKey {
    /// `expect-message`
    pub key: &'static str,
    /// The hover text of the schema, and what docs/scenarios.md says about it.
    pub doc: &'static str,
    /// The mappings of its value, the outermost first, each with its place in the JSON Schema.
    pub shapes: &'static [(&'static Shape, &'static str)],
    /// Whether it may stand without a value.
    pub bare: bool,
    /// What it is to Wokwi.
    pub wokwi: Wokwi,
}

/// What a key is to Wokwi.
pub(crate) enum Wokwi {
    /// It has the same step.
    Has {
        /// Wokwi looks for its commands in a step in this order: of two, it carries out the first.
        rank: u8,
        /// Looks for what means something else in Wokwi.
        look: fn(&mut Look<'_>, &StepKey, &Node),
    },
    /// It has no such step. The help says what to do.
    Lacks(&'static str),
}

/// What a step is to the steps around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It acts on the device or its surroundings, and so opens a new window for expectations.
    Stimulus,
    /// It looks at the device; groups such as `all-of` may hold it.
    Expectation,
    /// Neither.
    Other,
}

impl StepKey {
    /// A key of ours, which Wokwi lacks.
    pub const fn new(key: &'static str, doc: &'static str) -> Self {
        let wokwi =
            Wokwi::Lacks("Wokwi has no MQTT, network or observation of its own: `hil run --target wokwi` brings them");
        Self { key, doc, shapes: &[], bare: false, wokwi }
    }

    /// The value is (or may be) such a mapping, and mappings in it.
    pub const fn shapes(self, shapes: &'static [(&'static Shape, &'static str)]) -> Self {
        Self { shapes, ..self }
    }

    /// It may stand without a value.
    pub const fn bare(self) -> Self {
        Self { bare: true, ..self }
    }

    /// Wokwi has it too.
    pub const fn wokwi(self, rank: u8, look: fn(&mut Look<'_>, &Self, &Node)) -> Self {
        Self { wokwi: Wokwi::Has { rank, look }, ..self }
    }

    /// Wokwi has not, and there is something better to do.
    pub const fn not_in_wokwi(self, help: &'static str) -> Self {
        Self { wokwi: Wokwi::Lacks(help), ..self }
    }

    /// The keys of its value.
    pub fn keys(&self) -> &'static [&'static str] {
        self.shapes.first().map_or(&[], |(shape, _)| shape.keys)
    }
}
