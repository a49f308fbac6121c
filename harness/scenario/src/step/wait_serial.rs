//! `wait-serial`: bytes that the device prints.

use std::fmt;

use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::kind::{Role, StepKey, StepKind};
use super::{ByteText, WokwiFiles};
use crate::decode::{Cx, spanned_text};
use crate::schema::forms;
use crate::wokwi::checks;
use crate::yaml::Node;
use crate::{Capability, Spanned};

/// `wait-serial: "mqtt: connected"`: exact bytes anywhere in the output, also across lines; only what the device prints
/// after the step before has ended counts (as in Wokwi). Its only limit is the scenario's `timeout`, as in Wokwi.
#[derive(Debug, Clone)]
pub struct WaitSerial {
    /// The bytes to find.
    pub text: Spanned<ByteText>,
}

impl StepKind for WaitSerial {
    const KEYS: &'static [StepKey] = &[StepKey::new(
        "wait-serial",
        "`wait-serial: text` (Wokwi): exact bytes that the device prints after this step has begun.",
    )
    .wokwi(4, checks::wait_serial)];
    const ROLE: Role = Role::Expectation;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let text = spanned_text(cx, node)?;
        Some(Self { text: Spanned::new(ByteText(text.value.into_bytes()), text.span) })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<forms::FilledText>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wait-serial {}", self.text.value)
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Serial]
    }

    fn wokwi(&self, _files: &mut WokwiFiles<'_>) -> Option<(&'static str, Value)> {
        Some(("wait-serial", json!(String::from_utf8_lossy(&self.text.value.0))))
    }
}
