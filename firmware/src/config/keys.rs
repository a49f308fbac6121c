//! The NVS keys, as `esp-idf-nvs-partition-gen` would have them in its CSV. At most 15 bytes each.

pub const NAMESPACE: &str = "hil";

pub const WIFI_SSID: &str = "wifi_ssid";
pub const WIFI_PASSWORD: &str = "wifi_pass";
pub const BROKER_URI: &str = "broker_uri";
pub const USER: &str = "mqtt_user";
pub const PASSWORD: &str = "mqtt_pass";
pub const CA_CERTIFICATE: &str = "mqtt_ca";
pub const TOPIC_PREFIX: &str = "topic_prefix";
pub const CLIENT_ID: &str = "client_id";
pub const LED_GPIO: &str = "led_gpio";
pub const LED_COUNT: &str = "led_count";
pub const LED_ORDER: &str = "led_order";
pub const LED_LOG: &str = "led_log";
