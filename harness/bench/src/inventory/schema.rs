//! The JSON Schema of inventories, for completion and hover texts in editors.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use hil_scenario::schema::complete;
use hil_scenario::schema::forms::{FilledText, Text, form};

/// The JSON Schema (draft 2020-12) of `bench.yaml`. Equal for equal versions: keys are sorted.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    // Referred to by name only.
    generator.subschema_for::<DeviceKeys>();
    complete::<InventoryKeys>(generator, [], "bench", "hilbench inventory")
}

form!(
    /// A limit.
    Limit, "limit", {
        "description": "A number and a unit: ns, us, ms, s, min or h.",
        "examples": ["30s", "3min"],
        "anyOf": [
            { "type": "string", "pattern": r"^\s*\d+(\.\d*)?\s*([nN][sS]|[uU][sS]|[mM][sS]|[sS]|[mM][iI][nN]|[hH])\s*$" },
            { "enum": [0, "0"] }
        ]
    }
);

form!(
    /// An id.
    Id, "id", { "type": ["string", "integer"], "pattern": "^[a-z0-9_][a-z0-9._-]{0,47}$" }
);

form!(
    /// A chip.
    ChipName, "chip", { "enum": ["esp32c3"] }
);

form!(
    /// A tag.
    Tag, "tag", { "type": ["string", "number", "boolean"], "minLength": 1, "pattern": r"^[\p{L}\p{N}\-_.:/]+$" }
);

form!(
    /// A port.
    Port, "port", {
        "description": "/dev/ttyUSB0 or a link to it, usb:SERIAL, or rfc2217://HOST:PORT; relative to this file.",
        "examples": ["usb:7CDFA1A2B3C4", "/dev/serial/by-id/...", "rfc2217://lab:4000"],
        "type": "string", "minLength": 1,
        "pattern": r"^(usb:.+|rfc2217://.+:\d+([/?].*)?|(?!usb:)(?!.*://).+)$"
    }
);

form!(
    /// A command that switches.
    SwitchCommand, "switch-command", { "type": "string", "pattern": r"\{on\|off\}" }
);

form!(
    /// A way to the light.
    Light, "light", {
        "anyOf": [
            { "enum": ["none", "reported", "measured"] },
            {
                "type": "object",
                "properties": {
                    "driver": { "description": "sigrok's driver, perhaps with its connection.", "examples": ["fx2lafw"], "type": "string", "minLength": 1 },
                    "channel": { "description": "Channel on the LEDs' data line.", "examples": ["D0"], "type": ["string", "integer"], "minLength": 1 },
                    "samplerate": { "description": "Samples per second; default 24MHz.", "type": "string", "pattern": r"^0*[1-9]\d*\s*([kK]|[mM])?[hH][zZ]\s*$" }
                },
                "required": ["driver", "channel"],
                "additionalProperties": false
            }
        ]
    }
);

form!(
    /// What is flashed.
    Firmware, "firmware", {
        "examples": ["own", "own-openeth", "out/light.elf"], "type": "string", "minLength": 1
    }
);

form!(
    /// A broker.
    Broker, "broker", { "examples": ["mqtt://192.168.1.10"], "type": "string", "pattern": "^[mM][qQ][tT][tT][sS]?://." }
);

form!(
    /// A variable.
    VariableName, "variable-name", { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" }
);

form!(
    /// A bit rate.
    Baud, "baud", { "type": "integer", "minimum": 9600, "maximum": 2000000 }
);

form!(
    /// A configuration, or none.
    Device, "device", { "anyOf": [{ "enum": ["none"] }, { "$ref": "#/$defs/device-keys" }] }
);

/// The boards of a bench.
#[derive(JsonSchema)]
#[schemars(rename = "inventory", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct InventoryKeys {
    /// Version of inventories: 1.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// How long each phase of a board may take.
    limits: Option<LimitKeys>,
    /// What all boards share: any key of a board but `id` and `port`. A board's own keys go before; `device` is joined key by
    /// key.
    defaults: Option<DefaultKeys>,
    /// The boards.
    #[schemars(length(min = 1))]
    boards: Vec<BoardKeys>,
}

/// How long each phase of a board may take, in wall time.
#[derive(JsonSchema)]
#[schemars(rename = "limits", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct LimitKeys {
    /// Waiting for others to let go of it; default 1min, 0 does not wait.
    lock: Option<Limit>,
    /// Writing and verifying the firmware; default 3min.
    flash: Option<Limit>,
    /// Writing the configuration; default 1min.
    provision: Option<Limit>,
    /// From the reset to the line that says that it is ready; default 30s.
    boot: Option<Limit>,
    /// Giving it back; default 15s.
    release: Option<Limit>,
}

macro_rules! board_keys {
    ($(#[$meta:meta])* $name:ident { $($(#[$of_key:meta])* $key:ident: $value:ty,)* }) => {
        $(#[$meta])*
        #[expect(dead_code, reason = "only its schema is used")]
        struct $name {
            $($(#[$of_key])* $key: $value,)*
            /// Words to choose boards by: `--board-tag ws2812`.
            tags: Option<Vec<Tag>>,
            /// Shell command that switches the supply; {on|off} stands in it for either word.
            power: Option<SwitchCommand>,
            /// Shell command that resets it, where DTR and RTS do not.
            reset: Option<FilledText>,
            /// How it is known what its lights show: none (the default), as the firmware reports or measures it, or by a logic
            /// analyzer.
            light: Option<Light>,
            /// What is flashed: an ELF file (relative to this file), own (our firmware, built now), own-openeth (its variant for
            /// emulators), or none: it keeps its firmware, which is the default.
            firmware: Option<Firmware>,
            /// Partition table as CSV, relative to this file; default: our firmware's.
            partitions: Option<FilledText>,
            /// Bits per second while flashing; default 460800.
            baud: Option<Baud>,
            /// Text of the serial line that says that it is ready; default `mqtt: connected`; "" does not wait.
            ready: Option<Text>,
            /// Put before every topic; default: the prefix of `device`.
            topic_root: Option<RootTopic>,
            /// Its configuration, as `hil provision` writes it; none: it keeps its own, which is the default.
            device: Option<Device>,
        }
    };
}

form!(
    /// A topic, or nothing.
    RootTopic, "root-topic", { "type": ["string", "number"], "maxLength": 65535, "pattern": r"^[^+#\x00]*$" }
);

board_keys!(
    /// What all boards share.
    #[derive(JsonSchema)]
    #[schemars(rename = "defaults", rename_all = "kebab-case", deny_unknown_fields)]
    DefaultKeys {
        /// The chip: esp32c3.
        chip: Option<ChipName>,
    }
);

board_keys!(
    /// A board. It has a chip, here or in `defaults`.
    #[derive(JsonSchema)]
    #[schemars(rename = "board", rename_all = "kebab-case", deny_unknown_fields)]
    BoardKeys {
        /// Its name: lower-case letters, digits, . _ -
        id: Id,
        /// The chip: esp32c3.
        chip: Option<ChipName>,
        /// Its serial port.
        port: Port,
    }
);

/// What a board is told: the options of `hil provision`.
#[derive(JsonSchema)]
#[schemars(
    rename = "device-keys",
    rename_all = "kebab-case",
    extend("additionalProperties" = { "description": "A setting that the boards' provisioner knows.", "type": ["string", "number", "boolean"], "minLength": 1 })
)]
#[expect(dead_code, reason = "only its schema is used")]
struct DeviceKeys {
    /// Name of the Wi-Fi network.
    wifi_ssid: Option<FilledText>,
    /// File with its password, relative to this file.
    wifi_password_file: Option<FilledText>,
    /// Environment variable with its password; default HIL_WIFI_PASSWORD.
    wifi_password_env: Option<VariableName>,
    /// Where the board finds its broker: mqtt://HOST:PORT or mqtts://HOST:PORT; the port may be left out.
    broker: Option<Broker>,
    /// User name for the broker.
    mqtt_user: Option<FilledText>,
    /// File with the password for the broker, relative to this file.
    mqtt_password_file: Option<FilledText>,
    /// Environment variable with the password for the broker; default HIL_MQTT_PASSWORD.
    mqtt_password_env: Option<VariableName>,
    /// Certificate authority of the broker: a PEM or DER file, relative to this file.
    ca: Option<FilledText>,
    /// Put before every topic; default `hil/ID`.
    prefix: Option<Text>,
    /// MQTT client identifier; default `hil-ID`.
    client_id: Option<FilledText>,
}
