//! `expect-serial`: a line that the device prints.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::kind::{Role, StepKey, StepKind};
use super::matcher::text_match;
use super::title::Within;
use crate::condition::{CONDITION, TextMatch};
use crate::decode::{Cx, Map, Shape, boolean, duration, escaped, plain_text};
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Source};

/// `expect-serial: { matches: "level=(?<level>\\d+)", within: 1s }` or `{ text: "mqtt: connected" }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("oneOf" = [{ "required": ["matches"] }, { "required": ["text"] }]))]
pub struct ExpectSerial {
    /// Searched in each line, without its escape sequences and control characters; `text` is compiled to an escaped expression. Named groups become variables; with `where`, they meet conditions.
    #[schemars(flatten, with = "forms::LineKeys")]
    pub line: TextMatch,
    /// The text, where `text` was given.
    #[schemars(skip)]
    pub text: Option<String>,
    /// `raw: true`: the line as it came, with escape sequences and control characters.
    #[schemars(with = "Option<forms::Boolean>")]
    pub raw: bool,
    /// `absent: true`: no such line for `within`.
    #[schemars(with = "Option<forms::Boolean>")]
    pub absent: bool,
    /// Limit; default 2 s.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// `expect-serial: {..}`
const EXPECT_SERIAL: Shape =
    Shape { name: "expect-serial", example: "matches", keys: &["matches", "where", "text", "raw", "absent", "within"] };

impl StepKind for ExpectSerial {
    const KEYS: &'static [StepKey] = &[StepKey::new(
        "expect-serial",
        "`expect-serial`: a line, by regular expression or contained text, since the last stimulus.",
    )
    .shapes(&[(&EXPECT_SERIAL, "/$defs/ExpectSerial"), (&CONDITION, "/$defs/checks")])
    .not_in_wokwi("wait-serial waits for a text, without a limit of its own")];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_SERIAL)?;
        map.one_of(&["matches", "text"], true);
        map.only_with(&["where"], "matches");
        let matches = text_match(&mut map, "matches", "where");
        let text = map.optional("text", plain_text);
        let line = matches.or_else(|| map.optional("text", escaped).map(TextMatch::any));
        let raw = map.optional("raw", boolean).unwrap_or(false);
        let absent = map.optional("absent", boolean).unwrap_or(false);
        let within = map.optional("within", duration);
        Some(Self { line: line?, text, raw, absent, within })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            Some(text) => write!(f, "expect-serial {text:?}")?,
            None => write!(f, "expect-serial {}", self.line)?,
        }
        let (raw, absent) = (if self.raw { " raw" } else { "" }, if self.absent { " absent" } else { "" });
        write!(f, "{raw}{absent}{}", Within(self.within))
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Serial]
    }

    fn within(&self) -> Option<Duration> {
        self.within
    }

    fn flow(&self, flow: &mut Flow, _source: &Arc<Source>, _path: &str) {
        if !self.absent {
            self.line.regex.capture_names().flatten().for_each(|name| flow.sets(name));
        }
    }

    fn recover(flow: &mut Flow, _source: &Arc<Source>, value: &Node, _path: &str) {
        flow.declared(value);
    }
}
