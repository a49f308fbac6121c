//! Settings of the `mqtt5` broker that its defaults get wrong for a test harness.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use mqtt5::broker::auth::PasswordAuthProvider;
use mqtt5::broker::config::{BrokerConfig, StorageBackend, StorageConfig};
use mqtt5::broker::{AllowAllAuthProvider, AuthProvider};

/// Largest packet that MQTT can express (MQTT 5, section 3.2.2.3.6: 268,435,455 is the variable byte integer's maximum).
const MAX_PACKET_SIZE: usize = 268_435_455;

/// Loopback, any free port.
pub(super) const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Where the broker keeps retained messages and sessions.
pub(super) enum Storage {
    /// In memory: gone when it stops.
    Memory,
    /// In files, so that a restart keeps them.
    Files(PathBuf),
}

/// A configuration that binds loopback only, stores nowhere but in `storage`, advertises legal limits, and never locks
/// out a client for wrong passwords (its default rate limit would make bad-password tests poison each other).
pub(super) fn config(bind: SocketAddr, storage: Storage) -> BrokerConfig {
    let storage = match storage {
        Storage::Memory => StorageConfig::new().with_backend(StorageBackend::Memory),
        Storage::Files(dir) => StorageConfig::new().with_backend(StorageBackend::File).with_base_dir(dir),
    };
    let mut config = BrokerConfig::new()
        .with_bind_address(bind)
        .with_max_packet_size(MAX_PACKET_SIZE)
        .with_sys_topics_enabled(false)
        .with_storage(storage);
    config.auth_config.allow_anonymous = true;
    config.auth_config.rate_limit.enabled = false;
    config
}

/// Accepts anybody, or only the one user.
///
/// # Errors
/// The password cannot be hashed.
pub(super) fn auth(user: Option<(&str, &str)>) -> Result<Arc<dyn AuthProvider>, mqtt5::MqttError> {
    Ok(match user {
        None => Arc::new(AllowAllAuthProvider),
        Some((user, password)) => {
            let provider = PasswordAuthProvider::new();
            provider.add_user(user, password)?;
            Arc::new(provider)
        }
    })
}
