//! The schema says what the decoder does.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::schema;
use crate::Source;
use crate::decode::{Cx, Shape, compact_json};
use crate::load::{DEVICE, INCLUDED, SCENARIO};
use crate::step::CommandKind;
use crate::yaml;

/// Where the schema describes each mapping that the decoder knows.
fn described() -> Vec<(&'static Shape, &'static str)> {
    let mut all = vec![(&SCENARIO, ""), (&INCLUDED, "/$defs/included-file"), (&DEVICE, "/$defs/DeviceConfig")];
    all.extend(CommandKind::all().flat_map(|kind| kind.key.shapes.iter().copied()));
    all
}

fn resolve<'a>(schema: &'a Value, mut node: &'a Value) -> &'a Value {
    while let Some(reference) = node.get("$ref").and_then(Value::as_str) {
        node = schema.pointer(reference.trim_start_matches('#')).expect("references lead somewhere");
    }
    node
}

#[test]
fn every_mapping_has_the_keys_of_the_decoder() {
    let schema = schema();
    for (shape, pointer) in described() {
        let node = schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not in the schema"));
        let node = resolve(&schema, node);
        let properties = node["properties"].as_object().unwrap_or_else(|| panic!("{pointer} has no properties"));
        let of_schema: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        let of_decoder: BTreeSet<&str> = shape.keys.iter().copied().collect();
        assert_eq!(of_schema, of_decoder, "{}", shape.name);
        // What else stands in `device:` is its provisioner's.
        if shape.name != DEVICE.name {
            assert_eq!(node["additionalProperties"], false, "{}", shape.name);
        }
    }
}

#[test]
fn every_command_is_described() {
    let schema = schema();
    let properties = schema["$defs"]["step"]["anyOf"][0]["properties"].as_object().expect("properties");
    let of_schema: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
    let of_decoder: BTreeSet<&str> = CommandKind::keys().chain(["name"]).collect();
    assert_eq!(of_schema, of_decoder);
    for (key, property) in properties {
        assert!(property["description"].is_string(), "{key} has no text for hovering");
    }
}

#[test]
fn references_lead_somewhere() {
    fn walk(schema: &Value, node: &Value) {
        resolve(schema, node);
        match node {
            Value::Object(object) => object.values().for_each(|value| walk(schema, value)),
            Value::Array(items) => items.iter().for_each(|value| walk(schema, value)),
            _ => {}
        }
    }
    let schema = schema();
    walk(&schema, &schema);
}

#[test]
fn the_published_schema_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenario.schema.json");
    let published: Value =
        std::fs::read_to_string(path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    assert!(
        published == schema(),
        "docs/scenario.schema.json is out of date; renew it: cargo hil schema > docs/scenario.schema.json"
    );
}

/// A file as JSON, as an editor's YAML library (YAML 1.2) reads it.
fn json(path: &Path) -> Option<Value> {
    let text = std::fs::read_to_string(path).ok()?;
    let source = Arc::new(Source { path: path.to_owned(), text: text.into() });
    let (node, errors) = yaml::parse(&source);
    let node = node.filter(|_| errors.is_empty())?;
    serde_json::from_str(&compact_json(&mut Cx::literal(&source), &node)?).ok()
}

fn fixtures(folder: &str) -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/scenario").join(folder);
    let entries = std::fs::read_dir(folder).expect("the fixtures are there");
    entries.map(|entry| entry.expect("a readable entry").path()).filter(|path| path.is_file()).collect()
}

#[test]
fn right_files_are_valid() {
    let validator = jsonschema::validator_for(&schema()).expect("the schema is one");
    for path in fixtures("good") {
        let json = json(&path).expect("valid YAML");
        let errors: Vec<String> = validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
}

/// Wrong in a way that no schema can tell.
const BEYOND_A_SCHEMA: [&str; 7] = [
    "bad_regex",
    "environment",
    "include_cycle",
    "include_problems",
    "undefined_variable",
    "unequal_rows",
    "wide_and_tabs",
];

#[test]
fn wrong_files_are_not_valid() {
    let validator = jsonschema::validator_for(&schema()).expect("the schema is one");
    let mut valid = BTreeSet::new();
    for path in fixtures("wrong") {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let Some(json) = json(&path).filter(|_| !name.starts_with('_')) else { continue };
        if validator.is_valid(&json) {
            valid.insert(name);
        }
    }
    assert_eq!(valid, BEYOND_A_SCHEMA.iter().map(|name| (*name).to_owned()).collect());
}
