//! The trait.

use hil_model::observation::Message;
use hil_scenario::DeviceConfig;
use hil_scenario::decode::{did_you_mean, list};

use super::{Fault, Flash, Identity, ProvisionError, Provisioned, Setting};

/// Key of `device:` for the topic prefix.
pub const PREFIX: &str = "prefix";
/// Key of `device:` for the MQTT client identifier.
pub const CLIENT_ID: &str = "client-id";

/// How a kind of device learns its broker, its identity and its network.
pub trait Provisioner: std::fmt::Debug + Send + Sync {
    /// Its name on the command line, in `hil.toml` and in reports: `nvs`.
    fn name(&self) -> &str;

    /// What it can be told beyond prefix and client id.
    fn settings(&self) -> &[Setting] {
        &[]
    }

    /// The keys of `device:` that it can pass on to the device. Without any, a scenario with `device:` is skipped; without
    /// [`PREFIX`], the device's topics are as they are, and a shared broker is used without a topic root.
    fn keys(&self) -> Vec<&str> {
        [PREFIX, CLIENT_ID].into_iter().chain(self.settings().iter().map(|setting| setting.key)).collect()
    }

    /// What is to be done to a device so that it knows `identity`. `flash` is what it has in its flash.
    ///
    /// # Errors
    /// A value cannot be, or there is no place for it.
    fn provision(&self, identity: &Identity, flash: &mut dyn Flash) -> Result<Provisioned, ProvisionError>;

    /// Whether a file (an ELF, an app image, a flash image) is firmware of its own device: then it is the one that is used,
    /// unless the user names another. A provisioner for any device recognises none.
    fn recognises(&self, image: &[u8]) -> bool {
        let _ = image;
        false
    }

    /// The partition table that its device is flashed with, as ESP-IDF's CSV; `None`: the usual one.
    fn partitions(&self) -> Option<&str> {
        None
    }

    /// Why a file must not be flashed into a board, if it must not.
    fn not_for_boards(&self, image: &[u8]) -> Option<String> {
        let _ = image;
        None
    }

    /// The faults that a binary of its device can be given.
    fn faults(&self) -> Vec<Fault> {
        Vec::new()
    }

    /// Whether this file was built so that it can be given one.
    fn can_have_faults(&self, image: &[u8]) -> bool {
        let _ = image;
        false
    }

    /// A message that makes its device print `text`, and nothing else does. Its topic is without prefix.
    fn echo(&self, text: &str) -> Option<Message> {
        let _ = text;
        None
    }

    /// Secrets of its own (beyond those of the [`Identity`]) that no report may show.
    fn secrets(&self) -> Vec<hil_scenario::Secret> {
        Vec::new()
    }
}

/// Looks whether a provisioner knows all that a scenario says in `device:`.
///
/// # Errors
/// [`ProvisionError::UnknownKey`]
pub fn check_keys(provisioner: &dyn Provisioner, device: &DeviceConfig) -> Result<(), ProvisionError> {
    let known = provisioner.keys();
    let own = [(PREFIX, device.prefix.is_some()), (CLIENT_ID, device.client_id.is_some())];
    let own = own.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| key);
    let Some(key) = own.chain(device.settings.keys().map(String::as_str)).find(|key| !known.contains(key)) else {
        return Ok(());
    };
    Err(ProvisionError::UnknownKey {
        key: key.to_owned(),
        provisioner: provisioner.name().to_owned(),
        guess: did_you_mean(key, known.iter().copied()),
        known: list(known.iter().copied()),
    })
}
