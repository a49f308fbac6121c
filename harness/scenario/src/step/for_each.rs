//! `for`: the same steps for each value of a list.

use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::group::children_of;
use super::kind::{Role, StepKey, StepKind};
use super::title::Steps;
use super::{StepNode, variable_name};
use crate::decode::{Cx, Map, Shape, steps};
use crate::error::Code;
use crate::json::Json;
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::{Node, NodeKind};
use crate::{Capability, Source, Spanned};

/// `for: { each: mode, in: [eco, comfort], steps: [..] }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ForEach {
    /// The variable that is one value after the other. Each keeps its type; an object or a list is its JSON.
    #[schemars(with = "forms::VariableName")]
    pub each: Spanned<String>,
    /// The values: a list, or a variable that holds a list in JSON.
    #[schemars(rename = "in", with = "forms::ValueList")]
    pub values: Values,
    /// What is done with each.
    #[schemars(with = "forms::Steps")]
    pub steps: Vec<StepNode>,
}

/// The values of a `for`.
#[derive(Debug, Clone)]
pub enum Values {
    /// These.
    Known(Vec<Json>),
    /// A variable has them when the scenario runs: only while a file is checked.
    Later,
}

/// `for: {..}`
const FOR: Shape = Shape { name: "for", example: "each", keys: &["each", "in", "steps"] };

impl StepKind for ForEach {
    const KEYS: &'static [StepKey] = &[StepKey::new("for", "`for`: the same steps for each value of a list.")
        .shapes(&[(&FOR, "/$defs/ForEach")])
        .not_in_wokwi("write the steps as often as they are to be done")];
    const ROLE: Role = Role::Other;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &FOR)?;
        let each = map.required("each", variable_name);
        let values = map.required("in", values);
        let steps = map.required("steps", |cx, node| steps(cx, node, false));
        Some(Self { each: each?, values: values?, steps: steps? })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "for each {} in ", self.each.value)?;
        match &self.values {
            Values::Known(values) => write!(f, "{} {}", Json::Array(values.clone()), Steps(&self.steps)),
            Values::Later => write!(f, "a list {}", Steps(&self.steps)),
        }
    }

    fn needs(&self) -> &'static [Capability] {
        &[]
    }

    fn children(&self) -> &[StepNode] {
        &self.steps
    }

    fn flow(&self, flow: &mut Flow, source: &Arc<Source>, path: &str) {
        let known = match &self.values {
            Values::Known(values) => Some(values.as_slice()),
            Values::Later => None,
        };
        flow.each(&self.each.value, known, source, &self.steps, path);
    }

    fn recover(flow: &mut Flow, source: &Arc<Source>, value: &Node, path: &str) {
        let name = value.get("each").and_then(Node::as_text).unwrap_or_default();
        flow.each(name, None, source, &value.get("steps").map(children_of).unwrap_or_default(), path);
    }
}

fn values(cx: &mut Cx<'_>, node: &Node) -> Option<Values> {
    let expected = "a list such as [eco, comfort], or a variable that holds one in JSON";
    match &node.kind {
        NodeKind::Sequence(items) if items.is_empty() => {
            cx.error(Code::EmptyList, node.span, "the list is empty", "at least one value is expected");
            None
        }
        NodeKind::Sequence(items) => {
            let values: Vec<_> = items.iter().map(|item| Json::decode(cx, item)).collect();
            values.into_iter().collect::<Option<_>>().map(Values::Known)
        }
        NodeKind::Scalar { .. } => {
            let text = cx.text(node, expected)?;
            if !text.known {
                return Some(Values::Later);
            }
            match Json::parse(text.value.as_bytes()) {
                Ok(Json::Array(values)) => Some(Values::Known(values)),
                _ => {
                    cx.wrong_text(&text, expected);
                    None
                }
            }
        }
        NodeKind::Mapping(_) => {
            cx.wrong_type(node, expected);
            None
        }
    }
}
