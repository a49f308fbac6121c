//! `cases`: a table, one run a row.

use super::document::{Row, definition};
use crate::decode::{Cx, list, spanned_text};
use crate::error::{Code, Diagnostic};
use crate::yaml::{Node, NodeKind};

/// Reads the rows; all must have the keys of the first one.
pub(super) fn rows(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<Row>> {
    let NodeKind::Sequence(items) = &node.kind else {
        cx.wrong_type(node, "a list of rows such as `- { hue: 120 }`");
        return None;
    };
    if items.is_empty() {
        cx.error(Code::EmptyList, node.span, "the list of cases is empty", "at least one row is expected");
        return None;
    }
    let rows: Vec<Row> = items.iter().filter_map(|item| row(cx, item)).collect();
    equal_keys(cx, items);
    Some(rows)
}

fn row(cx: &mut Cx<'_>, node: &Node) -> Option<Row> {
    let NodeKind::Mapping(entries) = &node.kind else {
        cx.wrong_type(node, "a row such as `{ hue: 120 }`");
        return None;
    };
    let mut row = Row { span: node.span, name: None, vars: Vec::new() };
    for (key, value) in entries {
        if key.as_text() == Some("case") {
            row.name = spanned_text(cx, value);
        } else {
            row.vars.extend(definition(cx, key, value));
        }
    }
    Some(row)
}

fn keys(node: &Node) -> Vec<&str> {
    match &node.kind {
        NodeKind::Mapping(entries) => {
            entries.iter().filter_map(|(key, _)| key.as_text()).filter(|key| *key != "case").collect()
        }
        _ => Vec::new(),
    }
}

fn equal_keys(cx: &mut Cx<'_>, items: &[Node]) {
    let Some((first, rest)) = items.split_first() else { return };
    let expected = keys(first);
    for row in rest.iter().filter(|row| matches!(row.kind, NodeKind::Mapping(_))) {
        let found = keys(row);
        let missing: Vec<&str> = expected.iter().copied().filter(|key| !found.contains(key)).collect();
        let more: Vec<&str> = found.iter().copied().filter(|key| !expected.contains(key)).collect();
        let label = match (missing.as_slice(), more.as_slice()) {
            ([], []) => continue,
            (missing, []) => format!("{} is missing", list(missing.iter().copied())),
            ([], more) => format!("the first row has no {}", list(more.iter().copied())),
            (missing, more) => {
                format!("{} instead of {}", list(more.iter().copied()), list(missing.iter().copied()))
            }
        };
        let source = std::sync::Arc::clone(cx.source());
        cx.push(
            Diagnostic::new(Code::UnequalCases, "rows of `cases` with different keys")
                .at(&source, row.span, label)
                .and(&source, first.span, format!("the first row has {}", list(expected.iter().copied())))
                .help("give each variable a value in each row; what is the same in all rows can stand in `vars`"),
        );
    }
}
