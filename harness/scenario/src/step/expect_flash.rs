//! `expect-flash`: how often the device has written and erased.

use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::kind::{Role, StepKey, StepKind};
use crate::decode::{Cx, Map, Shape, integer, spanned_text};
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::{Node, NodeKind};
use crate::{Capability, Source, Spanned};

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
const EXPECT_FLASH: Shape = Shape { name: "expect-flash", example: "writes", keys: &["writes", "erases", "since"] };

/// `{ at-least: 1, at-most: 3 }`
const COUNT_RANGE: Shape = Shape { name: "a count", example: "at-least", keys: &["at-least", "at-most"] };

impl StepKind for ExpectFlash {
    const KEYS: &'static [StepKey] = &[StepKey::new("expect-flash", "`expect-flash`: how many writes and erases.")
        .shapes(&[(&EXPECT_FLASH, "/$defs/ExpectFlash"), (&COUNT_RANGE, "/$defs/CountRange")])];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_FLASH)?;
        if !map.has("writes") {
            map.one_of(&["writes", "erases"], true);
        }
        let writes = map.optional("writes", CountRange::decode);
        let erases = map.optional("erases", CountRange::decode);
        let since = map.optional("since", spanned_text);
        Some(Self { writes, erases, since })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expect-flash")?;
        for (what, count) in [("writes", &self.writes), ("erases", &self.erases)] {
            count.iter().try_for_each(|count| write!(f, " {what} {}", count.value))?;
        }
        self.since.iter().try_for_each(|mark| write!(f, " since {}", mark.value))
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Flash]
    }

    fn flow(&self, flow: &mut Flow, source: &Arc<Source>, _path: &str) {
        flow.since(source, self.since.as_ref());
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
