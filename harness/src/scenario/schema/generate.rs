//! The whole schema.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::file::{FileKeys, IncludedKeys};
use super::forms::{FilledText, Number, Text, Variable};
use super::step::steps;
use crate::scenario::step::CountRange;

/// The JSON Schema (draft 2020-12) of scenario files. Equal for equal versions: keys are sorted.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    // Referred to by name only.
    for subschema in [
        SchemaOf::of::<Variable>(),
        SchemaOf::of::<Number>(),
        SchemaOf::of::<Text>(),
        SchemaOf::of::<FilledText>(),
        SchemaOf::of::<CountRange>(),
        SchemaOf::of::<IncludedKeys>(),
    ] {
        (subschema.0)(&mut generator);
    }
    let (step, expectation) = steps(&mut generator);
    let mut root = Value::from(generator.into_root_schema_for::<FileKeys>());
    if let Some(definitions) = root.get_mut("$defs").and_then(Value::as_object_mut) {
        definitions.insert("step".into(), without_null(step).into());
        definitions.insert("expectation".into(), without_null(expectation).into());
        for (name, definition) in definitions.iter_mut() {
            if name != "step" && name != "expectation" {
                *definition =
                    Schema::try_from(definition.take()).map_or(json!(true), |schema| without_null(schema).into());
            }
        }
    }
    let mut root = Value::from(Schema::try_from(root).map_or_else(|_| Schema::default(), without_null));
    if let Some(root) = root.as_object_mut() {
        root.insert(
            "$id".into(),
            "https://raw.githubusercontent.com/hilbench/hilbench/main/docs/scenario.schema.json".into(),
        );
        root.insert("title".into(), "hilbench scenario".into());
    }
    root
}

struct SchemaOf(fn(&mut schemars::SchemaGenerator));

impl SchemaOf {
    fn of<T: JsonSchema>() -> Self {
        Self(|generator| {
            generator.subschema_for::<T>();
        })
    }
}

/// A key that may be left out is an `Option` in Rust, but never null in a file.
pub(crate) fn without_null(mut schema: Schema) -> Schema {
    let mut transform = RecursiveTransform(|schema: &mut Schema| {
        // `reset:` is the one place where nothing is a value.
        let is_reset = schema.get("description").and_then(Value::as_str).is_some_and(|d| d.starts_with("`reset`"));
        if is_reset {
            return;
        }
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|kind| kind != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                schema.insert("type".into(), only);
            }
        }
        let Some(Value::Array(alternatives)) = schema.get_mut("anyOf") else { return };
        let before = alternatives.len();
        alternatives.retain(|alternative| alternative.get("type").is_none_or(|kind| kind != "null"));
        if alternatives.len() == before {
            return;
        }
        if let [Value::Object(only)] = alternatives.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            for (key, value) in only {
                if schema.get(&key).is_none() {
                    schema.insert(key, value);
                }
            }
        }
    });
    transform.transform(&mut schema);
    schema
}
