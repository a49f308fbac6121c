//! What the host tells a board before it runs: network, broker, identity and wiring.
//!
//! It lives in an ESP-IDF NVS partition, namespace `hil`, that the host writes and the firmware only reads. A missing key
//! takes its default; a value that cannot be right is an error that names its key.
//!
//! | key | type | meaning | default |
//! |---|---|---|---|
//! | `wifi_ssid` | string | network name, 1..=32 bytes | `Wokwi-GUEST` |
//! | `wifi_pass` | string | WPA2 password, 8..=64 bytes; empty for an open network | empty |
//! | `broker_uri` | string | `mqtt://host[:port]` or `mqtts://host[:port]` | `mqtt://10.0.2.2:1883` |
//! | `mqtt_user` | string | user name, 1..=128 bytes | none |
//! | `mqtt_pass` | string | password, 1..=128 bytes | none |
//! | `mqtt_ca` | blob | CA certificate in DER, 1..=4000 bytes; needed for `mqtts` | none |
//! | `topic_prefix` | string | before every topic, such as `lab/3`, 0..=64 bytes | empty |
//! | `client_id` | string | MQTT client id, 1..=64 bytes; one per device | `light` |
//! | `led_gpio` | u8 | GPIO of the LED data line: 0..=10 or 18..=21 | 8 |
//! | `led_count` | u16 | LEDs in the chain, 1..=256 | 1 |
//! | `led_order` | string | `grb` or `rgb` | `grb` |
//! | `led_log` | string | what the console says of each frame: `none`, `reported` or `measured` | `none` |

mod broker_uri;
mod error;
pub(crate) mod keys;
mod led_log;
mod nvs;
mod secret;
mod validate;

pub use broker_uri::{BrokerUri, BrokerUriError, Scheme};
pub use error::{ConfigError, Problem};
pub use led_log::{LedLog, UnknownLedLog};
pub use nvs::{MIN_SIZE, read, write};
pub use secret::Secret;

/// The NVS implementation: a board's flash implements its `platform::Platform`, and `mem_flash::MemFlash` is one in memory.
pub use esp_nvs;

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use crate::ws2812::ColorOrder;

/// The configuration of one board.
///
/// `Debug` shows no password. Fields may hold anything; [`read`] and [`write()`] refuse what [`Config::validate`] refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Wi-Fi network name, 1..=32 bytes.
    pub wifi_ssid: String,
    /// WPA2 password, 8..=64 bytes, or empty for an open network.
    pub wifi_password: Secret,
    /// Where the broker is, and whether over TLS.
    pub broker: BrokerUri,
    /// MQTT user name, 1..=128 bytes.
    pub user: Option<String>,
    /// MQTT password, 1..=128 bytes.
    pub password: Option<Secret>,
    /// CA certificate that the broker's must lead to, in DER, 1..=4000 bytes.
    pub ca_certificate: Option<Vec<u8>>,
    /// Before every topic, without a slash at either end; 0..=64 bytes.
    pub topic_prefix: String,
    /// MQTT client id, 1..=64 bytes.
    pub client_id: String,
    /// GPIO of the LED data line.
    pub led_gpio: u8,
    /// LEDs in the chain, 1..=256. All show the same colour.
    pub led_count: u16,
    /// Order of the colour bytes on the data line.
    pub led_order: ColorOrder,
    /// What the serial console says about each frame.
    pub led_log: LedLog,
}

impl Default for Config {
    /// A DevKitM board on a simulator's open network, whose host runs the broker.
    fn default() -> Self {
        Self {
            wifi_ssid: "Wokwi-GUEST".to_string(),
            wifi_password: Secret::default(),
            broker: BrokerUri { scheme: Scheme::Mqtt, host: "10.0.2.2".to_string(), port: 1883 },
            user: None,
            password: None,
            ca_certificate: None,
            topic_prefix: String::new(),
            client_id: "light".to_string(),
            led_gpio: 8,
            led_count: 1,
            led_order: ColorOrder::Grb,
            led_log: LedLog::None,
        }
    }
}
