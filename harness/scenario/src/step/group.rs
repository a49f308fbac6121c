//! `all-of`, `any-of`, `in-order`, `repeat`: steps that hold steps.

use schemars::JsonSchema;

use super::{CommandKind, Span};
use crate::decode::{Cx, Map, Shape, integer, steps};
use crate::error::Code;
use crate::schema::forms;
use crate::yaml::{Node, NodeKind};

/// A step as the file holds it: decoded only when it is reached, because captured variables are known only then.
#[derive(Debug, Clone)]
pub struct StepNode {
    /// The step's YAML, with spans.
    pub node: Node,
    /// The whole step.
    pub span: Span,
}

/// `repeat: { times: 3, steps: [..] }`. The variable `${iteration}` counts from 1.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Repeat {
    /// How often, 1..=1_000_000.
    #[schemars(with = "forms::Integer<1, 1_000_000>")]
    pub times: u32,
    /// What.
    #[schemars(with = "forms::Steps")]
    pub steps: Vec<StepNode>,
}

/// `repeat: {..}`
pub(crate) const REPEAT: Shape = Shape { name: "repeat", example: "times", keys: &["times", "steps"] };

impl Repeat {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &REPEAT)?;
        let times = map.required("times", |cx, node| integer(cx, node, 1..=1_000_000));
        let steps = map.required("steps", |cx, node| steps(cx, node, false));
        Some(Self { times: times?, steps: steps? })
    }
}

/// The steps of `all-of`, `any-of` and `in-order`: expectations, and groups of them.
pub(super) fn expectations(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<StepNode>> {
    let steps = steps(cx, node, false)?;
    for step in &steps {
        let Some((key, command)) = step.command() else { continue };
        if !command.expectation {
            let title = format!("`{}` is not an expectation", command.key);
            let help = "`all-of`, `any-of` and `in-order` hold expect-.., wait-serial, capture and such groups; what acts \
                        on the device stands before the group";
            cx.error_with_help(Code::NotAnExpectation, key.span, title, "not allowed in this group", help);
        }
    }
    Some(steps)
}

impl StepNode {
    /// Whether its command is one of Wokwi's.
    pub(crate) fn is_wokwis(&self) -> bool {
        self.command().is_some_and(|(_, kind)| CommandKind::WOKWI.contains(&kind.key))
    }

    /// The key and kind of its command, if it has one that exists.
    pub(crate) fn command(&self) -> Option<(&Node, &'static CommandKind)> {
        match &self.node.kind {
            NodeKind::Scalar { text, .. } => Some((&self.node, CommandKind::find(text)?)),
            NodeKind::Mapping(entries) => {
                entries.iter().find_map(|(key, _)| Some((key, CommandKind::find(key.as_text()?)?)))
            }
            NodeKind::Sequence(_) => None,
        }
    }
}
