//! `expect-part`: what a part shows or does.

use std::fmt;
use std::time::Duration;

use hil_model::time;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::kind::{Role, StepKey, StepKind};
use super::title::Within;
use crate::condition::{CONDITION, Condition};
use crate::decode::{Cx, Map, Shape, duration, integer, list, spanned_text};
use crate::error::Code;
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Span, Spanned};

/// `expect-part: { part-id: servo1, angle: { between: [88, 92] } }` or `{ part-id: buzzer1, tone: { near: 440, within: 1% }, for: 200ms }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("anyOf" = [{ "required": ["angle"] }, { "required": ["brightness"] }, { "required": ["text"] }, { "required": ["tone"] }, { "required": ["on"] }]))]
pub struct ExpectPart {
    /// Part in the board drawing.
    #[schemars(rename = "part-id", with = "forms::FilledText")]
    pub part: Spanned<String>,
    /// With `brightness` and `on`, of a part with several lights: which one, from 0; default 0.
    #[schemars(with = "Option<forms::Integer<0, 65535>>")]
    pub index: u16,
    /// What it must show, all of it at the same time.
    #[schemars(flatten, with = "forms::PartKeys")]
    pub rules: Vec<PartRule>,
    /// And must keep to for at least this long.
    #[schemars(rename = "for", with = "Option<forms::DurationText>")]
    pub hold: Option<Duration>,
    /// Limit for it to be so; default 2 s.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// A condition on something that a part shows.
#[derive(Debug, Clone)]
pub struct PartRule {
    /// On what.
    pub property: PartProperty,
    /// What it must be.
    pub condition: Condition,
    /// Where it stands in the file.
    pub span: Span,
}

/// Something that a part shows or does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartProperty {
    /// `angle`: of a servo or a stepper, in degrees.
    Angle,
    /// `brightness`: of a light, 0 to 100 per cent.
    Brightness,
    /// `text`: of a display; lines are joined by line feeds.
    Text,
    /// `tone`: of a buzzer, in hertz; none while it is silent.
    Tone,
    /// `on`: a relay's contacts have moved, or a light is not dark.
    On,
}

impl PartProperty {
    /// All, with their keys.
    pub const ALL: [(&'static str, Self); 5] = [
        ("angle", Self::Angle),
        ("brightness", Self::Brightness),
        ("text", Self::Text),
        ("tone", Self::Tone),
        ("on", Self::On),
    ];

    /// Its key.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, it)| *it == self).map_or("", |(name, _)| name)
    }
}

/// `expect-part: {..}`
const EXPECT_PART: Shape = Shape {
    name: "expect-part",
    example: "part-id",
    keys: &["part-id", "index", "angle", "brightness", "text", "tone", "on", "for", "within"],
};

impl StepKind for ExpectPart {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("expect-part", "`expect-part`: the angle, tone, text or brightness of a part.")
            .shapes(&[(&EXPECT_PART, "/$defs/ExpectPart"), (&CONDITION, "/$defs/checks")])
            .not_in_wokwi("take-screenshot with compare-with has a picture of some parts")];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_PART)?;
        let part = map.required("part-id", spanned_text);
        let index = map.optional("index", |cx, node| integer(cx, node, 0..=u16::MAX)).unwrap_or(0);
        let mut rules = Vec::new();
        let mut asks = false;
        for (name, property) in PartProperty::ALL {
            asks |= map.has(name);
            let condition = map.optional(name, |cx, node| Some((Condition::decode(cx, node)?, node.span)));
            rules.extend(condition.map(|(condition, span)| PartRule { property, condition, span }));
        }
        let hold = map.optional("for", duration);
        let within = map.optional("within", duration);
        if !asks {
            let names = list(PartProperty::ALL.map(|(name, _)| name));
            map.judge(|cx| {
                cx.error(
                    Code::MissingKey,
                    node.span,
                    "nothing is expected of the part",
                    format!("expected one of {names}"),
                );
            });
        }
        (!rules.is_empty()).then_some(())?;
        Some(Self { part: part?, index, rules, hold, within })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expect-part {}", self.part.value)?;
        if self.index != 0 {
            write!(f, "[{}]", self.index)?;
        }
        for PartRule { property, condition, .. } in &self.rules {
            write!(f, " {} {condition}", property.name())?;
        }
        self.hold.iter().try_for_each(|hold| write!(f, " for {}", time::display(*hold)))?;
        write!(f, "{}", Within(self.within))
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Parts]
    }

    fn within(&self) -> Option<Duration> {
        self.within
    }
}
