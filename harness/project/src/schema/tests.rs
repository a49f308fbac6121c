//! The schema says what the decoder does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hil_scenario::decode::Shape;
use serde_json::Value;

use super::schema;
use crate::decode::layer::{FILE, PROFILE};
use crate::decode::{broker, console, firmware, flash, fuzz, provision, serial, wifi};

/// Where the schema describes each table that the decoder knows.
const DESCRIBED: [(&Shape, &str); 13] = [
    (&FILE, ""),
    (&PROFILE, "/$defs/profile"),
    (&firmware::FIRMWARE, "/$defs/firmware-keys"),
    (&flash::FLASH, "/$defs/flash"),
    (&broker::BROKER, "/$defs/broker-keys"),
    (&serial::SERIAL, "/$defs/serial"),
    (&console::CONSOLE, "/$defs/console"),
    (&wifi::WIFI, "/$defs/wifi"),
    (&provision::NONE, "/$defs/provision/anyOf/1"),
    (&provision::NVS, "/$defs/provision/anyOf/2"),
    (&provision::IMAGE, "/$defs/provision/anyOf/3"),
    (&provision::SERIAL, "/$defs/provision/anyOf/4"),
    (&fuzz::FUZZ, "/$defs/fuzz"),
];

#[test]
fn every_table_has_the_keys_of_the_decoder() {
    let schema = schema();
    for (shape, pointer) in DESCRIBED {
        let node = schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not in the schema"));
        let properties = node["properties"].as_object().unwrap_or_else(|| panic!("{pointer} has no properties"));
        let of_schema: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(of_schema, shape.keys.iter().copied().collect(), "{}", shape.name);
        assert_eq!(node["additionalProperties"], false, "{}", shape.name);
        for (key, property) in properties {
            assert!(property["description"].is_string(), "{}: {key} has no text for hovering", shape.name);
        }
    }
}

#[test]
fn the_published_schema_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/hil.schema.json");
    let published: Value =
        std::fs::read_to_string(path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    assert!(
        published == schema(),
        "docs/hil.schema.json is out of date; renew it: cargo hil schema --project > docs/hil.schema.json"
    );
}

/// A file as JSON, as an editor's TOML library reads it.
fn json(path: &Path) -> Option<Value> {
    let table: toml::Table = std::fs::read_to_string(path).ok()?.parse().ok()?;
    serde_json::to_value(table).ok()
}

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/project/fixtures").join(folder);
    let entries = std::fs::read_dir(folder).expect("the fixtures are there");
    entries.map(|entry| entry.expect("a readable entry").path()).collect()
}

/// Wrong in a way that no schema can tell.
const BEYOND_A_SCHEMA: [&str; 3] = ["one_host_twice", "provisioned_twice", "two_images_at_one_place"];

#[test]
fn right_files_are_valid_and_wrong_ones_are_not() {
    let validator = jsonschema::validator_for(&schema()).expect("the schema is one");
    for path in fixtures("good") {
        let json = json(&path).expect("valid TOML");
        let errors: Vec<String> = validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
    for path in fixtures("wrong") {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let Some(json) = json(&path) else { continue };
        assert_eq!(validator.is_valid(&json), BEYOND_A_SCHEMA.contains(&name.as_str()), "{name}");
    }
}
