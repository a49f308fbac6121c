//! `expect-stream`: the messages of a time, judged as a whole.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hil_model::time::display;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::Match;
use super::kind::{Role, StepKey, StepKind};
use crate::condition::{CONDITION, Rules};
use crate::decode::{Cx, Map, Shape, duration, integer, positive, topic_filter};
use crate::error::Code;
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::{Node, NodeKind};
use crate::{Capability, Source, Spanned};

/// `expect-stream: { topic: home/t, every: 5s, tolerance: 10%, for: 1min, change: { /seq: 1 } }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("anyOf" = [
    { "required": ["every"] }, { "required": ["at-least"] }, { "required": ["at-most"] },
    { "required": ["order"] }, { "required": ["change"] }, { "required": ["each"] }
]))]
pub struct ExpectStream {
    /// Topic filter (wildcards allowed).
    #[schemars(with = "forms::TopicFilter")]
    pub topic: Spanned<String>,
    /// Which messages on it count; default: all.
    #[schemars(flatten, with = "forms::PayloadMatchKeys")]
    pub payload: Match,
    /// How long it is watched, above zero, from this step on.
    #[schemars(rename = "for", with = "forms::DurationText")]
    pub duration: Duration,
    /// Time from one message to the next, above zero; also from the step's begin to the first, and from the last to the end, where less
    /// is right, too.
    #[schemars(with = "Option<forms::DurationText>")]
    pub every: Option<Spanned<Duration>>,
    /// Allowed deviation of each such time: `200ms`, or `5%`; default 10 %.
    #[schemars(with = "Option<forms::Deviation>")]
    pub tolerance: Deviation,
    /// Fewest messages.
    #[schemars(with = "Option<forms::Integer<1, { u32::MAX as u64 }>>")]
    pub at_least: Option<Spanned<u32>>,
    /// Most messages.
    #[schemars(with = "Option<forms::Integer<0, { u32::MAX as u64 }>>")]
    pub at_most: Option<Spanned<u32>>,
    /// The messages are these, in this order, and no others.
    #[schemars(with = "Option<Vec<forms::OrderItem>>")]
    pub order: Option<Spanned<Vec<Match>>>,
    /// Every message is JSON whose values meet conditions.
    #[schemars(with = "Option<forms::RulesForm>")]
    pub each: Option<Spanned<Rules>>,
    /// By how much a number changes from one message to the next: `{ /seq: 1 }`, `{ /uptime: { ">": 0 } }`.
    #[schemars(with = "Option<forms::RulesForm>")]
    pub change: Option<Spanned<Rules>>,
}

/// How much a time may differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Deviation {
    /// By this.
    Absolute(Duration),
    /// By so many per cent of it.
    Percent(f64),
}

/// 10 %.
impl Default for Deviation {
    fn default() -> Self {
        Self::Percent(10.0)
    }
}

impl Deviation {
    /// The shortest and longest time that it admits.
    pub fn around(self, time: Duration) -> (Duration, Duration) {
        let most = match self {
            Self::Absolute(most) => most,
            Self::Percent(percent) => Duration::try_from_secs_f64(time.as_secs_f64() * percent / 100.0).unwrap_or(time),
        };
        (time.saturating_sub(most), time.saturating_add(most))
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absolute(most) => f.write_str(&display(*most)),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// `expect-stream: {..}`
const EXPECT_STREAM: Shape = Shape {
    name: "expect-stream",
    example: "every",
    keys: &[
        "topic",
        "payload",
        "payload-hex",
        "payload-json",
        "matches",
        "json",
        "where",
        "for",
        "every",
        "tolerance",
        "at-least",
        "at-most",
        "order",
        "each",
        "change",
    ],
};

/// An item of `order` that is a mapping.
const ORDERED: Shape = Shape {
    name: "a message of `order`",
    example: "payload",
    keys: &["payload", "payload-hex", "payload-json", "matches", "json", "where"],
};

impl StepKind for ExpectStream {
    const KEYS: &'static [StepKey] = &[StepKey::new(
        "expect-stream",
        "`expect-stream`: the messages of a time as a whole: how often, how many, in which order, counting how.",
    )
    .shapes(&[
        (&EXPECT_STREAM, "/$defs/ExpectStream"),
        (&ORDERED, "/$defs/ordered-keys"),
        (&CONDITION, "/$defs/checks"),
    ])];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_STREAM)?;
        let topic = map.required("topic", topic_filter);
        let payload = Match::payload(&mut map);
        let duration = map.required("for", positive);
        map.only_with(&["tolerance"], "every");
        let every = map.optional("every", |cx, node| Some(Spanned::new(positive(cx, node)?, node.span)));
        let tolerance = map.optional("tolerance", deviation).unwrap_or_default();
        let at_least =
            map.optional("at-least", |cx, node| Some(Spanned::new(integer(cx, node, 1..=u32::MAX)?, node.span)));
        let at_most =
            map.optional("at-most", |cx, node| Some(Spanned::new(integer(cx, node, 0..=u32::MAX)?, node.span)));
        let order = map.optional("order", order);
        let each = map.optional("each", |cx, node| Some(Spanned::new(Rules::decode(cx, node)?, node.span)));
        let change = map.optional("change", |cx, node| Some(Spanned::new(Rules::decode(cx, node)?, node.span)));
        let asks = ["every", "at-least", "at-most", "order", "each", "change"];
        if !asks.iter().any(|key| map.has(key)) {
            let help = "say what is expected of the messages: every, at-least, at-most, order, each or change";
            cx.error_with_help(Code::MissingKey, node.span, "a stream of which nothing is expected", "", help);
            return None;
        }
        if let (Some(least), Some(most)) = (&at_least, &at_most)
            && least.value > most.value
        {
            let title = format!("at least {} and at most {} messages", least.value, most.value);
            cx.error(Code::BadValue, least.span, title, "no number is both");
            return None;
        }
        let (topic, duration) = (topic?, duration?);
        Some(Self { topic, payload, duration, every, tolerance, at_least, at_most, order, each, change })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expect-stream {}", self.topic.value)?;
        if !matches!(self.payload, Match::Any) {
            write!(f, " {}", self.payload)?;
        }
        if let Some(every) = &self.every {
            write!(f, " every {} ± {}", display(every.value), self.tolerance)?;
        }
        self.at_least.iter().try_for_each(|least| write!(f, " at least {}", least.value))?;
        self.at_most.iter().try_for_each(|most| write!(f, " at most {}", most.value))?;
        self.order.iter().try_for_each(|order| write!(f, " {} in order", order.value.len()))?;
        self.each.iter().try_for_each(|rules| write!(f, " each {}", rules.value))?;
        self.change.iter().try_for_each(|_| f.write_str(" with changes"))?;
        write!(f, " for {}", display(self.duration))
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Mqtt]
    }

    fn within(&self) -> Option<Duration> {
        Some(self.duration)
    }

    fn watches(&self) -> Option<&Spanned<String>> {
        Some(&self.topic)
    }

    fn recover(flow: &mut Flow, _source: &Arc<Source>, value: &Node, _path: &str) {
        flow.declared(value);
    }
}

fn order(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<Vec<Match>>> {
    let NodeKind::Sequence(items) = &node.kind else {
        cx.wrong_type(node, "a list of payloads, such as [heat, idle]");
        return None;
    };
    if items.is_empty() {
        cx.error(Code::EmptyList, node.span, "no message in order", "at least one is expected");
        return None;
    }
    let items: Vec<_> = items.iter().map(|item| ordered(cx, item)).collect();
    items.into_iter().collect::<Option<_>>().map(|items| Spanned::new(items, node.span))
}

/// A payload, or what is said of one.
fn ordered(cx: &mut Cx<'_>, node: &Node) -> Option<Match> {
    if matches!(node.kind, NodeKind::Mapping(_)) {
        let mut map = Map::new(cx, node, &ORDERED)?;
        return Some(Match::payload(&mut map));
    }
    Match::text(cx, node)
}

/// `200ms` or `5%`
pub(super) fn deviation(cx: &mut Cx<'_>, node: &Node) -> Option<Deviation> {
    let Some(text) = node.as_text().filter(|text| text.trim_end().ends_with('%')) else {
        return duration(cx, node).map(Deviation::Absolute);
    };
    match text.trim().trim_end_matches('%').trim_end().parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Some(Deviation::Percent(percent)),
        _ => {
            cx.wrong_type(node, "a time such as 200ms, or a percentage from 0% to 100%");
            None
        }
    }
}
