//! From what a device is to know to the firmware's configuration.

use firmware::config::esp_nvs::mem_flash::MemFlash;
use firmware::config::{BrokerUri, Config, ConfigError, LedLog, Scheme, Secret};
use hil_targets::provision::{Identity, LightLog, ProvisionError, Settings};

/// Settings of the light: keys of `device:`, and options of `hil provision`.
pub(super) const GPIO: &str = "led-gpio";
pub(super) const COUNT: &str = "led-count";
pub(super) const ORDER: &str = "led-order";
pub(super) const LOG: &str = "led-log";

/// What the firmware's NVS keys are called outside of it.
const NAMES: [(&str, &str); 12] = [
    ("wifi_ssid", "wifi-ssid"),
    ("wifi_pass", "wifi-password"),
    ("broker_uri", "broker"),
    ("mqtt_user", "mqtt-user"),
    ("mqtt_pass", "mqtt-password"),
    ("mqtt_ca", "ca"),
    ("topic_prefix", "prefix"),
    ("client_id", "client-id"),
    ("led_gpio", GPIO),
    ("led_count", COUNT),
    ("led_order", ORDER),
    ("led_log", LOG),
];

/// The configuration of a light that is to know this. `nvs` is what is in its partition: it is looked at if the identity
/// [keeps](Identity::keep) what is there.
///
/// # Errors
/// A value cannot be, or what is to be kept cannot be read.
pub fn configuration(identity: &Identity, nvs: Vec<u8>) -> Result<Config, ProvisionError> {
    let before = if identity.keep { kept(nvs)? } else { Config::default() };
    let settings = &identity.settings;
    // A password of another network is worth nothing.
    let other_network = identity.wifi_ssid.as_ref().is_some_and(|ssid| *ssid != before.wifi_ssid);
    let wifi_before = if other_network { Secret::default() } else { before.wifi_password };
    let secret = |secret: &hil_scenario::Secret| Secret::new(secret.expose().to_owned());
    let text = |new: &Option<String>, before: String| new.clone().unwrap_or(before);
    let config = Config {
        wifi_ssid: text(&identity.wifi_ssid, before.wifi_ssid),
        wifi_password: identity.wifi_password.as_ref().map_or(wifi_before, secret),
        broker: identity.broker.as_ref().map_or(before.broker, |broker| BrokerUri {
            scheme: if broker.tls { Scheme::Mqtts } else { Scheme::Mqtt },
            host: broker.host.clone(),
            port: broker.port,
        }),
        user: identity.user.clone().or(before.user),
        password: identity.password.as_ref().map(secret).or(before.password),
        ca_certificate: identity.ca.clone().or(before.ca_certificate),
        topic_prefix: text(&identity.prefix, before.topic_prefix),
        client_id: text(&identity.client_id, before.client_id),
        led_gpio: setting(settings, GPIO, "a number of a GPIO is expected")?.unwrap_or(before.led_gpio),
        led_count: setting(settings, COUNT, "a number of LEDs is expected")?.unwrap_or(before.led_count),
        led_order: order(settings)?.unwrap_or(before.led_order),
        led_log: log(settings, identity.light_log)?.unwrap_or(before.led_log),
    };
    config.validate().map_err(wrong)?;
    Ok(config)
}

/// What the firmware says of a configuration, by the names that users know.
pub(super) fn wrong(error: ConfigError) -> ProvisionError {
    match error {
        ConfigError::Key { key, problem } => {
            let name = NAMES.iter().find(|(nvs, _)| *nvs == key).map_or(key, |(_, name)| name);
            ProvisionError::Value { key: name.to_owned(), problem: problem.to_string() }
        }
        other => ProvisionError::Impossible(other.to_string()),
    }
}

fn kept(nvs: Vec<u8>) -> Result<Config, ProvisionError> {
    let end = u32::try_from(nvs.len()).unwrap_or(u32::MAX);
    firmware::config::read(MemFlash::from_bytes(nvs), 0..end)
        .map_err(|e| ProvisionError::Impossible(format!("the configuration on the board cannot be kept: {e}")))
}

fn setting<T: std::str::FromStr>(settings: &Settings, key: &str, expected: &str) -> Result<Option<T>, ProvisionError> {
    let wrong = |_| ProvisionError::Value { key: key.to_owned(), problem: expected.to_owned() };
    settings.get(key).map(|text| text.parse().map_err(wrong)).transpose()
}

fn order(settings: &Settings) -> Result<Option<firmware::ws2812::ColorOrder>, ProvisionError> {
    let Some(text) = settings.get(ORDER) else { return Ok(None) };
    let problem = || format!("`{text}` is neither grb nor rgb");
    let wrong = |_| ProvisionError::Value { key: ORDER.to_owned(), problem: problem() };
    text.to_ascii_lowercase().parse().map(Some).map_err(wrong)
}

/// What the console says, by the setting and by what the bench reads there.
fn log(settings: &Settings, read: Option<LightLog>) -> Result<Option<LedLog>, ProvisionError> {
    let value = |problem: String| ProvisionError::Value { key: LOG.to_owned(), problem };
    let set = settings.get(LOG).map(|text| text.parse::<LedLog>().map_err(|e| value(e.to_string()))).transpose()?;
    let needed = read.map(|log| match log {
        LightLog::Reported => LedLog::Reported,
        LightLog::Measured => LedLog::Measured,
    });
    match (set, needed) {
        (Some(set), Some(needed)) if set != needed => Err(value(format!(
            "`light: {needed}` needs `led-log: {needed}`, not `{set}`; leave `led-log` out: it follows `light`"
        ))),
        (set, needed) => Ok(set.or(needed)),
    }
}
