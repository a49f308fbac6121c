//! A step: an optional name and exactly one command.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::actions::touches;
use crate::step::{Command, CommandKind};

/// The schemas of a step, and of one that a group may hold.
pub fn steps(generator: &mut SchemaGenerator) -> (Schema, Schema) {
    let commands = commands(generator);
    let bare: Vec<&str> = CommandKind::ALL.iter().filter(|kind| kind.bare).map(|kind| kind.key).collect();
    let step = json_schema!({
        "title": "step",
        "anyOf": [object(&commands, |_| true), { "enum": bare }]
    });
    let expectation = object(&commands, |kind| kind.expectation);
    (step, Schema::try_from(expectation).expect("an object is a schema"))
}

/// One object with all commands as properties: editors complete and explain that best.
fn object(commands: &Map<String, Value>, wanted: impl Fn(&CommandKind) -> bool) -> Value {
    let kinds: Vec<&CommandKind> = CommandKind::ALL.iter().filter(|kind| wanted(kind)).collect();
    let mut properties = Map::new();
    properties.insert("name".into(), json!({ "description": "A label for reports.", "$ref": "#/$defs/text" }));
    for kind in &kinds {
        if let Some(schema) = commands.get(kind.key) {
            properties.insert(kind.key.into(), schema.clone());
        }
    }
    let one_of: Vec<Value> = kinds.iter().map(|kind| json!({ "required": [kind.key] })).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false, "oneOf": one_of })
}

/// The value of each command, with its description, from the variants of [`Command`].
fn commands(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let derived = Value::from(<Command as schemars::JsonSchema>::json_schema(generator));
    let variants = derived.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut commands = Map::new();
    for variant in variants {
        let description = variant.get("description").cloned();
        let properties = variant.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        for (key, mut value) in properties {
            if let (Some(object), Some(description)) = (value.as_object_mut(), description.clone()) {
                object.insert("description".into(), description);
            }
            commands.insert(key, value);
        }
    }
    for (key, description, schema) in touches(generator) {
        commands.insert(key.into(), super::actions::described(schema, description).into());
    }
    commands.insert(
        "reset".into(),
        json!({
            "description": "`reset`: as the reset button does.",
            "anyOf": [{ "type": "null" }, { "type": "object", "maxProperties": 0 }]
        }),
    );
    commands
}
