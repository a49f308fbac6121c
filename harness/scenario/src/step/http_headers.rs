//! Header fields of HTTP (RFC 9110, section 5): those that are sent, and what those of a response must be.

use super::properties_match::text_condition;
use crate::condition::Condition;
use crate::decode::{Cx, plain_text};
use crate::error::Code;
use crate::yaml::{Node, NodeKind};

/// Fields that follow from the payload: others than the right ones make a request that nobody can read to its end.
const FRAMING: [&str; 2] = ["content-length", "transfer-encoding"];

/// `headers: { X-Key: "1" }`: the fields that are sent, in the order of the file.
pub(super) fn sent(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<(String, String)>> {
    fields(cx, node, "a mapping of header names to texts", |cx, key, node| {
        let name = key.as_text().unwrap_or_default();
        if FRAMING.contains(&name.to_ascii_lowercase().as_str()) {
            let help = "it is made from the payload: leave it out";
            cx.error_with_help(Code::BadValue, key.span, format!("`{name}` cannot be set"), "", help);
            return None;
        }
        let value = plain_text(cx, node)?;
        // RFC 9110, section 5.5.
        if let Some(wrong) = value.chars().find(|c| c.is_control() && *c != '\t') {
            let title = format!("`{}` cannot stand in a header", wrong.escape_debug());
            cx.error(Code::BadValue, node.span, title, "a value is one line, without control characters");
            return None;
        }
        Some(value)
    })
}

/// Conditions on the header fields of a response; those that are not named may be anything.
#[derive(Debug, Clone, Default)]
pub struct HeadersMatch(Vec<(String, Condition)>);

impl HeadersMatch {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        fields(cx, node, "a mapping of header names to texts or conditions", |cx, _, node| text_condition(cx, node))
            .map(Self)
    }

    /// The first field that is not as expected, in words: `Location is "/", not "/done"`. Names are compared without regard to
    /// case; of several fields with one name, one must do.
    pub fn wrong(&self, fields: &[(String, String)]) -> Option<String> {
        self.0.iter().find_map(|(name, condition)| {
            let mut values = fields.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value);
            let first = values.next();
            if values.any(|value| condition.hold_text(Some(value)).is_ok()) {
                return None;
            }
            let mismatch = condition.hold_text(first.map(String::as_str)).err()?;
            let actual = if first.is_some() { mismatch.actual } else { "absent".to_owned() };
            Some(format!("{name} is {actual}, not {}", mismatch.expected))
        })
    }
}

/// A mapping of field names to something.
fn fields<T>(
    cx: &mut Cx<'_>,
    node: &Node,
    expected: &str,
    mut value: impl FnMut(&mut Cx<'_>, &Node, &Node) -> Option<T>,
) -> Option<Vec<(String, T)>> {
    let NodeKind::Mapping(entries) = &node.kind else {
        cx.wrong_type(node, expected);
        return None;
    };
    let all: Vec<Option<(String, T)>> = entries
        .iter()
        .map(|(key, node)| {
            let name = key.as_text().unwrap_or_default();
            if !is_token(name) {
                let title = format!("`{}` is no name of a header", name.escape_debug());
                cx.error(Code::BadValue, key.span, title, "letters, digits and `-` (RFC 9110, section 5.1)");
                return None;
            }
            Some((name.to_owned(), value(cx, key, node)?))
        })
        .collect();
    all.into_iter().collect()
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
