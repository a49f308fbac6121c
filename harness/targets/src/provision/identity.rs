//! What a device is to know.

use hil_scenario::{Secret, is_secret_name};

use super::{BrokerAddress, Settings};
use crate::Bench;

/// What a device can be asked to say of its lights on its console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LightLog {
    /// What it has sent to them.
    Reported,
    /// What it has measured on its pin.
    Measured,
}

impl LightLog {
    /// `reported`, `measured`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Measured => "measured",
        }
    }
}

/// What a device is to know. `None` is what nobody has said: the device then has its default or, with [`keep`](Self::keep), what
/// is in its flash already. `Debug` shows no password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Where its broker is.
    pub broker: Option<BrokerAddress>,
    /// Certificate authority of the broker, in DER.
    pub ca: Option<Vec<u8>>,
    /// MQTT client identifier.
    pub client_id: Option<String>,
    /// Before every topic, without a slash at either end; may be empty.
    pub prefix: Option<String>,
    /// User name for the broker.
    pub user: Option<String>,
    /// Password for the broker.
    pub password: Option<Secret>,
    /// Name of the wireless network.
    pub wifi_ssid: Option<String>,
    /// Its password.
    pub wifi_password: Option<Secret>,
    /// What its console is to say of its lights, for somebody reads it.
    pub light_log: Option<LightLog>,
    /// Settings that the provisioner knows.
    pub settings: Settings,
    /// The name of the [`Fault`](super::Fault) that it is to have.
    pub fault: Option<String>,
    /// Seed for whatever is random in it.
    pub seed: u64,
    /// Whether it keeps what nobody has said otherwise.
    pub keep: bool,
}

impl Identity {
    /// What the bench and `device:` of a scenario ask for, with the broker at `broker`.
    pub fn of_bench(bench: &Bench, broker: BrokerAddress) -> Self {
        let device = &bench.config;
        let prefix = match device.prefix.as_deref() {
            None | Some("") => bench.topic_root.trim_end_matches('/').to_owned(),
            Some(prefix) => format!("{}{prefix}", bench.topic_root),
        };
        Self {
            broker: Some(broker),
            client_id: Some(device.client_id.clone().unwrap_or_else(|| bench.client_id.clone())),
            prefix: Some(prefix),
            user: bench.credentials.user.clone(),
            password: bench.credentials.password.clone().map(Secret::new),
            settings: device.settings.clone(),
            seed: bench.seed,
            ..Self::default()
        }
    }

    /// The same, and of what nobody has said here, what `defaults` say.
    #[must_use]
    pub fn with_defaults(self, defaults: &Self) -> Self {
        let mut settings = defaults.settings.clone();
        settings.extend(self.settings);
        Self {
            broker: self.broker.or_else(|| defaults.broker.clone()),
            ca: self.ca.or_else(|| defaults.ca.clone()),
            client_id: self.client_id.or_else(|| defaults.client_id.clone()),
            prefix: self.prefix.or_else(|| defaults.prefix.clone()),
            user: self.user.or_else(|| defaults.user.clone()),
            password: self.password.or_else(|| defaults.password.clone()),
            wifi_ssid: self.wifi_ssid.or_else(|| defaults.wifi_ssid.clone()),
            wifi_password: self.wifi_password.or_else(|| defaults.wifi_password.clone()),
            light_log: self.light_log.or(defaults.light_log),
            settings,
            fault: self.fault.or_else(|| defaults.fault.clone()),
            seed: self.seed,
            keep: self.keep || defaults.keep,
        }
    }

    /// What no report may show of it: passwords, and settings whose names say that they are something of the kind.
    pub fn secrets(&self) -> Vec<Secret> {
        let passwords = [&self.password, &self.wifi_password].into_iter().flatten().cloned();
        let settings = self.settings.iter().filter(|(key, _)| is_secret_name(key)).map(|(_, value)| Secret::new(value));
        passwords.chain(settings).collect()
    }
}
