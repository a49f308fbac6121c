//! What can be wrong with a configuration.

use crate::config::{BrokerUriError, UnknownLedLog};

/// Why there is no usable configuration.
#[derive(Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The partition cannot be read or written as NVS.
    #[error("NVS partition: {0}")]
    Nvs(esp_nvs::error::Error),
    /// A value cannot be right.
    #[error("{key}: {problem}")]
    Key {
        /// The NVS key.
        key: &'static str,
        /// What is wrong with it.
        problem: Problem,
    },
}

/// What is wrong with one value. It never shows the value, which may be a password.
#[derive(Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The value is stored with another type, or is damaged.
    #[error(transparent)]
    Unreadable(esp_nvs::error::Error),
    /// Text or blob of a length outside its bounds.
    #[error("{len} bytes, {min} to {max} expected")]
    Length {
        /// Its length in bytes.
        len: usize,
        /// The least.
        min: usize,
        /// The most.
        max: usize,
    },
    /// A number outside its bounds.
    #[error("{value} is not within {min} to {max}")]
    Range {
        /// The number.
        value: u32,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// A GPIO that the ESP32-C3 does not lead out, or uses for its flash.
    #[error("GPIO {0} is not usable, only 0 to 10 and 18 to 21 are")]
    Gpio(u8),
    /// Not `mqtt://host[:port]` or `mqtts://host[:port]`.
    #[error(transparent)]
    BrokerUri(BrokerUriError),
    /// `mqtts` without a CA certificate, which nothing could be checked against.
    #[error("needed for an mqtts broker")]
    CaMissing,
    /// An MQTT password without a user name.
    #[error("needed for a password")]
    UserMissing,
    /// Wildcards, control characters, or a slash at either end.
    #[error("wildcards, control characters and slashes at either end are not allowed")]
    Topic,
    /// Control characters.
    #[error("control characters are not allowed")]
    Text,
    /// Neither `grb` nor `rgb`.
    #[error("expected grb or rgb")]
    ColorOrder,
    /// None of the values of [`crate::config::LedLog`].
    #[error(transparent)]
    LedLog(UnknownLedLog),
}
