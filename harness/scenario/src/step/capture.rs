//! `capture`: a part of what was observed becomes a variable.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::kind::{Role, StepKey, StepKind};
use super::title::Within;
use crate::decode::{Cx, Map, Shape, duration, regex, topic_filter};
use crate::error::Code;
use crate::load::Flow;
use crate::schema::forms;
use crate::variables::is_name;
use crate::yaml::Node;
use crate::{Capability, Source, Spanned};

/// `capture: { name: before, topic: stat/led/hsb }`: the payload (or `matches`' first group, or what `pointer` points at)
/// of the last or next message on a topic; `capture: { name: level, serial: "level=(\\d+)" }`: a part of a serial line.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("oneOf" = [{ "required": ["topic"] }, { "required": ["serial"] }]))]
pub struct Capture {
    /// Variable to set.
    #[schemars(with = "forms::VariableName")]
    pub name: Spanned<String>,
    /// From where.
    #[schemars(flatten, with = "forms::CaptureKeys")]
    pub from: CaptureSource,
    /// Limit; default 2 s.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// Where a captured value comes from.
#[derive(Debug, Clone)]
pub enum CaptureSource {
    /// The latest message since the scenario's start on this topic filter, or the next one if there is none.
    Message {
        /// Topic filter.
        topic: Spanned<String>,
        /// Take the first group (or the whole match) of this expression.
        matches: Option<Spanned<regex::Regex>>,
        /// Take what this JSON pointer (RFC 6901) points at.
        pointer: Option<Spanned<String>>,
    },
    /// The latest serial line that matches, or the next one if there is none.
    Serial {
        /// First group, or the whole match.
        matches: Spanned<regex::Regex>,
    },
}

/// `capture: {..}`
const CAPTURE: Shape =
    Shape { name: "capture", example: "name", keys: &["name", "topic", "matches", "pointer", "serial", "within"] };

impl StepKind for Capture {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("capture", "`capture`: keep a part of what was observed in a variable.")
            .shapes(&[(&CAPTURE, "/$defs/Capture")])];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &CAPTURE)?;
        let name = map.required("name", variable_name);
        map.one_of(&["topic", "serial"], true);
        map.one_of(&["matches", "pointer"], false);
        map.excludes("serial", &["matches", "pointer"]);
        let topic = map.optional("topic", topic_filter);
        let matches = map.optional("matches", regex);
        let pointer = map.optional("pointer", json_pointer);
        let serial = map.optional("serial", regex);
        let within = map.optional("within", duration);
        let from = match (topic, serial) {
            (Some(topic), _) => CaptureSource::Message { topic, matches, pointer },
            (None, Some(matches)) => CaptureSource::Serial { matches },
            (None, None) => return None,
        };
        Some(Self { name: name?, from, within })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "capture {} from ", self.name.value)?;
        match &self.from {
            CaptureSource::Message { topic, matches, pointer } => {
                f.write_str(topic)?;
                matches.iter().try_for_each(|regex| write!(f, " /{}/", regex.as_str()))?;
                pointer.iter().try_for_each(|pointer| write!(f, " {}", pointer.value))?;
            }
            CaptureSource::Serial { matches } => write!(f, "serial /{}/", matches.as_str())?,
        }
        write!(f, "{}", Within(self.within))
    }

    fn needs(&self) -> &'static [Capability] {
        match self.from {
            CaptureSource::Message { .. } => &[Capability::Mqtt],
            CaptureSource::Serial { .. } => &[Capability::Serial],
        }
    }

    fn within(&self) -> Option<Duration> {
        self.within
    }

    fn watches(&self) -> Option<&Spanned<String>> {
        match &self.from {
            CaptureSource::Message { topic, .. } => Some(topic),
            CaptureSource::Serial { .. } => None,
        }
    }

    fn flow(&self, flow: &mut Flow, _source: &Arc<Source>, _path: &str) {
        flow.sets(&self.name.value);
    }

    fn recover(flow: &mut Flow, _source: &Arc<Source>, value: &Node, _path: &str) {
        value.get("name").and_then(Node::as_text).into_iter().for_each(|name| flow.sets(name));
    }
}

/// A name that a variable can have.
pub(crate) fn variable_name(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<String>> {
    let name = node.as_text().filter(|_| !node.is_null());
    let Some(name) = name else {
        cx.wrong_type(node, "a name for a variable");
        return None;
    };
    let problem = match name {
        "iteration" => "`iteration` is set by `repeat`, `for` and `retry`",
        "case" => "`case` names a row of `cases`",
        name if is_name(name) => return Some(Spanned::new(name.to_owned(), node.span)),
        _ => "a name is a letter or `_`, then letters, digits, `_` and `-`",
    };
    let title = format!("`{}` cannot name a variable", name.escape_debug());
    cx.error(Code::BadVariable, node.span, title, problem);
    None
}

/// RFC 6901: empty, or `/` before each part.
fn json_pointer(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<String>> {
    let text = cx.text(node, "a JSON pointer such as /state/hue")?;
    if text.known && !text.value.is_empty() && !text.value.starts_with('/') {
        let help = format!("RFC 6901: write /{}", text.value);
        cx.error_with_help(Code::BadValue, node.span, "a JSON pointer begins with `/`", "", help);
        return None;
    }
    Some(Spanned::new(text.value, node.span))
}
