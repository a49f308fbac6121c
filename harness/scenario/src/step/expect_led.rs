//! `expect-led`: the light.

use std::fmt;
use std::time::Duration;

use hil_model::time;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::kind::{Role, StepKey, StepKind};
use super::title::Within;
use crate::condition::{COLOR, CONDITION, ColorRules};
use crate::decode::{Cx, Map, Shape, duration, integer, keyword, spanned_text};
use crate::error::Code;
use crate::schema::forms;
use crate::yaml::{Node, NodeKind};
use crate::{Capability, DEFAULT_TOLERANCE, Span, Spanned};
use hil_model::observation::{Evidence, Rgb};

/// `expect-led: { part-id: led1, color: "#ff0005" }` or `{ part-id: led1, pattern: [..], cycles: 3, tolerance: 11ms }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("oneOf" = [{ "required": ["color"] }, { "required": ["where"] }, { "required": ["pattern"] }]))]
pub struct ExpectLed {
    /// Part in the board drawing.
    #[schemars(rename = "part-id", with = "forms::FilledText")]
    pub part: Spanned<String>,
    /// `index`: position in the chain, from 0; default 0.
    #[schemars(with = "Option<forms::Integer<0, 65535>>")]
    pub index: u16,
    /// What it must show.
    #[schemars(flatten, with = "forms::LightKeys")]
    pub expected: LedExpectation,
    /// `evidence: observed`: the waveform seen from outside; `measured`: or by the device itself. No report will do.
    #[schemars(with = "Option<forms::EvidenceWord>")]
    pub evidence: Option<WantedEvidence>,
    /// Limit for the colour to appear, or for the pattern to begin; default 2 s.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// How a scenario wants to know what a light shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedEvidence {
    /// `observed`: from outside.
    Observed,
    /// `measured`: from outside, or by the device itself on its own pin.
    Measured,
    /// `reported`: by a report of the firmware.
    Reported,
}

impl WantedEvidence {
    /// Whether a colour that is known in this way will do.
    pub fn admits(self, evidence: Evidence) -> bool {
        match self {
            Self::Observed => evidence == Evidence::Observed,
            Self::Measured => evidence <= Evidence::SelfObserved,
            Self::Reported => evidence == Evidence::Reported,
        }
    }
}

/// What a light must show.
#[derive(Debug, Clone)]
pub enum LedExpectation {
    /// `color` or `where`, and `for` (default: no matter how long): the light gets such a colour and keeps to it for that long.
    Color {
        /// The colour.
        color: ColorMatch,
        /// It must stay for at least this long.
        hold: Option<Duration>,
    },
    /// `pattern`: the phases follow each other, each for its time, the whole `cycles` times.
    ///
    /// It begins at a change to the first phase's colour (or, where the light already shows it at the stimulus, at the
    /// stimulus or the next such change), and the last phase must end by a change too, unless it stands alone.
    Pattern {
        /// At least one phase.
        phases: Vec<Phase>,
        /// How often, at least 1; default 1.
        cycles: u32,
        /// Allowed deviation of each edge from its due time, counted from the pattern's start; default 10 ms.
        tolerance: Duration,
    },
}

/// Which colours will do.
#[derive(Debug, Clone)]
pub enum ColorMatch {
    /// `color`: this one.
    Is(Spanned<Rgb>),
    /// `where`: one that meets conditions.
    Where(Spanned<ColorRules>),
}

impl ColorMatch {
    /// Whether this colour will do.
    pub fn admits(&self, color: Rgb) -> bool {
        match self {
            Self::Is(wanted) => wanted.value == color,
            Self::Where(rules) => rules.value.broken(color).is_empty(),
        }
    }

    /// Where it stands in the file.
    pub const fn span(&self) -> Span {
        match self {
            Self::Is(color) => color.span,
            Self::Where(rules) => rules.span,
        }
    }
}

impl fmt::Display for ColorMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(color) => color.value.fmt(f),
            Self::Where(rules) => rules.value.fmt(f),
        }
    }
}

/// `{ color: "#ff0005", for: 200ms }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Phase {
    /// The colour.
    #[schemars(with = "forms::Color")]
    pub color: Spanned<Rgb>,
    /// Its duration, above zero.
    #[schemars(rename = "for", with = "forms::DurationText")]
    pub duration: Duration,
}

/// `expect-led: {..}`
const EXPECT_LED: Shape = Shape {
    name: "expect-led",
    example: "part-id",
    keys: &["part-id", "index", "color", "where", "for", "pattern", "cycles", "tolerance", "evidence", "within"],
};

/// `{ color: "#ff0005", for: 200ms }`
const PHASE: Shape = Shape { name: "a phase", example: "color", keys: &["color", "for"] };

/// Values of `evidence`.
pub(crate) const EVIDENCE: [(&str, WantedEvidence); 3] = [
    ("observed", WantedEvidence::Observed),
    ("measured", WantedEvidence::Measured),
    ("reported", WantedEvidence::Reported),
];

impl StepKind for ExpectLed {
    const KEYS: &'static [StepKey] = &[StepKey::new("expect-led", "`expect-led`: a colour, or a timed pattern.")
        .shapes(&[
            (&EXPECT_LED, "/$defs/ExpectLed"),
            (&PHASE, "/$defs/Phase"),
            (&COLOR, "/$defs/color-rules"),
            (&CONDITION, "/$defs/checks"),
        ])
        .not_in_wokwi("take-screenshot with compare-with has the colours of a part too")];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_LED)?;
        let part = map.required("part-id", spanned_text);
        let index = map.optional("index", |cx, node| integer(cx, node, 0..=u16::MAX)).unwrap_or(0);
        let said = map.one_of(&["color", "where", "pattern"], true);
        if said == Some("pattern") {
            map.excludes("pattern", &["for"]);
        }
        map.only_with(&["cycles", "tolerance"], "pattern");
        let exact = map.optional("color", color).map(ColorMatch::Is);
        let rules = map.optional("where", |cx, node| Some(Spanned::new(ColorRules::decode(cx, node)?, node.span)));
        let color = exact.or_else(|| rules.map(ColorMatch::Where));
        let hold = map.optional("for", duration);
        let phases = map.optional("pattern", phases);
        let cycles = map.optional("cycles", |cx, node| integer(cx, node, 1..=u32::MAX)).unwrap_or(1);
        let tolerance = map.optional("tolerance", duration).unwrap_or(DEFAULT_TOLERANCE);
        let evidence = map.optional("evidence", |cx, node| keyword(cx, node, "a kind of evidence", &EVIDENCE));
        let within = map.optional("within", duration);
        let expected = match (color, phases) {
            (Some(color), _) => LedExpectation::Color { color, hold },
            (None, Some(phases)) => LedExpectation::Pattern { phases, cycles, tolerance },
            (None, None) => return None,
        };
        Some(Self { part: part?, index, expected, evidence, within })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expect-led {}", self.part.value)?;
        if self.index != 0 {
            write!(f, "[{}]", self.index)?;
        }
        match &self.expected {
            LedExpectation::Color { color, hold } => {
                write!(f, " {color}")?;
                hold.iter().try_for_each(|hold| write!(f, " for {}", time::display(*hold)))?;
            }
            LedExpectation::Pattern { phases, cycles, tolerance } => {
                for phase in phases {
                    write!(f, " {} {}", phase.color.value, time::display(phase.duration))?;
                }
                write!(f, ", {cycles} times, +-{}", time::display(*tolerance))?;
            }
        }
        write!(f, "{}", Within(self.within))
    }

    fn needs(&self) -> &'static [Capability] {
        match self.evidence {
            Some(WantedEvidence::Observed) => &[Capability::Led, Capability::LedObserved],
            Some(WantedEvidence::Measured) => &[Capability::Led, Capability::LedMeasured],
            Some(WantedEvidence::Reported) | None => &[Capability::Led],
        }
    }

    fn within(&self) -> Option<Duration> {
        self.within
    }
}

fn phases(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<Phase>> {
    let NodeKind::Sequence(items) = &node.kind else {
        cx.wrong_type(node, "a list of `{ color: .., for: .. }`");
        return None;
    };
    if items.is_empty() {
        cx.error(Code::EmptyList, node.span, "the pattern is empty", "at least one phase is expected");
        return None;
    }
    let phases: Vec<_> = items.iter().map(|item| Phase::decode(cx, item)).collect();
    phases.into_iter().collect()
}

impl Phase {
    fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &PHASE)?;
        let color = map.required("color", color);
        let duration = map.required("for", |cx, node| {
            let time = duration(cx, node)?;
            // A time that is known only later is zero while the file is checked.
            if time.is_zero() && !node.as_text().is_some_and(|text| text.contains("${")) {
                cx.error(Code::BadDuration, node.span, "a phase that takes no time", "expected more than 0");
                return None;
            }
            Some(time)
        });
        Some(Self { color: color?, duration: duration? })
    }
}

fn color(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<Rgb>> {
    let text = cx.text(node, "a colour such as \"#ff0005\"")?;
    if !text.known {
        return Some(Spanned::new(Rgb::default(), node.span));
    }
    match text.value.parse() {
        Ok(color) => Some(Spanned::new(color, node.span)),
        Err(_) => {
            let title = format!("`{}` is not a colour", text.value.escape_debug());
            let help = "write \"#rrggbb\" in quotes, with six hexadecimal digits";
            cx.error_with_help(Code::BadColor, node.span, title, "", help);
            None
        }
    }
}
