//! `touch` and its parts: fingers on Wokwi's displays.

use std::fmt;
use std::time::Duration;

use hil_model::time;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::WokwiFiles;
use super::kind::{Role, StepKey, StepKind};
use super::wokwi::number_of;
use crate::decode::{Cx, Map, Shape, boolean, duration, number, spanned_text};
use crate::schema::forms;
use crate::wokwi::checks;
use crate::yaml::Node;
use crate::{Capability, Spanned};

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

/// `touch: {..}`
const TOUCH: Shape = Shape { name: "touch", example: "part-id", keys: &["part-id", "x", "y", "duration", "wait"] };

/// `touch-press: {..}`
const TOUCH_PRESS: Shape = Shape { name: "touch-press", example: "part-id", keys: &["part-id", "x", "y"] };

/// `touch-move: {..}`
const TOUCH_MOVE: Shape = Shape { name: "touch-move", example: "part-id", keys: &["part-id", "x", "y"] };

/// `touch-release: {..}`
const TOUCH_RELEASE: Shape = Shape { name: "touch-release", example: "part-id", keys: &["part-id"] };

impl Touch {
    /// How long `touch` presses by default.
    const DEFAULT_DURATION: Duration = Duration::from_millis(50);
    /// The gesture that `wait` and `duration` belong to.
    const WHOLE: &'static str = "touch";
    /// The gesture without a position.
    const RELEASE: &'static str = "touch-release";
}

impl StepKind for Touch {
    const KEYS: &'static [StepKey] = &[
        StepKey::new(Touch::WHOLE, "`touch` (Wokwi displays): press, and release after `duration`.")
            .shapes(&[(&TOUCH, "/$defs/Touch")])
            .wokwi(7, checks::touch),
        StepKey::new("touch-press", "`touch-press` (Wokwi displays): press and stay.")
            .shapes(&[(&TOUCH_PRESS, "/$defs/step/anyOf/0/properties/touch-press")])
            .wokwi(8, checks::touch),
        StepKey::new("touch-move", "`touch-move` (Wokwi displays): move what is pressed.")
            .shapes(&[(&TOUCH_MOVE, "/$defs/step/anyOf/0/properties/touch-move")])
            .wokwi(10, checks::touch),
        StepKey::new(Touch::RELEASE, "`touch-release` (Wokwi displays): release.")
            .shapes(&[(&TOUCH_RELEASE, "/$defs/step/anyOf/0/properties/touch-release")])
            .wokwi(9, checks::touch),
    ];
    const ROLE: Role = Role::Stimulus;

    fn decode(cx: &mut Cx<'_>, node: &Node, key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, shape(key))?;
        let part = map.required("part-id", spanned_text);
        let position = if key == Self::RELEASE { Some(None) } else { position(&mut map).map(Some) };
        let (mut time, mut wait) = (None, false);
        if key == Self::WHOLE {
            time = Some(map.optional("duration", duration).unwrap_or(Self::DEFAULT_DURATION));
            wait = map.optional("wait", boolean).unwrap_or(false);
        }
        Some(Self { part: part?, gesture: key, position: position?, duration: time, wait })
    }

    fn schema(generator: &mut SchemaGenerator, key: &'static str) -> Schema {
        let part = json_schema!({ "description": "Part in the board drawing.", "$ref": "#/$defs/filled-text" });
        let mut schema = match key {
            Self::WHOLE => return generator.subschema_for::<Self>(),
            Self::RELEASE => json_schema!({ "properties": { "part-id": part }, "required": ["part-id"] }),
            _ => json_schema!({
                "properties": { "part-id": part, "x": { "$ref": "#/$defs/number" }, "y": { "$ref": "#/$defs/number" } },
                "required": ["part-id", "x", "y"]
            }),
        };
        schema.insert("type".into(), "object".into());
        schema.insert("additionalProperties".into(), false.into());
        schema
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.gesture, self.part.value)?;
        self.position.iter().try_for_each(|(x, y)| write!(f, " {x},{y}"))
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Touch]
    }

    fn wokwi(&self, _files: &mut WokwiFiles<'_>) -> Option<(&'static str, Value)> {
        let mut value = json!({ "part-id": self.part.value });
        if let Some((x, y)) = self.position {
            value["x"] = number_of(x);
            value["y"] = number_of(y);
        }
        if let Some(duration) = self.duration {
            value["duration"] = json!(time::display(duration));
        }
        if self.wait {
            value["wait"] = json!(true);
        }
        Some((self.gesture, value))
    }
}

/// The mapping of a gesture.
fn shape(gesture: &str) -> &'static Shape {
    let key = Touch::KEYS.iter().find(|key| key.key == gesture);
    key.and_then(|key| key.shapes.first()).map_or(&TOUCH, |(shape, _)| *shape)
}

fn position(map: &mut Map<'_, '_, '_>) -> Option<(f64, f64)> {
    let (x, y) = (map.required("x", number), map.required("y", number));
    Some((x?, y?))
}
