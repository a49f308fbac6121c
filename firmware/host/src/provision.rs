//! The firmware's configuration for one scenario, as the NVS partition of a device that the harness provisions.

use std::ops::Range;

use firmware::config::{BrokerUri, Config, Scheme, Secret};

use hil_scenario::DeviceConfig;
use hil_targets::{Bench, BenchError};

/// The NVS partition, as in the firmware's partition table.
pub const NVS: Range<u32> = 0x9000..0xF000;

/// Where simulated devices are told to find their broker. What listens there is the harness's wire.
pub const BROKER: (&str, u16) = ("broker.hil", 1883);

/// Configuration and NVS partition of a simulated device, with a planted fault if one is wanted. The firmware's own code makes
/// them, on the scenario's thread.
///
/// # Errors
/// As for [`configuration`] and [`nvs_image`].
pub fn provisioned(bench: &Bench, fault: Option<u8>) -> Result<(Config, Vec<u8>), BenchError> {
    let _turn = bench.watch.enter();
    let config = configuration(bench)?;
    let nvs = nvs_image_with(&config, fault)?;
    Ok((config, nvs))
}

/// The configuration that a scenario's `device:` and the bench ask for.
///
/// # Errors
/// [`BenchError::Provision`] if a value cannot be.
pub fn configuration(bench: &Bench) -> Result<Config, BenchError> {
    let DeviceConfig { prefix, client_id, led_count, led_order } = &bench.config;
    let topic_prefix = match prefix.as_deref() {
        None | Some("") => bench.topic_root.trim_end_matches('/').to_owned(),
        Some(prefix) => format!("{}{prefix}", bench.topic_root),
    };
    let client_id = client_id.clone().unwrap_or_else(|| bench.client_id.clone());
    let (host, port) = BROKER;
    let mut config = Config {
        broker: BrokerUri { scheme: Scheme::Mqtt, host: host.to_owned(), port },
        topic_prefix,
        client_id,
        user: bench.credentials.user.clone(),
        password: bench.credentials.password.clone().map(Secret::new),
        ..Config::default()
    };
    if let Some(count) = led_count {
        config.led_count = *count;
    }
    if let Some(order) = led_order {
        config.led_order = order
            .to_ascii_lowercase()
            .parse()
            .map_err(|_| BenchError::Provision(format!("led-order {order:?} is neither GRB nor RGB")))?;
    }
    Ok(config)
}

/// The contents of the NVS partition for a configuration.
///
/// # Errors
/// [`BenchError::Provision`] if the firmware would refuse it.
pub fn nvs_image(config: &Config) -> Result<Vec<u8>, BenchError> {
    firmware::config::write(config, NVS.len()).map_err(|e| BenchError::Provision(e.to_string()))
}

/// The same with a planted fault; firmware without any ignores that.
///
/// # Errors
/// As for [`nvs_image`].
pub fn nvs_image_with(config: &Config, fault: Option<u8>) -> Result<Vec<u8>, BenchError> {
    let image = nvs_image(config)?;
    let Some(number) = fault else { return Ok(image) };
    firmware::faults::plant(image, number).map_err(|e| BenchError::Provision(format!("the fault: {e}")))
}
