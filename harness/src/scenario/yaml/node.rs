//! YAML as a tree that keeps every span.

use super::Span;

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
    /// A scalar, with its text after unescaping; `quoted` if it stood in quotes or in a block.
    Scalar {
        /// The text.
        text: String,
        /// Whether it was quoted.
        quoted: bool,
    },
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping, in file order.
    Mapping(Vec<(Node, Node)>),
}
