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
    /// Payload grammars with names, for `part`.
    parts: Option<BTreeMap<String, Grammar>>,
    /// What it understands.
    #[schemars(length(min = 1))]
    commands: Vec<CommandKeys>,
    /// What it publishes.
    #[schemars(length(min = 1))]
    statuses: Vec<StatusKeys>,
    /// What it answers an accepted command on its Response Topic; default: it does not answer.
    answer: Option<FilledText>,
    /// What it does with a command that it refuses, beside changing nothing.
    rejection: Option<RejectionKeys>,
    /// Commands that bring it from any state to a known one.
    #[schemars(length(min = 1))]
    start: Vec<StartKeys>,
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
    /// Topics of the statuses that it publishes when it has accepted it; default: all.
    #[schemars(length(min = 1))]
    statuses: Option<Vec<TopicName>>,
}

/// A status.
#[derive(JsonSchema)]
#[schemars(rename = "status", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct StatusKeys {
    /// Topic.
    topic: TopicName,
    /// Payload, with variables: `{hue},{saturation}`.
    payload: Text,
    /// QoS of it; default: any.
    qos: Option<Qos>,
    /// Whether it is retained; default true.
    retained: Option<bool>,
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

/// A payload, or a part of one: one of literal, enum, number, text, sequence, choice and part.
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
