//! The tree.

use crate::Span;

/// A YAML value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// Kinds of YAML values. Scalars keep their text: `007` stays `007`.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A scalar, with its text after unescaping; `quoted` if it stood in quotes or in a block. A missing value
    /// (`key:`) is an unquoted empty text.
    Scalar {
        /// The text.
        text: String,
        /// Whether it was quoted.
        quoted: bool,
    },
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping, in file order. Keys are scalars, and unique.
    Mapping(Vec<(Node, Node)>),
}

impl Node {
    /// The text of a scalar.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether this is YAML's null: nothing at all, `~` or an unquoted `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, NodeKind::Scalar { text, quoted: false }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The value of `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            NodeKind::Mapping(entries) => {
                entries.iter().find(|(k, _)| k.as_text() == Some(key)).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// What it is, for error messages: `a mapping`, `` the text `on` ``.
    pub fn describe(&self) -> String {
        const SHOWN: usize = 40;
        match &self.kind {
            NodeKind::Mapping(_) => "a mapping".into(),
            NodeKind::Sequence(_) => "a list".into(),
            NodeKind::Scalar { text, .. } if self.is_null() && text.is_empty() => "nothing".into(),
            NodeKind::Scalar { text, quoted } => {
                let shown: String = text.chars().take(SHOWN).collect();
                let more = if text.chars().nth(SHOWN).is_some() { "..." } else { "" };
                match quoted {
                    true => format!("the text {shown:?}{more}"),
                    false => format!("`{}{more}`", shown.escape_debug()),
                }
            }
        }
    }

    /// Calls `visit` on every scalar, in file order.
    pub fn for_each_scalar(&self, visit: &mut impl FnMut(&Self)) {
        match &self.kind {
            NodeKind::Scalar { .. } => visit(self),
            NodeKind::Sequence(items) => items.iter().for_each(|item| item.for_each_scalar(visit)),
            NodeKind::Mapping(entries) => entries.iter().for_each(|(_, value)| value.for_each_scalar(visit)),
        }
    }
}
