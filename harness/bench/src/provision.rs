//! What a board is told by its configuration: network, broker, identity, wiring.
//!
//! A [`Request`] is what a user says, with passwords and certificate still in files and in the environment. Read, it is
//! [`Settings`], which change a [`Config`].

mod certificate;
mod secrets;

use std::path::PathBuf;

use firmware::config::{BrokerUri, Config, LedLog, Secret};
use firmware::ws2812::ColorOrder;

pub use certificate::certificate;
pub use secrets::SecretSource;

/// Changes of a configuration; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Wi-Fi network name.
    pub wifi_ssid: Option<String>,
    /// WPA2 password.
    pub wifi_password: Option<Secret>,
    /// Where the board finds its broker.
    pub broker: Option<BrokerUri>,
    /// MQTT user name.
    pub user: Option<String>,
    /// MQTT password.
    pub password: Option<Secret>,
    /// CA certificate in DER.
    pub ca_certificate: Option<Vec<u8>>,
    /// Before every topic, without a slash at either end.
    pub topic_prefix: Option<String>,
    /// MQTT client id.
    pub client_id: Option<String>,
    /// GPIO of the LED data line.
    pub led_gpio: Option<u8>,
    /// LEDs in the chain.
    pub led_count: Option<u16>,
    /// Order of the colour bytes on the data line.
    pub led_order: Option<ColorOrder>,
    /// What the console says of the LEDs.
    pub led_log: Option<LedLog>,
}

impl Settings {
    /// `before`, changed.
    pub fn apply(self, before: Config) -> Config {
        // A password of another network is worth nothing.
        let other_network = self.wifi_ssid.as_ref().is_some_and(|ssid| *ssid != before.wifi_ssid);
        let wifi_before = if other_network { Secret::default() } else { before.wifi_password };
        Config {
            wifi_ssid: self.wifi_ssid.unwrap_or(before.wifi_ssid),
            wifi_password: self.wifi_password.unwrap_or(wifi_before),
            broker: self.broker.unwrap_or(before.broker),
            user: self.user.or(before.user),
            password: self.password.or(before.password),
            ca_certificate: self.ca_certificate.or(before.ca_certificate),
            topic_prefix: self.topic_prefix.unwrap_or(before.topic_prefix),
            client_id: self.client_id.unwrap_or(before.client_id),
            led_gpio: self.led_gpio.unwrap_or(before.led_gpio),
            led_count: self.led_count.unwrap_or(before.led_count),
            led_order: self.led_order.unwrap_or(before.led_order),
            led_log: self.led_log.unwrap_or(before.led_log),
        }
    }
}

/// Settings whose passwords and certificate have not been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// All but passwords and certificate; those that are there are kept.
    pub settings: Settings,
    /// The network's password.
    pub wifi_password: SecretSource,
    /// The password for the broker.
    pub password: SecretSource,
    /// File with the certificate authority, PEM or DER.
    pub ca: Option<PathBuf>,
}

impl Request {
    /// `settings`, with passwords from HIL_WIFI_PASSWORD and HIL_MQTT_PASSWORD, if those are set.
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            wifi_password: SecretSource::Default("HIL_WIFI_PASSWORD"),
            password: SecretSource::Default("HIL_MQTT_PASSWORD"),
            ca: None,
        }
    }

    /// Reads passwords and certificate.
    ///
    /// # Errors
    /// A file cannot be read, or holds something else; a variable that was named is not set.
    pub fn read(&self) -> Result<Settings, ReadError> {
        let ca = self.ca.as_deref().map(certificate).transpose()?;
        let mut settings = self.settings.clone();
        settings.wifi_password = self.wifi_password.read()?.or(settings.wifi_password);
        settings.password = self.password.read()?.or(settings.password);
        settings.ca_certificate = ca.or(settings.ca_certificate);
        Ok(settings)
    }
}

/// Why a password or a certificate cannot be read. It never shows them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A file cannot be read.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of a password holds more than that.
    #[error("{}: more than one line", .0.display())]
    Lines(PathBuf),
    /// A variable that was named is not set.
    #[error("the environment variable {0} is not set")]
    NotSet(String),
    /// A variable cannot be a password.
    #[error("{0} is not UTF-8")]
    NotUtf8(String),
    /// A file holds no certificate.
    #[error("{}: neither DER nor PEM with a certificate", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: tokio_rustls::rustls::pki_types::pem::Error,
    },
}

impl ReadError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::File { .. } => "does it exist, and may you read it?".to_owned(),
            Self::Lines(_) => "the file holds the password, and nothing else".to_owned(),
            Self::NotSet(name) => {
                format!("set it before the run: {name}=... hil run; or name a file with the password")
            }
            Self::NotUtf8(_) => "a password is UTF-8; or name a file with it".to_owned(),
            Self::NoCertificate { .. } => {
                "name the certificate of the authority (-----BEGIN CERTIFICATE-----), not its key".to_owned()
            }
        }
    }
}
