//! Values of the file whose form differs from their Rust type.

use hil_scenario::schema::forms::form;

form!(
    /// A path.
    Path, "path", { "type": "string", "minLength": 1 }
);

form!(
    /// Paths.
    Paths, "paths", {
        "examples": ["tests/hil", ["tests/hil", "tests/smoke.yaml"]],
        "anyOf": [
            { "type": "string", "minLength": 1 },
            { "type": "array", "minItems": 1, "items": { "type": "string", "minLength": 1 } }
        ]
    }
);

form!(
    /// Regular expressions.
    Expressions, "expressions", {
        "examples": ["^MYOS: halt", ["^MYOS: halt \\d+$", "^FATAL"]],
        "anyOf": [
            { "type": "string", "minLength": 1 },
            { "type": "array", "minItems": 1, "items": { "type": "string", "minLength": 1 } }
        ]
    }
);

form!(
    /// A name.
    Name, "name", { "type": "string", "minLength": 1 }
);

form!(
    /// A chip.
    Chip, "chip", { "examples": ["esp32c3"], "type": "string", "pattern": "^[eE][sS][pP]32-?[cC]3$" }
);

form!(
    /// A file, or a file and a command.
    Firmware, "firmware", {
        "examples": ["build/app.elf"],
        "anyOf": [{ "type": "string", "minLength": 1 }, { "$ref": "#/$defs/firmware-keys" }]
    }
);

form!(
    /// A command.
    Command, "command", {
        "examples": ["idf.py build", ["pio", "run", "-e", "c3"]],
        "anyOf": [
            { "type": "string", "minLength": 1 },
            { "type": "array", "minItems": 1, "items": { "type": "string", "minLength": 1 } }
        ]
    }
);

form!(
    /// A size.
    FlashSize, "flash-size", { "examples": ["4MB"], "type": "string", "pattern": "^(1|2|4|8|16) *[mM][bB]$" }
);

form!(
    /// Images by place.
    Images, "images", {
        "examples": [{ "0x210000": "storage.bin" }, { "storage": "storage.bin" }],
        "type": "object",
        "propertyNames": { "pattern": "^(0[xX][0-9a-fA-F_]+|[0-9][0-9_]*|[^0-9].{0,15})$" },
        "additionalProperties": { "type": "string", "minLength": 1 }
    }
);

form!(
    /// A URL, or a table.
    Broker, "broker", { "anyOf": [{ "$ref": "#/$defs/broker-url" }, { "$ref": "#/$defs/broker-keys" }] }
);

form!(
    /// A URL without a password.
    BrokerUrl, "broker-url", {
        "examples": ["embedded", "mqtt://lab:1883", "lab:1883"],
        "type": "string", "pattern": r"^(embedded|((mqtts?|wss?)://|(?!.*://))(?![^/?#@]*:[^/?#]*@)\S+)$"
    }
);

form!(
    /// A topic, or nothing.
    TopicRoot, "topic-root", { "examples": ["lab/3"], "type": "string", "pattern": r"^[^+#\x00]*$" }
);

form!(
    /// A port.
    Port, "port", { "examples": ["/dev/ttyUSB0", "usb:7CDFA1A2B3C4", "rfc2217://lab:4000"], "type": "string", "minLength": 1 }
);

form!(
    /// A bit rate.
    Baud, "baud", { "type": "integer", "minimum": 300, "maximum": 4_000_000 }
);

form!(
    /// Boards.
    Bench, "bench", { "examples": ["bench.yaml", "labgrid:chip=esp32c3"], "type": "string", "minLength": 1 }
);

form!(
    /// A variable of the environment.
    VariableName, "variable-name", { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" }
);

form!(
    /// Hosts, and where they lead.
    Destinations, "destinations", {
        "examples": [{ "broker.example:1883": "broker" }, { "api.example:80": "127.0.0.1:8080" }],
        "type": "object",
        "propertyNames": { "pattern": r"^(\[[0-9a-fA-F:.]+\]|[\p{L}\p{N}_.-]+):\d{1,5}$" },
        "additionalProperties": { "type": "string", "pattern": r"^(broker|(\[[0-9a-fA-F:.]+\]|[\p{L}\p{N}_.-]+):\d{1,5})$" }
    }
);

form!(
    /// Variables.
    Vars, "vars", {
        "type": "object",
        "propertyNames": { "pattern": r"^[A-Za-z_][A-Za-z0-9_-]*$" },
        "additionalProperties": { "type": ["string", "number", "boolean"] }
    }
);

form!(
    /// A way to provision.
    Provision, "provision", {
        "examples": ["none"],
        "anyOf": [
            { "type": "string", "minLength": 1, "not": { "enum": ["nvs", "image", "serial"] } },
            {
                "title": "nothing is written: the device knows them",
                "type": "object",
                "properties": { "kind": { "description": "none", "const": "none" } },
                "required": ["kind"], "additionalProperties": false
            },
            {
                "title": "an NVS partition from a CSV file",
                "type": "object",
                "properties": {
                    "kind": { "description": "nvs", "const": "nvs" },
                    "file": { "description": "The CSV file, in the format of ESP-IDF's generator. ${broker.host}, ${broker.port}, ${client-id}, ${prefix}, ${wifi.ssid} and ${wifi.password} are filled in.", "type": "string", "minLength": 1 },
                    "partition": { "description": "The partition's label; default: the first NVS partition.", "type": "string", "minLength": 1 }
                },
                "required": ["kind", "file"], "additionalProperties": false
            },
            {
                "title": "an image as it is",
                "type": "object",
                "properties": {
                    "kind": { "description": "image", "const": "image" },
                    "file": { "description": "The image.", "type": "string", "minLength": 1 },
                    "at": { "description": "Where it belongs: an offset (\"0x9000\"), or a partition's label; default: the first NVS partition.", "type": "string", "pattern": "^(0[xX][0-9a-fA-F_]+|[0-9][0-9_]*|[^0-9].{0,15})$" }
                },
                "required": ["kind", "file"], "additionalProperties": false
            },
            {
                "title": "answers to what the device asks on its serial port",
                "type": "object",
                "properties": {
                    "kind": { "description": "serial", "const": "serial" },
                    "steps": {
                        "description": "Question by question.",
                        "examples": [[{ "prompt": "ssid:", "answer": "${wifi.ssid}" }]],
                        "type": "array", "minItems": 1,
                        "items": {
                            "type": "object",
                            "properties": {
                                "prompt": { "description": "A text of its output that is waited for.", "type": "string" },
                                "answer": { "description": "What it is sent then; ${broker.host} and so on are filled in.", "type": "string" }
                            },
                            "required": ["answer"], "additionalProperties": false
                        }
                    }
                },
                "required": ["kind", "steps"], "additionalProperties": false
            },
            {
                "title": "a provisioner of this build of hil",
                "type": "object",
                "properties": {
                    "kind": { "description": "Its name.", "type": "string", "minLength": 1, "not": { "enum": ["none", "nvs", "image", "serial"] } }
                },
                "required": ["kind"]
            }
        ]
    }
);
