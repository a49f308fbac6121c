//! The configuration in an ESP-IDF NVS partition: the firmware reads it, the host writes it.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::ops::Range;

use esp_nvs::{Get, Key, Nvs, error::Error as NvsError, mem_flash::MemFlash, platform::Platform};

use crate::config::{Config, ConfigError, Problem, Secret, keys, validate::wrong};

const NAMESPACE: Key = Key::from_str(keys::NAMESPACE);

/// Smallest partition that [`write()`] makes an image for, in bytes: NVS keeps one page of 4096 bytes spare.
pub const MIN_SIZE: usize = 3 * 4096;

/// Reads the configuration from the NVS partition at `range` of `flash`. Keys that are missing, or all of them if the
/// partition is blank, take their defaults.
///
/// # Errors
///
/// The partition is not there, or a value cannot be right; the error names its key.
pub fn read<F: Platform>(flash: F, range: Range<u32>) -> Result<Config, ConfigError> {
    let size = range.end.saturating_sub(range.start);
    let nvs = Nvs::new(range.start as usize, size as usize, flash).map_err(ConfigError::Nvs)?;
    let mut keys_in = Reader { nvs };
    let default = Config::default();
    let config = Config {
        wifi_ssid: keys_in.get(keys::WIFI_SSID)?.unwrap_or(default.wifi_ssid),
        wifi_password: keys_in.get(keys::WIFI_PASSWORD)?.map_or(default.wifi_password, Secret::new),
        broker: match keys_in.get::<String>(keys::BROKER_URI)? {
            Some(uri) => uri.parse().map_err(|error| wrong(keys::BROKER_URI, Problem::BrokerUri(error)))?,
            None => default.broker,
        },
        user: keys_in.get(keys::USER)?,
        password: keys_in.get(keys::PASSWORD)?.map(Secret::new),
        ca_certificate: keys_in.get::<Vec<u8>>(keys::CA_CERTIFICATE)?,
        topic_prefix: keys_in.get(keys::TOPIC_PREFIX)?.unwrap_or(default.topic_prefix),
        client_id: keys_in.get(keys::CLIENT_ID)?.unwrap_or(default.client_id),
        led_gpio: keys_in.get(keys::LED_GPIO)?.unwrap_or(default.led_gpio),
        led_count: keys_in.get(keys::LED_COUNT)?.unwrap_or(default.led_count),
        led_order: match keys_in.get::<String>(keys::LED_ORDER)? {
            Some(order) => order.parse().map_err(|_| wrong(keys::LED_ORDER, Problem::ColorOrder))?,
            None => default.led_order,
        },
        led_log: match keys_in.get::<String>(keys::LED_LOG)? {
            Some(log) => log.parse().map_err(|error| wrong(keys::LED_LOG, Problem::LedLog(error)))?,
            None => default.led_log,
        },
    };
    config.validate()?;
    Ok(config)
}

/// Makes the image of an NVS partition of `size` bytes (a multiple of 4096, at least [`MIN_SIZE`]) that holds `config`.
///
/// # Errors
///
/// A value is outside its bounds, or the partition is too small.
pub fn write(config: &Config, size: usize) -> Result<Vec<u8>, ConfigError> {
    config.validate()?;
    if size < MIN_SIZE || !size.is_multiple_of(4096) {
        return Err(ConfigError::Nvs(NvsError::InvalidPartitionSize));
    }
    let mut nvs = Nvs::new(0, size, MemFlash::new(size / 4096)).map_err(ConfigError::Nvs)?;
    let texts = [
        (keys::WIFI_SSID, Some(config.wifi_ssid.as_str())),
        (keys::WIFI_PASSWORD, Some(config.wifi_password.reveal())),
        (keys::BROKER_URI, Some(&config.broker.to_string())),
        (keys::USER, config.user.as_deref()),
        (keys::PASSWORD, config.password.as_ref().map(Secret::reveal)),
        (keys::TOPIC_PREFIX, Some(&config.topic_prefix)),
        (keys::CLIENT_ID, Some(&config.client_id)),
        (keys::LED_ORDER, Some(&config.led_order.to_string())),
        (keys::LED_LOG, Some(config.led_log.name())),
    ];
    let mut write = || {
        for (key, text) in texts {
            if let Some(text) = text {
                nvs.set(&NAMESPACE, &Key::from_str(key), text)?;
            }
        }
        if let Some(certificate) = &config.ca_certificate {
            nvs.set(&NAMESPACE, &Key::from_str(keys::CA_CERTIFICATE), certificate.as_slice())?;
        }
        nvs.set(&NAMESPACE, &Key::from_str(keys::LED_GPIO), config.led_gpio)?;
        nvs.set(&NAMESPACE, &Key::from_str(keys::LED_COUNT), config.led_count)
    };
    write().map_err(ConfigError::Nvs)?;
    Ok(nvs.into_inner().into_inner())
}

struct Reader<F: Platform> {
    nvs: Nvs<F>,
}

impl<F: Platform> Reader<F> {
    /// The value of `key`, or `None` if it is missing.
    fn get<T>(&mut self, key: &'static str) -> Result<Option<T>, ConfigError>
    where
        Nvs<F>: Get<T>,
    {
        match self.nvs.get(&NAMESPACE, &Key::from_str(key)) {
            Ok(value) => Ok(Some(value)),
            Err(NvsError::KeyNotFound | NvsError::NamespaceNotFound) => Ok(None),
            Err(error) => Err(wrong(key, Problem::Unreadable(error))),
        }
    }
}
