//! What a live view of a device must not show: passwords that hil knows.

use hil_project::{Project, Settings};
use hil_scenario::{Secret, Secrets};
use hil_targets::broker::BrokerUrl;

use super::error::Failure;
use super::run::provision;
use crate::Extensions;

/// Variables of the environment that hold a password for a device or a broker.
const VARIABLES: [&str; 3] = ["HIL_BROKER_PASSWORD", "HIL_MQTT_PASSWORD", Settings::WIFI_PASSWORD];

/// The passwords of the environment, of the project's network, of its broker, and of what it tells devices.
///
/// # Errors
/// What the project names cannot be read.
pub(super) fn of_project(project: &Project, extensions: &Extensions) -> Result<Secrets, Failure> {
    let settings = &project.settings;
    let named = settings.wifi.password_env.as_ref().map(|name| name.value.as_str());
    let variables = VARIABLES.into_iter().chain(named).filter_map(|name| std::env::var(name).ok());
    let mut secrets = Secrets::default();
    secrets.hide(variables.filter(|value| !value.is_empty()).map(Secret::new));
    let said = settings.broker.url.as_ref().map(|url| url.value.clone());
    let brokers = said.into_iter().chain(std::env::var("HIL_BROKER").ok());
    // What cannot be read as one has no password.
    let urls = brokers.filter_map(|url| url.parse::<BrokerUrl>().ok());
    secrets.hide(urls.flat_map(|url| url.secrets()));
    if let Some(telling) = provision::named(settings, extensions)? {
        secrets.hide([telling.told.secrets(), telling.provisioner.secrets()].concat());
    }
    Ok(secrets)
}
