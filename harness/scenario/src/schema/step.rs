//! A step: an optional name and exactly one command.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::generate::described;
use crate::step::CommandKind;

/// The schemas of a step, and of one that a group may hold.
pub fn steps(generator: &mut SchemaGenerator) -> (Schema, Schema) {
    let commands = commands(generator);
    let bare: Vec<&str> = CommandKind::all().filter(|kind| kind.key.bare).map(|kind| kind.key.key).collect();
    let step = json_schema!({
        "title": "step",
        "anyOf": [object(&commands, |_| true), { "enum": bare }]
    });
    let expectation = object(&commands, CommandKind::is_expectation);
    (step, Schema::try_from(expectation).expect("an object is a schema"))
}

/// One object with all commands as properties: editors complete and explain that best.
fn object(commands: &Map<String, Value>, wanted: impl Fn(&CommandKind) -> bool) -> Value {
    let kinds: Vec<&CommandKind> = CommandKind::all().filter(|kind| wanted(kind)).collect();
    let mut properties = Map::new();
    properties.insert("name".into(), json!({ "description": "A label for reports.", "$ref": "#/$defs/text" }));
    for kind in &kinds {
        if let Some(schema) = commands.get(kind.key.key) {
            properties.insert(kind.key.key.into(), schema.clone());
        }
    }
    let one_of: Vec<Value> = kinds.iter().map(|kind| json!({ "required": [kind.key.key] })).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false, "oneOf": one_of })
}

/// The value of each command, with its description.
fn commands(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut schema = |kind: &CommandKind| described(kind.schema(generator), kind.key.doc).into();
    CommandKind::all().map(|kind| (kind.key.key.to_owned(), schema(kind))).collect()
}
