//! The schema says what the decoder does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::{device, entry, file, light, schema};
use hil_scenario::decode::{Cx, Shape, compact_json};
use hil_scenario::{Source, yaml};

const DESCRIBED: [(&Shape, &str); 6] = [
    (&file::INVENTORY, ""),
    (&file::LIMITS, "/$defs/limits"),
    (&entry::DEFAULTS, "/$defs/defaults"),
    (&entry::BOARD, "/$defs/board"),
    (&device::DEVICE, "/$defs/device-keys"),
    (&light::ANALYZER, "/$defs/light/anyOf/1"),
];

#[test]
fn every_mapping_has_the_keys_of_the_decoder() {
    let schema = schema();
    for (shape, pointer) in DESCRIBED {
        let node = schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not in the schema"));
        let properties = node["properties"].as_object().unwrap_or_else(|| panic!("{pointer} has no properties"));
        let of_schema: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(of_schema, shape.keys.iter().copied().collect(), "{}", shape.name);
        // What else stands in `device` is its provisioner's.
        if shape.name != device::DEVICE.name {
            assert_eq!(node["additionalProperties"], false, "{}", shape.name);
        }
        for (key, property) in properties {
            assert!(property["description"].is_string(), "{}: {key} has no text for hovering", shape.name);
        }
    }
}

#[test]
fn the_published_schema_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bench.schema.json");
    let published: Value =
        std::fs::read_to_string(path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    assert!(
        published == schema(),
        "docs/bench.schema.json is out of date; renew it: cargo hil schema --bench > docs/bench.schema.json"
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

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/tests/fixtures/bench").join(folder);
    let entries = std::fs::read_dir(folder).expect("the fixtures are there");
    entries.map(|entry| entry.expect("a readable entry").path()).collect()
}

/// Wrong in a way that no schema can tell.
const BEYOND_A_SCHEMA: [&str; 1] = ["twice"];

#[test]
fn right_files_are_valid_and_wrong_ones_are_not() {
    let validator = jsonschema::validator_for(&schema()).expect("the schema is one");
    for path in fixtures("good") {
        let json = json(&path).expect("valid YAML");
        let errors: Vec<String> = validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
    for path in fixtures("wrong") {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let Some(json) = json(&path) else { continue };
        assert_eq!(validator.is_valid(&json), BEYOND_A_SCHEMA.contains(&name.as_str()), "{name}");
    }
}
