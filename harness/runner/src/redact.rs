//! Secrets do not reach a report: the values of environment variables that a scenario uses are replaced everywhere.

use serde_json::Value;

use hil_model::observation::Entry;
use hil_scenario::Variables;

/// The entries without secrets.
pub(super) fn entries(entries: Vec<Entry>, variables: &Variables) -> Vec<Entry> {
    if variables.secrets().is_empty() {
        return entries;
    }
    entries
        .into_iter()
        .map(|entry| {
            let clean = serde_json::to_value(&entry).map(|v| redacted(v, variables)).and_then(serde_json::from_value);
            // An entry that does not survive its own serialization is better lost than shown.
            clean.unwrap_or_else(|_| Entry {
                what: hil_model::observation::Observation::Note {
                    text: "(entry withheld: it may hold a secret)".to_owned(),
                },
                ..entry
            })
        })
        .collect()
}

fn redacted(value: Value, variables: &Variables) -> Value {
    match value {
        Value::String(text) => Value::String(variables.redact(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(|v| redacted(v, variables)).collect(),
        Value::Object(map) => map.into_iter().map(|(k, v)| (k, redacted(v, variables))).collect(),
        other => other,
    }
}
