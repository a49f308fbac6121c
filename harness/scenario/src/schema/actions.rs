//! Commands whose value is a word or a mapping.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::forms::{Boolean, DurationText};
use crate::step::{BrokerAction, DropPacket, NetworkAction, PacketKind, PowerAction, Touch};

impl JsonSchema for BrokerAction {
    fn schema_name() -> Cow<'static, str> {
        "BrokerAction".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Self::WORDS.iter().map(|(word, _)| *word).collect();
        json_schema!({ "enum": words })
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

impl JsonSchema for NetworkAction {
    fn schema_name() -> Cow<'static, str> {
        "NetworkAction".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Self::WORDS.iter().map(|(word, _)| *word).collect();
        let latency = described(
            generator.subschema_for::<DurationText>(),
            "Each byte takes this much longer, each way; 0s ends it.",
        );
        let black_hole = described(generator.subschema_for::<Boolean>(), "Connections stay open, nothing passes.");
        let refuse = described(generator.subschema_for::<Boolean>(), "New connections are refused.");
        let drop = described(generator.subschema_for::<DropPacket>(), "End the connection at a certain packet, once.");
        json_schema!({
            "anyOf": [
                { "enum": words },
                {
                    "type": "object",
                    "properties": { "latency": latency, "black-hole": black_hole, "refuse": refuse, "drop": drop },
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": false
                }
            ]
        })
    }
}

impl JsonSchema for PacketKind {
    fn schema_name() -> Cow<'static, str> {
        "packet-kind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "enum": Self::ALL.map(|(_, name)| name) }, { "$ref": "#/$defs/variable" }] })
    }
}

/// `schema` with a text for hovering.
pub(super) fn described(mut schema: Schema, description: &str) -> Schema {
    schema.insert("description".into(), description.into());
    schema
}

/// The four touch commands: key, description, value.
pub(super) fn touches(generator: &mut SchemaGenerator) -> [(&'static str, &'static str, Schema); 4] {
    let all = generator.subschema_for::<Touch>();
    let part = json_schema!({ "description": "Part in the board drawing.", "$ref": "#/$defs/filled-text" });
    let at = json_schema!({
        "type": "object",
        "properties": { "part-id": part.clone(), "x": { "$ref": "#/$defs/number" }, "y": { "$ref": "#/$defs/number" } },
        "required": ["part-id", "x", "y"],
        "additionalProperties": false
    });
    let release = json_schema!({
        "type": "object",
        "properties": { "part-id": part },
        "required": ["part-id"],
        "additionalProperties": false
    });
    [
        ("touch", "`touch` (Wokwi displays): press, and release after `duration`.", all),
        ("touch-press", "`touch-press` (Wokwi displays): press and stay.", at.clone()),
        ("touch-move", "`touch-move` (Wokwi displays): move what is pressed.", at),
        ("touch-release", "`touch-release` (Wokwi displays): release.", release),
    ]
}
