//! `expect-flash`.

use std::fmt;

use schemars::JsonSchema;

use super::Spanned;
use crate::decode::{Cx, Map, Shape, integer, spanned_text};
use crate::schema::forms;
use crate::yaml::{Node, NodeKind};

/// `expect-flash: { writes: 0, erases: { at-most: 1 }, since: before }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("anyOf" = [{ "required": ["writes"] }, { "required": ["erases"] }]))]
pub struct ExpectFlash {
    /// Number of write operations.
    #[schemars(with = "Option<forms::CountOrRange>")]
    pub writes: Option<Spanned<CountRange>>,
    /// Number of erase operations.
    #[schemars(with = "Option<forms::CountOrRange>")]
    pub erases: Option<Spanned<CountRange>>,
    /// A `mark`; default: the first of the stimuli just before this step.
    #[schemars(with = "Option<forms::FilledText>")]
    pub since: Option<Spanned<String>>,
}

/// A number, or `{ at-least: 1, at-most: 3 }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("minProperties" = 1))]
pub struct CountRange {
    /// Lower bound, inclusive.
    #[schemars(with = "Option<forms::Integer<0, { u64::MAX }>>")]
    pub at_least: u64,
    /// Upper bound, inclusive.
    #[schemars(with = "Option<forms::Integer<0, { u64::MAX }>>")]
    pub at_most: u64,
}

/// `expect-flash: {..}`
pub(crate) const EXPECT_FLASH: Shape =
    Shape { name: "expect-flash", example: "writes", keys: &["writes", "erases", "since"] };

/// `{ at-least: 1, at-most: 3 }`
pub(crate) const COUNT_RANGE: Shape = Shape { name: "a count", example: "at-least", keys: &["at-least", "at-most"] };

impl ExpectFlash {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_FLASH)?;
        if !map.has("writes") {
            map.one_of(&["writes", "erases"], true);
        }
        let writes = map.optional("writes", CountRange::decode);
        let erases = map.optional("erases", CountRange::decode);
        let since = map.optional("since", spanned_text);
        Some(Self { writes, erases, since })
    }
}

impl CountRange {
    fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<Self>> {
        if !matches!(node.kind, NodeKind::Mapping(_)) {
            let count = integer(cx, node, 0..=u64::MAX)?;
            return Some(Spanned::new(Self { at_least: count, at_most: count }, node.span));
        }
        let mut map = Map::new(cx, node, &COUNT_RANGE)?;
        if !map.has("at-least") {
            map.one_of(COUNT_RANGE.keys, true);
        }
        let at_least = map.optional("at-least", |cx, node| integer(cx, node, 0..=u64::MAX)).unwrap_or(0);
        let at_most = map.optional("at-most", |cx, node| integer(cx, node, at_least..=u64::MAX)).unwrap_or(u64::MAX);
        Some(Spanned::new(Self { at_least, at_most }, node.span))
    }
}

/// `3`, `at least 1`, `at most 3`, `1 to 3`
impl fmt::Display for CountRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.at_least, self.at_most) {
            (n, m) if n == m => write!(f, "{n}"),
            (n, u64::MAX) => write!(f, "at least {n}"),
            (0, m) => write!(f, "at most {m}"),
            (n, m) => write!(f, "{n} to {m}"),
        }
    }
}
