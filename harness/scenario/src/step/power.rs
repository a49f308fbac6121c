//! `power`: the device's supply.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::kind::{Role, StepKey, StepKind};
use super::word;
use crate::Capability;
use crate::decode::{Cx, Map, Shape, keyword};
use crate::yaml::{Node, NodeKind};

/// `power: off|on|cycle`, `power: { off-at: flash-write 3 }`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerAction {
    /// Off at once.
    Off,
    /// On.
    On,
    /// Off and on.
    Cycle,
    /// `off-at: flash-write k`: power fails in the middle of the k-th flash operation (write or erase) from now, k from 1.
    OffAtFlashWrite(u32),
}

/// In Wokwi, of steps that begin the device anew.
pub(super) const ONCE: &str = "Wokwi can only start a run anew";

/// `power: { off-at: flash-write 3 }`
const POWER: Shape = Shape { name: "power", example: "off-at", keys: &["off-at"] };

impl PowerAction {
    /// The words of scenario files.
    const WORDS: [(&'static str, Self); 3] = [("off", Self::Off), ("on", Self::On), ("cycle", Self::Cycle)];
}

impl StepKind for PowerAction {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("power", "`power`: off, on, cycle, or off at the k-th flash write.")
            .shapes(&[(&POWER, "/$defs/PowerAction/anyOf/1")])
            .not_in_wokwi(ONCE)];
    const ROLE: Role = Role::Stimulus;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        if matches!(node.kind, NodeKind::Mapping(_)) {
            return Map::new(cx, node, &POWER)?.required("off-at", off_at);
        }
        keyword(cx, node, "a power action", &Self::WORDS)
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "power {self}")
    }

    fn needs(&self) -> &'static [Capability] {
        match self {
            Self::OffAtFlashWrite(_) => &[Capability::Power, Capability::Flash],
            Self::Off | Self::On | Self::Cycle => &[Capability::Power],
        }
    }
}

fn off_at(cx: &mut Cx<'_>, node: &Node) -> Option<PowerAction> {
    let expected = "`flash-write` and a number from 1, such as `flash-write 3`";
    let text = cx.text(node, expected)?;
    let number = text.value.strip_prefix("flash-write").and_then(|rest| rest.trim().parse::<u32>().ok());
    match number.filter(|k| *k > 0) {
        Some(k) => Some(PowerAction::OffAtFlashWrite(k)),
        None if !text.known => Some(PowerAction::OffAtFlashWrite(1)),
        None => {
            cx.wrong_text(&text, expected);
            None
        }
    }
}

impl fmt::Display for PowerAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OffAtFlashWrite(k) => write!(f, "off at flash-write {k}"),
            simple => f.write_str(word(&Self::WORDS, simple)),
        }
    }
}

impl JsonSchema for PowerAction {
    fn schema_name() -> Cow<'static, str> {
        "PowerAction".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Self::WORDS.iter().map(|(word, _)| *word).collect();
        json_schema!({
            "anyOf": [
                { "enum": words },
                {
                    "type": "object",
                    "properties": {
                        "off-at": {
                            "description": "Power fails in the middle of the k-th flash operation from now, k from 1.",
                            "examples": ["flash-write 3"],
                            "type": "string",
                            "pattern": r"^flash-write *\d+$|\$\{"
                        }
                    },
                    "required": ["off-at"],
                    "additionalProperties": false
                }
            ]
        })
    }
}
