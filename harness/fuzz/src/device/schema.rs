//! The JSON Schema of device descriptions, for completion and hover texts in editors.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use hil_scenario::schema::complete;
use hil_scenario::schema::forms::{FilledText, Text, TopicFilter, TopicName, form};

/// The JSON Schema (draft 2020-12) of `device.yaml`. Equal for equal versions: keys are sorted.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    // Referred to by name only.
    generator.subschema_for::<GrammarKeys>();
    generator.subschema_for::<JsonValueKeys>();
    complete::<DescriptionKeys>(generator, [], "device", "hilbench device description")
}

form!(
    /// A time.
    Time, "time", {
        "description": "A number and a unit: ns, us, ms, s, min or h.",
        "examples": ["300ms", "2s"],
        "type": "string",
        "pattern": r"^\s*\d+(\.\d*)?\s*([nN][sS]|[uU][sS]|[mM][sS]|[sS]|[mM][iI][nN]|[hH])\s*$"
    }
);

form!(
    /// A grammar: a text that stands for itself, or a mapping.
    Grammar, "grammar", {
        "anyOf": [
            { "type": ["string", "number", "boolean"], "minLength": 1 },
            { "$ref": "#/$defs/grammar-keys" }
        ]
    }
);

form!(
    /// A value within JSON: one that stands for itself, or a mapping.
    JsonValue, "json-value", {
        "anyOf": [
            { "type": ["string", "number", "boolean", "null", "array"] },
            { "$ref": "#/$defs/json-value-keys" }
        ]
    }
);

form!(
    /// Conditions by their paths.
    Conditions, "conditions", {
        "type": "object",
        "minProperties": 1,
        "examples": [{ "/setpoint": "{setpoint}", "/at": { "date-time": true } }]
    }
);

form!(
    /// `{}`.
    Nothing, "nothing", { "anyOf": [{ "type": "null" }, { "type": "object", "maxProperties": 0 }] }
);

form!(
    /// Anything.
    Any, "any", {}
);

form!(
    /// What is done with unknown keys.
    UnknownKeys, "unknown-keys", { "enum": ["ignored", "refused"] }
);

form!(
    /// A variable.
    VariableName, "variable-name", { "type": "string", "pattern": "^[A-Za-z_-][A-Za-z0-9_-]*$" }
);

form!(
    /// A model.
    Model, "model", { "type": "string", "examples": ["light"] }
);

form!(
    /// A packet size.
    PacketSize, "packet-size", { "type": "integer", "minimum": 64, "maximum": 65536 }
);

form!(
    /// A quality of service.
    Qos, "qos", { "enum": [0, 1, 2] }
);

/// What a device understands and answers.
#[derive(JsonSchema)]
#[schemars(rename = "description", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct DescriptionKeys {
    /// Version of descriptions: 1.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// What it is called in findings; default `the device`.
    name: Option<FilledText>,
    /// Rules beyond this file, by the name of a model that is written in Rust.
    model: Option<Model>,
    /// After this long all effects of a command are visible; default 300ms.
    settle: Option<Time>,
    /// Limit of statuses and answers; default 2s.
    within: Option<Time>,
    /// The largest MQTT packet that it takes, in bytes: larger ones are tried too. Default: unknown.
    max_packet: Option<PacketSize>,
    /// How it is known that it is connected.
    online: Option<OnlineKeys>,
    /// Its MQTT client identifier: through a broker by URL, its connection is taken over then, to see how it comes back.
    client_id: Option<FilledText>,
    /// Payload grammars with names, for `part`.
    parts: Option<BTreeMap<String, Grammar>>,
    /// What it understands.
    #[schemars(length(min = 1))]
    commands: Vec<CommandKeys>,
    /// What it publishes; default: nothing is known of it.
    #[schemars(length(min = 1))]
    statuses: Option<Vec<StatusKeys>>,
    /// What it answers an accepted command on its Response Topic; default: it does not answer.
    answer: Option<FilledText>,
    /// What it does with a command that it refuses, beside changing nothing.
    rejection: Option<RejectionKeys>,
    /// Commands that bring it from any state to a known one.
    #[schemars(length(min = 1))]
    start: Option<Vec<StartKeys>>,
    /// Variables that no command of `start` sets, and what they are then.
    state: Option<BTreeMap<String, Text>>,
}

/// How it is known that it is connected.
#[derive(JsonSchema)]
#[schemars(rename = "online", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct OnlineKeys {
    /// Retained topic.
    topic: TopicName,
    /// Payload while it is connected.
    payload: FilledText,
    /// Payload of its will: none comes on this topic unless its connection was ended on purpose.
    offline: Option<FilledText>,
    /// Limit at the start of a case; default 10s.
    within: Option<Time>,
    /// Whether it publishes all statuses when it has connected; default true.
    statuses: Option<bool>,
}

/// A command.
#[derive(JsonSchema)]
#[schemars(rename = "command", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct CommandKeys {
    /// Topic.
    topic: TopicName,
    /// What its payload looks like.
    payload: Grammar,
    /// Topics of the statuses that it publishes when it has accepted it, or []; default: all that do not come by themselves.
    statuses: Option<Vec<TopicName>>,
    /// Its grammar is a guess: what it does not read may be taken too, and is looked at for the device's life alone.
    guessed: Option<bool>,
}

/// A status.
#[derive(JsonSchema)]
#[schemars(rename = "status", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct StatusKeys {
    /// Topic.
    topic: TopicName,
    /// Payload, with variables: `{hue},{saturation}`.
    payload: Option<Text>,
    /// Conditions on its JSON, as in scenarios, with variables: `{ /setpoint: "{setpoint}" }`.
    r#where: Option<Conditions>,
    /// QoS of it; default: any.
    qos: Option<Qos>,
    /// Whether it is retained; default true, with `every` false.
    retained: Option<bool>,
    /// It also comes by itself, so often: it is never silent, and what it says is looked at.
    every: Option<Time>,
    /// A command causes one of it and no second one; default false.
    once: Option<bool>,
}

/// What it does with a command that it refuses.
#[derive(JsonSchema)]
#[schemars(rename = "rejection", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct RejectionKeys {
    /// Regular expression for its answer.
    answer: Option<FilledText>,
    /// Regular expression for the one line on its console; {topic} is the topic.
    log: Option<FilledText>,
    /// Regular expression for all lines that complain: there is no second one.
    warnings: Option<FilledText>,
    /// Topic filters on which nothing is published; default: the statuses.
    #[schemars(length(min = 1))]
    silent: Option<Vec<TopicFilter>>,
}

/// A command of `start`.
#[derive(JsonSchema)]
#[schemars(rename = "start", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct StartKeys {
    /// Topic.
    topic: TopicName,
    /// Payload.
    payload: Text,
}

/// A payload, or a part of one: one of literal, enum, number, text, sequence, choice, json, array and part.
#[derive(JsonSchema)]
#[schemars(rename = "grammar-keys", rename_all = "kebab-case", deny_unknown_fields, extend("minProperties" = 1))]
#[expect(dead_code, reason = "only its schema is used")]
struct GrammarKeys {
    /// This text.
    literal: Option<FilledText>,
    /// One of these texts.
    #[schemars(length(min = 1))]
    r#enum: Option<Vec<FilledText>>,
    /// A decimal number.
    number: Option<NumberKeys>,
    /// Any UTF-8 text.
    text: Option<TextKeys>,
    /// One behind the other.
    #[schemars(length(min = 1))]
    sequence: Option<Vec<Grammar>>,
    /// One of them.
    #[schemars(length(min = 1))]
    choice: Option<Vec<Grammar>>,
    /// A JSON object: its keys, and what their values look like.
    json: Option<BTreeMap<String, JsonValue>>,
    /// A JSON array.
    array: Option<ArrayKeys>,
    /// What the device does with keys of the JSON object that are not named; default: that is not known.
    unknown_keys: Option<UnknownKeys>,
    /// What `parts` has under this name.
    part: Option<FilledText>,
    /// The variable that takes it, with numbers in their canonical form.
    r#as: Option<VariableName>,
}

/// A decimal number.
#[derive(JsonSchema)]
#[schemars(rename = "number", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct NumberKeys {
    /// Smallest; default 0.
    min: Option<i64>,
    /// Largest.
    max: i64,
    /// Most digits, leading zeros included; default: those of the largest.
    #[schemars(range(min = 1, max = 18))]
    digits: Option<u32>,
    /// It is rounded down to a multiple of this; default 1.
    #[schemars(range(min = 1))]
    step: Option<u32>,
}

/// A text.
#[derive(JsonSchema)]
#[schemars(rename = "text-keys", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct TextKeys {
    /// Fewest bytes; default 1.
    min: Option<u32>,
    /// Most bytes.
    #[schemars(range(min = 1, max = 4096))]
    max: u32,
}

/// A value within JSON: one of literal, enum, boolean, integer, number, text, array, json, choice and part.
#[derive(JsonSchema)]
#[schemars(rename = "json-value-keys", rename_all = "kebab-case", deny_unknown_fields, extend("minProperties" = 1))]
#[expect(dead_code, reason = "only its schema is used")]
struct JsonValueKeys {
    /// This value.
    literal: Option<Any>,
    /// One of these values.
    #[schemars(length(min = 1))]
    r#enum: Option<Vec<Any>>,
    /// true or false: `boolean: {}`.
    boolean: Option<Nothing>,
    /// A number without a fraction.
    integer: Option<RangeKeys>,
    /// A number.
    number: Option<RangeKeys>,
    /// A string.
    text: Option<JsonTextKeys>,
    /// An array.
    array: Option<ArrayKeys>,
    /// An object: its keys, and what their values look like.
    json: Option<BTreeMap<String, JsonValue>>,
    /// One of them.
    #[schemars(length(min = 1))]
    choice: Option<Vec<JsonValue>>,
    /// What `parts` has under this name.
    part: Option<FilledText>,
    /// The variable that takes it.
    r#as: Option<VariableName>,
    /// The key may be left out; default false.
    optional: Option<bool>,
    /// What the device does with keys of the object that are not named; default: that is not known.
    unknown_keys: Option<UnknownKeys>,
}

/// A number within JSON.
#[derive(JsonSchema)]
#[schemars(rename = "json-number", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct RangeKeys {
    /// Smallest; default 0.
    min: Option<f64>,
    /// Largest.
    max: f64,
    /// It is a multiple of this; default 1. What becomes of others is not known.
    step: Option<f64>,
    /// In place of `step`: so many decimals.
    #[schemars(range(max = 6))]
    decimals: Option<u32>,
    /// A number outside is taken as the nearest one inside; default: it is refused.
    clamp: Option<bool>,
}

/// A string within JSON.
#[derive(JsonSchema)]
#[schemars(rename = "json-text", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct JsonTextKeys {
    /// Fewest characters; default 1.
    min: Option<u32>,
    /// Most characters.
    #[schemars(range(min = 1, max = 4096))]
    max: u32,
}

/// An array.
#[derive(JsonSchema)]
#[schemars(rename = "json-array", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct ArrayKeys {
    /// What each item looks like.
    items: JsonValue,
    /// Fewest items; default 0.
    min: Option<u32>,
    /// Most items.
    #[schemars(range(min = 1, max = 256))]
    max: u32,
}
