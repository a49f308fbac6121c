//! Steps that hold steps.

use super::kind::Wokwi;
use super::{CommandKind, Span};
use crate::decode::{Cx, steps};
use crate::error::Code;
use crate::yaml::{Node, NodeKind};

/// A step as the file holds it: decoded only when it is reached, because captured variables are known only then.
#[derive(Debug, Clone)]
pub struct StepNode {
    /// The step's YAML, with spans.
    pub node: Node,
    /// The whole step.
    pub span: Span,
}

/// The steps of `all-of`, `any-of` and `in-order`: expectations, and groups of them.
pub(super) fn expectations(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<StepNode>> {
    let steps = steps(cx, node, false)?;
    for step in &steps {
        let Some((key, command)) = step.command() else { continue };
        if !command.is_expectation() {
            let title = format!("`{}` is not an expectation", command.key.key);
            let help = "`all-of`, `any-of` and `in-order` hold expect-.., wait-serial, capture and such groups; what acts \
                        on the device stands before the group";
            cx.error_with_help(Code::NotAnExpectation, key.span, title, "not allowed in this group", help);
        }
    }
    Some(steps)
}

/// The steps of a list, right or wrong.
pub(super) fn children_of(list: &Node) -> Vec<StepNode> {
    match &list.kind {
        NodeKind::Sequence(items) => {
            items.iter().map(|item| StepNode { node: item.clone(), span: item.span }).collect()
        }
        _ => Vec::new(),
    }
}

impl StepNode {
    /// Whether its command is one of Wokwi's.
    pub(crate) fn is_wokwis(&self) -> bool {
        self.command().is_some_and(|(_, kind)| matches!(kind.key.wokwi, Wokwi::Has { .. }))
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
