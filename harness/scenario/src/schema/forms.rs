//! Values of scenario files whose form differs from their Rust type.

use std::borrow::Cow;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::step::{HttpMethod, SIDES};

/// A type that exists for its schema.
#[macro_export]
macro_rules! form {
    ($(#[doc = $doc:literal])* $name:ident, $id:literal, $schema:tt) => {
        $(#[doc = $doc])*
        pub struct $name;

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $id.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}
pub use form;

form!(
    /// A variable alone or within a text.
    Variable, "variable", { "type": "string", "pattern": r"\$\{" }
);

form!(
    /// Any text; numbers, booleans and null are taken as they are written.
    Text, "text", { "type": ["string", "number", "boolean", "null"], "x-may-be-nothing": true }
);

form!(
    /// A text that is not empty.
    FilledText, "filled-text", { "type": ["string", "number", "boolean"], "minLength": 1 }
);

form!(
    /// A duration.
    DurationText, "duration", {
        "description": "A number and a unit: ns, us, ms, s, min or h.",
        "examples": ["500ms", "2s", "1.5s", "1min"],
        "anyOf": [
            { "type": "string", "pattern": r"^\s*\d+(\.\d*)?\s*([nN][sS]|[uU][sS]|[mM][sS]|[sS]|[mM][iI][nN]|[hH])\s*$" },
            { "enum": [0, "0"] },
            { "$ref": "#/$defs/variable" }
        ]
    }
);

form!(
    /// A topic name.
    TopicName, "topic-name", {
        "description": "A topic name: no wildcards.",
        "examples": ["cmnd/led/power"],
        "type": ["string", "number"], "minLength": 1, "maxLength": 65535, "pattern": r"^[^+#\x00]*$"
    }
);

form!(
    /// A topic filter.
    TopicFilter, "topic-filter", {
        "description": "A topic filter: `+` stands for one level, `#` at the end for all that follow.",
        "examples": ["stat/led/power", "stat/#"],
        "type": ["string", "number"], "minLength": 1, "maxLength": 65535,
        "pattern": r"^(#|(\+|[^+#/\x00]*)(/(\+|[^+#/\x00]*))*(/#)?)$"
    }
);

form!(
    /// A URL that is requested.
    HttpUrlText, "http-url", {
        "description": "A URL of the scheme `http`. The host `device` is the device's own address.",
        "examples": ["http://device/", "http://192.168.4.1/save"],
        "type": "string", "pattern": r"^[hH][tT][tT][pP]://[^#@]+$|\$\{"
    }
);

form!(
    /// The status of a response.
    HttpStatus, "http-status", {
        "anyOf": [
            { "type": "integer", "minimum": 200, "maximum": 599 },
            {
                "type": "array", "minItems": 1,
                "items": { "anyOf": [{ "type": "integer", "minimum": 200, "maximum": 599 }, { "$ref": "#/$defs/variable" }] }
            },
            { "$ref": "#/$defs/variable" }
        ]
    }
);

form!(
    /// A regular expression.
    RegexText, "regex", {
        "description": "A regular expression (Rust's `regex`); best in single quotes. Named groups become variables.",
        "examples": ["^on|off$", "level=(?<level>\\d+)"],
        "type": ["string", "number", "boolean"], "minLength": 1
    }
);

form!(
    /// A colour.
    Color, "color", {
        "description": "A colour, in quotes.",
        "examples": ["#ff0005"],
        "type": "string", "pattern": r"^#[0-9a-fA-F]{6}$|\$\{"
    }
);

form!(
    /// `true` or `false`.
    Boolean, "boolean", { "anyOf": [{ "type": "boolean" }, { "$ref": "#/$defs/variable" }] }
);

form!(
    /// A quality of service.
    Qos, "qos", { "anyOf": [{ "enum": [0, 1, 2] }, { "$ref": "#/$defs/variable" }] }
);

form!(
    /// A number.
    Number, "number", { "anyOf": [{ "type": "number" }, { "$ref": "#/$defs/variable" }] }
);

form!(
    /// Pairs of hexadecimal digits.
    Hex, "hex", {
        "description": "Pairs of hexadecimal digits, in quotes.",
        "examples": ["00ff", "00 ff"],
        "type": ["string", "integer"], "pattern": r"^([0-9a-fA-F ]*)$|\$\{"
    }
);

form!(
    /// Any YAML value.
    AnyJson, "json", {
        "description": "Any YAML value, as JSON: unquoted numbers, booleans and null keep their type."
    }
);

form!(
    /// A name of a variable.
    VariableName, "variable-name", { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$" }
);

form!(
    /// A JSON pointer.
    Pointer, "json-pointer", {
        "description": "A JSON pointer (RFC 6901).", "examples": ["/state/hue"], "type": "string", "pattern": "^(/|$)"
    }
);

form!(
    /// Kinds of evidence.
    EvidenceWord, "evidence", { "anyOf": [{ "enum": ["observed", "measured", "reported"] }, { "$ref": "#/$defs/variable" }] }
);

form!(
    /// A level of a pin.
    Level, "level", { "anyOf": [{ "enum": [0, 1, true, false] }, { "$ref": "#/$defs/variable" }] }
);

form!(
    /// A number of operations.
    CountOrRange, "count-or-range", {
        "anyOf": [{ "type": "integer", "minimum": 0 }, { "$ref": "#/$defs/CountRange" }, { "$ref": "#/$defs/variable" }]
    }
);

form!(
    /// Steps of a group.
    Expectations, "expectations", { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/expectation" } }
);

form!(
    /// Steps.
    Steps, "steps", { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/step" } }
);

form!(
    /// Steps, perhaps none.
    MaybeSteps, "steps-or-none", { "type": "array", "items": { "$ref": "#/$defs/step" } }
);

form!(
    /// Bytes to write.
    SerialBytes, "serial-bytes", {
        "anyOf": [
            { "$ref": "#/$defs/text" },
            {
                "type": "array", "minItems": 1,
                "items": { "anyOf": [{ "type": "integer", "minimum": 0, "maximum": 255 }, { "$ref": "#/$defs/variable" }] }
            }
        ]
    }
);

/// A side of the device's connection.
pub(crate) struct Side;

impl JsonSchema for Side {
    fn schema_name() -> Cow<'static, str> {
        "side".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "enum": SIDES.map(|(word, _)| word) }, { "$ref": "#/$defs/variable" }] })
    }
}

/// A whole number.
pub(crate) struct Integer<const MIN: u64, const MAX: u64>;

impl<const MIN: u64, const MAX: u64> JsonSchema for Integer<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("integer-{MIN}-{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [{ "type": "integer", "minimum": MIN, "maximum": MAX }, { "$ref": "#/$defs/variable" }]
        })
    }
}

/// The keys of a payload.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct PayloadKeys {
    /// Payload as text, taken literally: `on`, `120`, `true`. At most one of the payload keys.
    payload: Option<Text>,
    /// Payload as hexadecimal digits: `"00ff"`.
    payload_hex: Option<Hex>,
    /// Payload as compact JSON of this value.
    payload_json: Option<AnyJson>,
}

/// A method of HTTP.
pub(crate) struct HttpMethodWord;

impl JsonSchema for HttpMethodWord {
    fn schema_name() -> Cow<'static, str> {
        "http-method".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "enum": HttpMethod::ALL.map(|(word, _)| word) }, { "$ref": "#/$defs/variable" }] })
    }
}

/// The keys of what a request of HTTP carries.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct HttpPayloadKeys {
    #[schemars(flatten)]
    payload: PayloadKeys,
    /// The fields of a form, encoded as a browser does: `application/x-www-form-urlencoded`.
    form: Option<BTreeMap<String, Text>>,
}

/// The keys of a condition on a payload.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct PayloadMatchKeys {
    /// The payload is this text. At most one of the payload keys; without any, every payload matches.
    payload: Option<Text>,
    /// The payload is these bytes: `"00ff"`.
    payload_hex: Option<Hex>,
    /// The payload is the compact JSON of this value, to the byte.
    payload_json: Option<AnyJson>,
    /// A regular expression finds something in the payload; its named groups become variables.
    matches: Option<RegexText>,
    /// The payload is JSON that contains this: objects may have more keys.
    json: Option<AnyJson>,
    /// The payload is JSON whose values meet conditions, by JSON Pointer (`/temperature`) or JSONPath (`$.readings[*].t`).
    #[schemars(rename = "where")]
    rules: Option<BTreeMap<String, ConditionForm>>,
}

/// The keys of a condition on a response.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct ResponseKeys {
    /// The response is this text. At most one of the response keys; without any, every response will do.
    response: Option<Text>,
    /// A regular expression finds something in the response; its named groups become variables.
    response_matches: Option<RegexText>,
    /// The response is JSON that contains this.
    response_json: Option<AnyJson>,
    /// The response is JSON whose values meet conditions.
    #[schemars(rename = "response-where")]
    rules: Option<BTreeMap<String, ConditionForm>>,
}

form!(
    /// A value that must be equal.
    PlainValue, "plain-value", { "type": ["string", "number", "boolean", "null", "array"], "x-may-be-nothing": true }
);

form!(
    /// A number, or a variable that is one.
    NumberText, "number-text", { "type": ["number", "string"], "pattern": "^-?[0-9]|\\$\\{" }
);

form!(
    /// How far a number may be off.
    ToleranceText, "tolerance", { "examples": [0.5, "2%"], "type": ["number", "string"], "pattern": "^[0-9.]+ ?%?$|\\$\\{" }
);

/// A condition: checks that must all hold, or a value that must be equal.
#[derive(JsonSchema)]
#[schemars(rename = "condition", untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum ConditionForm {
    Checks(Box<ConditionKeys>),
    Value(PlainValue),
}

/// Checks that must all hold.
#[derive(JsonSchema)]
#[schemars(rename = "checks", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct ConditionKeys {
    /// The same value; objects may have more keys.
    equals: Option<AnyJson>,
    /// This condition does not hold.
    not: Option<ConditionForm>,
    /// A larger number.
    #[schemars(rename = ">")]
    above: Option<NumberText>,
    /// This number or a larger one.
    #[schemars(rename = ">=")]
    at_least: Option<NumberText>,
    /// A smaller number.
    #[schemars(rename = "<")]
    below: Option<NumberText>,
    /// This number or a smaller one.
    #[schemars(rename = "<=")]
    at_most: Option<NumberText>,
    /// A number from the first to the second; both belong to it.
    between: Option<[NumberText; 2]>,
    /// A number no further off than `within`.
    near: Option<NumberText>,
    /// How far `near` may be off: `0.5`, or `2%` of it; default 0.
    within: Option<ToleranceText>,
    /// The type: null, boolean, number, integer, string, array or object.
    #[schemars(rename = "type")]
    kind: Option<TypeName>,
    /// The length of a text in characters, of an array in items, of an object in keys.
    length: Option<ConditionForm>,
    /// Whether there is such a value at all.
    present: Option<Boolean>,
    /// A text has this part, an array this item, an object this key.
    contains: Option<AnyJson>,
    /// One of these values.
    one_of: Option<Vec<AnyJson>>,
    /// A text that starts so.
    starts_with: Option<Text>,
    /// A text that ends so.
    ends_with: Option<Text>,
    /// A regular expression finds something in the text.
    matches: Option<RegexText>,
    /// A date and time of RFC 3339.
    date_time: Option<Boolean>,
    /// Every item of an array meets this.
    all: Option<ConditionForm>,
    /// Some item of an array meets this.
    any: Option<ConditionForm>,
}

/// Conditions by the paths of what must meet them.
#[derive(JsonSchema)]
#[schemars(rename = "rules", transparent)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct RulesForm(#[schemars(length(min = 1))] BTreeMap<String, ConditionForm>);

/// The keys of what decides in an `if`: `value` and `is`, or `target-has`.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct TestKeys {
    /// The value that decides: a variable, or what is calculated.
    value: Option<AnyJson>,
    /// With `value`: what it must be.
    is: Option<ConditionForm>,
    /// What the target must be able to do.
    target_has: Option<crate::Capability>,
}

form!(
    /// A list of values.
    ValueList, "value-list", {
        "anyOf": [{ "type": "array", "minItems": 1 }, { "$ref": "#/$defs/variable" }]
    }
);

form!(
    /// How much a time may differ.
    Deviation, "deviation", {
        "description": "A duration, or a percentage.",
        "examples": ["200ms", "5%"],
        "anyOf": [{ "$ref": "#/$defs/duration" }, { "type": "string", "pattern": r"^\s*\d+(\.\d*)?\s*%\s*$" }]
    }
);

/// A message of `order`: its payload, or what is said of it.
#[derive(JsonSchema)]
#[schemars(rename = "ordered", untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum OrderItem {
    Keys(OrderedKeys),
    Payload(Text),
}

/// What is said of a message of `order`.
#[derive(JsonSchema)]
#[schemars(rename = "ordered-keys", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct OrderedKeys {
    #[schemars(flatten)]
    payload: PayloadMatchKeys,
}

form!(
    /// The type of a JSON value.
    TypeName, "type-name", { "enum": ["null", "boolean", "number", "integer", "string", "array", "object"] }
);

/// The keys of correlation data.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct CorrelationKeys {
    /// Correlation Data as text.
    correlation_data: Option<Text>,
    /// Correlation Data as hexadecimal digits.
    correlation_data_hex: Option<Hex>,
}

/// The keys that say where a captured value comes from: `topic` or `serial`.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct CaptureKeys {
    /// The latest message since the scenario's start on this topic filter, or the next one if there is none.
    topic: Option<TopicFilter>,
    /// Of the payload, take the first group of this expression, or its whole match.
    matches: Option<RegexText>,
    /// Of a JSON payload, take what this points at.
    pointer: Option<Pointer>,
    /// The latest serial line that this expression finds something in, or the next one: its first group, or its whole
    /// match.
    serial: Option<RegexText>,
}

/// Conditions on a colour; at least one.
#[derive(JsonSchema)]
#[schemars(rename = "color-rules", deny_unknown_fields, extend("minProperties" = 1))]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct ColorRulesForm {
    /// 0 to 255.
    red: Option<ConditionForm>,
    /// 0 to 255.
    green: Option<ConditionForm>,
    /// 0 to 255.
    blue: Option<ConditionForm>,
    /// Of HSV: 0 to below 360 degrees; 0 for a grey.
    hue: Option<ConditionForm>,
    /// Of HSV: 0 to 100 per cent.
    saturation: Option<ConditionForm>,
    /// The value of HSV: 0 to 100 per cent.
    brightness: Option<ConditionForm>,
}

/// The keys that say what a light must show: `color` or `pattern`.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct LightKeys {
    /// The light gets this colour.
    color: Option<Color>,
    /// Or: a colour that meets conditions.
    r#where: Option<ColorRulesForm>,
    /// With `color` and `where`: and keeps to it for at least this long.
    r#for: Option<DurationText>,
    /// Phases that follow each other, each for its time.
    #[schemars(length(min = 1))]
    pattern: Option<Vec<crate::step::Phase>>,
    /// With `pattern`: how often the whole pattern is shown; default 1.
    cycles: Option<Integer<1, { u32::MAX as u64 }>>,
    /// With `pattern`: allowed deviation of each edge from its due time, counted from the pattern's start; default
    /// 10 ms.
    tolerance: Option<DurationText>,
}

/// What `expect-part` can ask for.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct PartKeys {
    /// Of a servo or a stepper, in degrees.
    angle: Option<ConditionForm>,
    /// Of a light, 0 to 100 per cent.
    brightness: Option<ConditionForm>,
    /// Of a display; lines are joined by line feeds.
    text: Option<ConditionForm>,
    /// Of a buzzer, in hertz; not present while it is silent.
    tone: Option<ConditionForm>,
    /// A relay's contacts have moved, or a light is not dark.
    on: Option<ConditionForm>,
}

/// The keys that say what a line must hold: `matches` or `text`.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct LineKeys {
    /// A regular expression finds something in the line; its named groups become variables.
    matches: Option<RegexText>,
    /// With `matches`: conditions on its named groups, as on values of JSON: `{ level: { ">": 5 } }`.
    r#where: Option<RulesForm>,
    /// The line contains this text.
    text: Option<FilledText>,
}

/// `pin`, or Wokwi's `name` for it.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct PinKeys {
    /// Pin name, in quotes.
    pin: Option<FilledText>,
    /// The same as `pin`.
    name: Option<FilledText>,
}

/// `control`, or Wokwi's `name` for it.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct ControlKeys {
    /// Control's name: `pressed`.
    control: Option<FilledText>,
    /// The same as `control`.
    name: Option<FilledText>,
}

/// A place on a display.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct PositionKeys {
    /// Pixels from the left.
    x: Number,
    /// Pixels from the top.
    y: Number,
}
