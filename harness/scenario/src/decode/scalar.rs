//! Texts, booleans, keywords, lists of steps.

use super::Cx;
use super::suggest::{did_you_mean, list};
use crate::Spanned;
use crate::error::Code;
use crate::step::StepNode;
use crate::yaml::{Node, NodeKind};

/// Any text, taken as it is written: `on`, `120`, `true` and `null` are texts too. Nothing at all is none.
pub fn plain_text(cx: &mut Cx<'_>, node: &Node) -> Option<String> {
    let text = if node.as_text().is_some_and(|text| !text.is_empty()) {
        cx.scalar(node, "a text")
    } else {
        cx.any_text(node, "a text")
    };
    text.map(|text| text.value)
}

/// A text that is not empty, with its place.
pub fn spanned_text(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<String>> {
    let text = cx.any_text(node, "a text")?;
    if text.value.is_empty() {
        cx.error(Code::BadValue, node.span, "the text is empty", "expected a text that is not empty");
        return None;
    }
    Some(Spanned::new(text.value, node.span))
}

/// `true` or `false`; `false` for one that is known only later.
pub fn boolean(cx: &mut Cx<'_>, node: &Node) -> Option<bool> {
    let text = cx.text(node, "true or false")?;
    match text.value.as_str() {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ if !text.known => Some(false),
        _ => {
            cx.wrong_text(&text, "true or false");
            None
        }
    }
}

/// One of some words; the first for one that is known only later.
pub fn keyword<T: Copy>(cx: &mut Cx<'_>, node: &Node, what: &str, words: &[(&'static str, T)]) -> Option<T> {
    let names = || words.iter().map(|(name, _)| *name);
    let text = cx.text(node, &format!("{what}: one of {}", list(names()).replace(" and ", " or ")))?;
    if !text.known {
        return words.first().map(|(_, value)| *value);
    }
    let found = words.iter().find(|(name, _)| *name == text.value).map(|(_, value)| *value);
    if found.is_none() {
        let guess = did_you_mean(&text.value, names());
        cx.error_with_help(
            Code::BadValue,
            node.span,
            format!("`{}` is not {what}", text.value.escape_debug()),
            guess.unwrap_or_default(),
            format!("one of {}", list(names()).replace(" and ", " or ")),
        );
    }
    found
}

/// A list of steps, decoded later; an empty one is an error unless `may_be_empty`.
pub fn steps(cx: &mut Cx<'_>, node: &Node, may_be_empty: bool) -> Option<Vec<StepNode>> {
    let NodeKind::Sequence(items) = &node.kind else {
        cx.wrong_type(node, "a list of steps");
        return None;
    };
    if items.is_empty() && !may_be_empty {
        cx.error(Code::EmptyList, node.span, "the list of steps is empty", "at least one step is expected");
        return None;
    }
    Some(items.iter().map(|item| StepNode { node: item.clone(), span: item.span }).collect())
}
