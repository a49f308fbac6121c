//! The schema says what the decoder does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::{DeviceDescription, file, grammar, json, rules, schema};
use hil_scenario::decode::{Cx, Shape, compact_json};
use hil_scenario::{Source, yaml};

const DESCRIBED: [(&Shape, &str); 13] = [
    (&file::DEVICE, ""),
    (&rules::ONLINE, "/$defs/online"),
    (&rules::COMMAND, "/$defs/command"),
    (&rules::STATUS, "/$defs/status"),
    (&rules::REJECTION, "/$defs/rejection"),
    (&rules::START, "/$defs/start"),
    (&grammar::GRAMMAR, "/$defs/grammar-keys"),
    (&grammar::NUMBER, "/$defs/number"),
    (&grammar::TEXT, "/$defs/text-keys"),
    (&json::VALUE, "/$defs/json-value-keys"),
    (&json::RANGE, "/$defs/json-number"),
    (&json::TEXT, "/$defs/json-text"),
    (&json::ARRAY, "/$defs/json-array"),
];

#[test]
fn every_mapping_has_the_keys_of_the_decoder() {
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
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/device.schema.json");
    let published: Value =
        std::fs::read_to_string(path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    assert!(
        published == schema(),
        "docs/device.schema.json is out of date; renew it: cargo hil schema --device > docs/device.schema.json"
    );
}

/// A file as JSON, as an editor's YAML library (YAML 1.2) reads it.
fn as_json(path: &Path) -> Option<Value> {
    let text = std::fs::read_to_string(path).ok()?;
    let source = Arc::new(Source { path: path.to_owned(), text: text.into() });
    let (node, errors) = yaml::parse(&source);
    let node = node.filter(|_| errors.is_empty())?;
    serde_json::from_str(&compact_json(&mut Cx::literal(&source), &node)?).ok()
}

#[test]
fn the_lights_description_is_right_by_decoder_and_schema() {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/device.yaml"));
    // Its model is the light's; to a program without any, that line is wrong, and nothing else is.
    let errors = DeviceDescription::load(&path, &[]).expect_err("there is no model").render(false);
    assert!(errors.contains("this program has no model of a device"), "{errors}");
    let text = std::fs::read_to_string(&path).expect("it is there").replace("\nmodel: light", "");
    let device =
        DeviceDescription::load_text(&path, text, &[]).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    assert_eq!(device.state.get("mode"), "blink,1000,0");
    let validator = jsonschema::validator_for(&schema()).expect("the schema is one");
    let json = as_json(&path).expect("valid YAML");
    let errors: Vec<String> = validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// One of the descriptions that tests run.
fn of_a_thermostat() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../cli/tests/program/fuzz/thermostat.device.yaml"))
}

#[test]
fn a_description_of_json_is_right_by_decoder_and_schema() {
    let path = of_a_thermostat();
    let device = DeviceDescription::load(&path, &[]).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    assert_eq!(device.statuses[0].payload.keys(&device.state), ", where: { \"/setpoint\": 20, \"/mode\": \"heat\" }");
    assert_eq!(device.rejection.silent, ["home/thermo/1/state"], "what comes by itself is never silent");
    let validator = jsonschema::validator_for(&schema()).expect("the schema is one");
    let json = as_json(&path).expect("valid YAML");
    let errors: Vec<String> = validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
