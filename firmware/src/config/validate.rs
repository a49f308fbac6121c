//! The bounds of a configuration.

use crate::config::{Config, ConfigError, Problem, Scheme, Secret, keys};

impl Config {
    /// Checks all bounds that the table in [`crate::config`] lists.
    ///
    /// # Errors
    ///
    /// The first key whose value cannot be right, and why.
    pub fn validate(&self) -> Result<(), ConfigError> {
        length(keys::WIFI_SSID, self.wifi_ssid.len(), 1, 32)?;
        if self.wifi_password != Secret::default() {
            length(keys::WIFI_PASSWORD, self.wifi_password.reveal().len(), 8, 64)?;
        }
        if let Some(user) = &self.user {
            length(keys::USER, user.len(), 1, 128)?;
            text(keys::USER, user)?;
        }
        if let Some(password) = &self.password {
            length(keys::PASSWORD, password.reveal().len(), 1, 128)?;
            if self.user.is_none() {
                return Err(wrong(keys::USER, Problem::UserMissing));
            }
        }
        match &self.ca_certificate {
            Some(certificate) => length(keys::CA_CERTIFICATE, certificate.len(), 1, 4000)?,
            None if self.broker.scheme == Scheme::Mqtts => return Err(wrong(keys::CA_CERTIFICATE, Problem::CaMissing)),
            None => {}
        }
        length(keys::TOPIC_PREFIX, self.topic_prefix.len(), 0, 64)?;
        let prefix = &self.topic_prefix;
        let forbidden = |c: char| c.is_control() || matches!(c, '+' | '#');
        if prefix.contains(forbidden) || prefix.starts_with('/') || prefix.ends_with('/') {
            return Err(wrong(keys::TOPIC_PREFIX, Problem::Topic));
        }
        length(keys::CLIENT_ID, self.client_id.len(), 1, 64)?;
        text(keys::CLIENT_ID, &self.client_id)?;
        if !matches!(self.led_gpio, 0..=10 | 18..=21) {
            return Err(wrong(keys::LED_GPIO, Problem::Gpio(self.led_gpio)));
        }
        match self.led_count {
            1..=256 => Ok(()),
            count => Err(wrong(keys::LED_COUNT, Problem::Range { value: count.into(), min: 1, max: 256 })),
        }
    }
}

fn length(key: &'static str, len: usize, min: usize, max: usize) -> Result<(), ConfigError> {
    if (min..=max).contains(&len) { Ok(()) } else { Err(wrong(key, Problem::Length { len, min, max })) }
}

fn text(key: &'static str, text: &str) -> Result<(), ConfigError> {
    if text.contains(char::is_control) { Err(wrong(key, Problem::Text)) } else { Ok(()) }
}

pub(super) const fn wrong(key: &'static str, problem: Problem) -> ConfigError {
    ConfigError::Key { key, problem }
}
