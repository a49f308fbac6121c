//! `expect-pulse`: how long a pin has a level.

use std::fmt;
use std::time::Duration;

use hil_model::time::display;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::Deviation;
use super::expect_pin::level;
use super::expect_stream::deviation;
use super::kind::{Role, StepKey, StepKind};
use super::title::Within;
use crate::decode::{Cx, Map, Shape, aliased, duration, integer, positive, spanned_text};
use crate::schema::forms;
use crate::yaml::Node;
use crate::{Capability, Spanned};

/// `expect-pulse: { part-id: relay1, pin: IN, for: 5s, tolerance: 1%, count: 3, every: 1min }` (`name` is an alias of `pin`)
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("oneOf" = [{ "required": ["pin"] }, { "required": ["name"] }]))]
pub struct ExpectPulse {
    /// Part in the board drawing.
    #[schemars(rename = "part-id", with = "forms::FilledText")]
    pub part: Spanned<String>,
    /// Pin name.
    #[schemars(flatten, with = "forms::PinKeys")]
    pub pin: Spanned<String>,
    /// Level of the pulse; default 1.
    #[schemars(with = "Option<forms::Level>")]
    pub value: bool,
    /// `for`: how long the pin has it, above zero.
    #[schemars(rename = "for", with = "forms::DurationText")]
    pub width: Spanned<Duration>,
    /// From the begin of one pulse to that of the next, above zero.
    #[schemars(with = "Option<forms::DurationText>")]
    pub every: Option<Spanned<Duration>>,
    /// Allowed deviation of `for` and `every`: `200us`, or `5%`; default 10 %.
    #[schemars(with = "Option<forms::Deviation>")]
    pub tolerance: Deviation,
    /// How many pulses, each as it should be; default 1.
    #[schemars(with = "Option<forms::Integer<1, 100_000>>")]
    pub count: u32,
    /// Limit for each of them to begin; default 2 s.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// `expect-pulse: {..}`
const EXPECT_PULSE: Shape = Shape {
    name: "expect-pulse",
    example: "part-id",
    keys: &["part-id", "pin", "name", "value", "for", "every", "tolerance", "count", "within"],
};

impl StepKind for ExpectPulse {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("expect-pulse", "`expect-pulse`: how long a pin has a level, once or several times.")
            .shapes(&[(&EXPECT_PULSE, "/$defs/ExpectPulse")])
            .not_in_wokwi("expect-pin has the level at one moment")];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_PULSE)?;
        let part = map.required("part-id", spanned_text);
        let pin = aliased(&mut map, "pin");
        let value = map.optional("value", level).unwrap_or(true);
        let width = map.required("for", |cx, node| Some(Spanned::new(positive(cx, node)?, node.span)));
        let every = map.optional("every", |cx, node| Some(Spanned::new(positive(cx, node)?, node.span)));
        let tolerance = map.optional("tolerance", deviation).unwrap_or_default();
        let count = map.optional("count", |cx, node| integer(cx, node, 1..=100_000)).unwrap_or(1);
        let within = map.optional("within", duration);
        Some(Self { part: part?, pin: pin?, value, width: width?, every, tolerance, count, within })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expect-pulse {}:{} {}", self.part.value, self.pin.value, u8::from(self.value))?;
        write!(f, " for {}", display(self.width.value))?;
        self.every.iter().try_for_each(|every| write!(f, " every {}", display(every.value)))?;
        write!(f, " ± {}", self.tolerance)?;
        if self.count != 1 {
            write!(f, " {} times", self.count)?;
        }
        write!(f, "{}", Within(self.within))
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Pins]
    }

    fn within(&self) -> Option<Duration> {
        self.within
    }
}
