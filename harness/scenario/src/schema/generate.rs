//! The whole schema.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::file::{FileKeys, IncludedKeys};
use super::forms::{FilledText, Number, Text, Variable};
use super::step::steps;
use crate::step::CountRange;

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
    complete::<FileKeys>(generator, [("step", step), ("expectation", expectation)], "scenario", "hilbench scenario")
}

/// The whole schema of a kind of file, `T`, with definitions that are referred to by name only. It is published as
/// `docs/NAME.schema.json`.
pub fn complete<T: JsonSchema>(
    generator: SchemaGenerator,
    more: impl IntoIterator<Item = (&'static str, Schema)>,
    name: &str,
    title: &str,
) -> Value {
    let mut root = Value::from(generator.into_root_schema_for::<T>());
    if let Some(definitions) = root.get_mut("$defs").and_then(Value::as_object_mut) {
        definitions.extend(more.into_iter().map(|(name, schema)| (name.to_owned(), schema.into())));
        for definition in definitions.values_mut() {
            *definition = Schema::try_from(definition.take()).map_or(json!(true), |schema| without_null(schema).into());
        }
    }
    let mut root = Value::from(Schema::try_from(root).map_or_else(|_| Schema::default(), without_null));
    if let Some(root) = root.as_object_mut() {
        let id = format!("https://raw.githubusercontent.com/hilbench/hilbench/main/docs/{name}.schema.json");
        root.insert("$id".into(), id.into());
        root.insert("title".into(), title.into());
    }
    root
}

struct SchemaOf(fn(&mut SchemaGenerator));

impl SchemaOf {
    fn of<T: JsonSchema>() -> Self {
        Self(|generator| {
            generator.subschema_for::<T>();
        })
    }
}

/// A key that may be left out is an `Option` in Rust, but never null in a file.
fn without_null(mut schema: Schema) -> Schema {
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
