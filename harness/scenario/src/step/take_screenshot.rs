//! `take-screenshot`: a picture of a part.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::WokwiFiles;
use super::kind::{Role, StepKey, StepKind};
use crate::decode::{Cx, Map, Shape, spanned_text};
use crate::schema::forms;
use crate::wokwi::checks;
use crate::yaml::Node;
use crate::{Capability, Spanned};

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

/// `take-screenshot: {..}`
const TAKE_SCREENSHOT: Shape =
    Shape { name: "take-screenshot", example: "part-id", keys: &["part-id", "save-to", "compare-with"] };

impl StepKind for TakeScreenshot {
    const KEYS: &'static [StepKey] = &[StepKey::new("take-screenshot", "`take-screenshot` (Wokwi).")
        .shapes(&[(&TAKE_SCREENSHOT, "/$defs/TakeScreenshot")])
        .wokwi(6, checks::take_screenshot)];
    const ROLE: Role = Role::Other;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &TAKE_SCREENSHOT)?;
        let part = map.required("part-id", spanned_text);
        if !map.has("save-to") {
            map.one_of(&["save-to", "compare-with"], true);
        }
        let save_to = map.optional("save-to", spanned_text).map(|path| path.value);
        let compare_with = map.optional("compare-with", spanned_text).map(|path| path.value);
        Some(Self { part: part?, save_to, compare_with })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "take-screenshot {}", self.part.value)
    }

    fn judges(&self) -> bool {
        self.compare_with.is_some()
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Screenshot]
    }

    fn wokwi(&self, files: &mut WokwiFiles<'_>) -> Option<(&'static str, Value)> {
        let mut value = json!({ "part-id": self.part.value });
        if let Some(path) = &self.save_to {
            value["save-to"] = json!(files.saved(path));
        }
        if let Some(path) = &self.compare_with {
            value["compare-with"] = json!(files.expected(path));
        }
        Some(("take-screenshot", value))
    }
}
