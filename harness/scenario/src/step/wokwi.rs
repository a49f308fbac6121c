//! Wokwi's steps on pins, controls, screens (reference: Wokwi's automation scenarios).

use std::time::Duration;

use schemars::JsonSchema;

use super::Spanned;
use crate::decode::{Cx, Map, Shape, boolean, duration, integer, number, spanned_text};
use crate::schema::forms;
use crate::yaml::Node;

/// `expect-pin: { part-id: esp, pin: "8", value: 1 }` (`name` is an alias of `pin`)
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("oneOf" = [{ "required": ["pin"] }, { "required": ["name"] }]))]
pub struct ExpectPin {
    /// Part in the board drawing.
    #[schemars(rename = "part-id", with = "forms::FilledText")]
    pub part: Spanned<String>,
    /// Pin name.
    #[schemars(flatten, with = "forms::PinKeys")]
    pub pin: Spanned<String>,
    /// Expected level.
    #[schemars(with = "forms::Level")]
    pub value: bool,
}

/// `set-control: { part-id: btn1, control: pressed, value: 1 }` (`name` is an alias of `control`)
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("oneOf" = [{ "required": ["control"] }, { "required": ["name"] }]))]
pub struct SetControl {
    /// Part in the board drawing.
    #[schemars(rename = "part-id", with = "forms::FilledText")]
    pub part: Spanned<String>,
    /// Control's name.
    #[schemars(flatten, with = "forms::ControlKeys")]
    pub control: Spanned<String>,
    /// Value; its range depends on the control.
    #[schemars(with = "forms::Number")]
    pub value: f64,
}

/// `take-screenshot: { part-id: led1, save-to: led.png, compare-with: expected.png }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("anyOf" = [{ "required": ["save-to"] }, { "required": ["compare-with"] }]))]
pub struct TakeScreenshot {
    /// Part in the board drawing.
    #[schemars(rename = "part-id", with = "forms::FilledText")]
    pub part: Spanned<String>,
    /// Path relative to the scenario file.
    #[schemars(with = "Option<forms::FilledText>")]
    pub save_to: Option<String>,
    /// Path relative to the scenario file.
    #[schemars(with = "Option<forms::FilledText>")]
    pub compare_with: Option<String>,
}

/// `touch`, `touch-press`, `touch-move`, `touch-release`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Touch {
    /// Part in the board drawing.
    #[schemars(rename = "part-id", with = "forms::FilledText")]
    pub part: Spanned<String>,
    /// The gesture's command key.
    #[schemars(skip)]
    pub gesture: &'static str,
    /// Position, none for `touch-release`.
    #[schemars(flatten, with = "forms::PositionKeys")]
    pub position: Option<(f64, f64)>,
    /// `duration` of `touch`; default 50 ms.
    #[schemars(with = "Option<forms::DurationText>")]
    pub duration: Option<Duration>,
    /// `wait` of `touch`: go on only when it is released; default false.
    #[schemars(with = "Option<forms::Boolean>")]
    pub wait: bool,
}

/// `expect-pin: {..}`
pub(crate) const EXPECT_PIN: Shape =
    Shape { name: "expect-pin", example: "part-id", keys: &["part-id", "pin", "name", "value"] };

/// `set-control: {..}`
pub(crate) const SET_CONTROL: Shape =
    Shape { name: "set-control", example: "part-id", keys: &["part-id", "control", "name", "value"] };

/// `take-screenshot: {..}`
pub(crate) const TAKE_SCREENSHOT: Shape =
    Shape { name: "take-screenshot", example: "part-id", keys: &["part-id", "save-to", "compare-with"] };

/// `touch: {..}`
pub(crate) const TOUCH: Shape =
    Shape { name: "touch", example: "part-id", keys: &["part-id", "x", "y", "duration", "wait"] };

/// `touch-press: {..}`
pub(crate) const TOUCH_PRESS: Shape = Shape { name: "touch-press", example: "part-id", keys: &["part-id", "x", "y"] };

/// `touch-move: {..}`
pub(crate) const TOUCH_MOVE: Shape = Shape { name: "touch-move", example: "part-id", keys: &["part-id", "x", "y"] };

/// `touch-release: {..}`
pub(crate) const TOUCH_RELEASE: Shape = Shape { name: "touch-release", example: "part-id", keys: &["part-id"] };

impl ExpectPin {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_PIN)?;
        let part = map.required("part-id", spanned_text);
        let pin = aliased(&mut map, "pin");
        let value = map.required("value", |cx, node| match node.as_text() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => integer(cx, node, 0..=1).map(|level| level == 1),
        });
        Some(Self { part: part?, pin: pin?, value: value? })
    }
}

impl SetControl {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &SET_CONTROL)?;
        let part = map.required("part-id", spanned_text);
        let control = aliased(&mut map, "control");
        let value = map.required("value", number);
        Some(Self { part: part?, control: control?, value: value? })
    }
}

/// `key`, or Wokwi's newer `name` for the same.
fn aliased(map: &mut Map<'_, '_, '_>, key: &'static str) -> Option<Spanned<String>> {
    map.one_of(&[key, "name"], true);
    let value = map.optional(key, spanned_text);
    value.or_else(|| map.optional("name", spanned_text))
}

impl TakeScreenshot {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &TAKE_SCREENSHOT)?;
        let part = map.required("part-id", spanned_text);
        if !map.has("save-to") {
            map.one_of(&["save-to", "compare-with"], true);
        }
        let save_to = map.optional("save-to", spanned_text).map(|path| path.value);
        let compare_with = map.optional("compare-with", spanned_text).map(|path| path.value);
        Some(Self { part: part?, save_to, compare_with })
    }
}

impl Touch {
    /// How long `touch` presses by default.
    const DEFAULT_DURATION: Duration = Duration::from_millis(50);

    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &TOUCH)?;
        let part = map.required("part-id", spanned_text);
        let position = position(&mut map);
        let duration = Some(map.optional("duration", duration).unwrap_or(Self::DEFAULT_DURATION));
        let wait = map.optional("wait", boolean).unwrap_or(false);
        Some(Self { part: part?, gesture: "touch", position: Some(position?), duration, wait })
    }

    pub(super) fn decode_press(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        Self::at_position(Map::new(cx, node, &TOUCH_PRESS)?, "touch-press")
    }

    pub(super) fn decode_move(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        Self::at_position(Map::new(cx, node, &TOUCH_MOVE)?, "touch-move")
    }

    pub(super) fn decode_release(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let part = Map::new(cx, node, &TOUCH_RELEASE)?.required("part-id", spanned_text)?;
        Some(Self { part, gesture: "touch-release", position: None, duration: None, wait: false })
    }

    fn at_position(mut map: Map<'_, '_, '_>, gesture: &'static str) -> Option<Self> {
        let part = map.required("part-id", spanned_text);
        let position = position(&mut map);
        Some(Self { part: part?, gesture, position: Some(position?), duration: None, wait: false })
    }
}

fn position(map: &mut Map<'_, '_, '_>) -> Option<(f64, f64)> {
    let (x, y) = (map.required("x", number), map.required("y", number));
    Some((x?, y?))
}
