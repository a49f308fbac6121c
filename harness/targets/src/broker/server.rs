//! The embedded broker on TCP ports, for other programs: `hil broker run`, `hil up`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use mqtt5::broker::MqttBroker;
use mqtt5::broker::config::{TlsConfig, WebSocketConfig};
use tokio::task::JoinHandle;

use super::settings::{self, Storage};

/// What the server offers.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Address to listen on.
    pub bind: IpAddr,
    /// TCP port; 0: any free one.
    pub port: u16,
    /// WebSocket port (path `/mqtt`); 0: any free one; `None`: no WebSocket.
    pub websocket_port: Option<u16>,
    /// TLS port (0: any free one) and its files.
    pub tls: Option<(u16, TlsFiles)>,
    /// The only user, with password; `None`: anybody.
    pub user: Option<(String, String)>,
    /// Folder that keeps retained messages and sessions over a restart; `None`: memory.
    pub store: Option<PathBuf>,
}

/// Certificate chain and key of a TLS listener.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// PEM certificate chain.
    pub certificate: PathBuf,
    /// PEM private key.
    pub key: PathBuf,
}

/// A running broker. Dropping it ends it.
pub struct BrokerServer {
    /// Address of the TCP listener.
    pub address: SocketAddr,
    /// Address of the WebSocket listener.
    pub websocket: Option<SocketAddr>,
    /// Address of the TLS listener.
    pub tls: Option<SocketAddr>,
    shutdown: mqtt5::broker::server::BrokerShutdownHandle,
    task: JoinHandle<Result<(), mqtt5::MqttError>>,
}

/// Why the broker did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Port taken, file missing, address wrong.
    #[error("the broker cannot listen on {address}")]
    Start {
        /// Address asked for.
        address: SocketAddr,
        /// What `mqtt5` says.
        source: Box<mqtt5::MqttError>,
    },
    /// It did not become ready.
    #[error("the broker did not become ready within 10 s")]
    NotReady,
}

impl BrokerServer {
    /// Binds and starts.
    ///
    /// # Errors
    /// A port is taken, a file is missing or wrong.
    pub async fn start(options: &ServerOptions) -> Result<Self, ServerError> {
        let address = SocketAddr::new(options.bind, options.port);
        let failed = |source| ServerError::Start { address, source: Box::new(source) };
        let storage = options.store.clone().map_or(Storage::Memory, Storage::Files);
        let mut config = settings::config(address, storage);
        if let Some(port) = options.websocket_port {
            config = config
                .with_websocket(WebSocketConfig::new().with_bind_addresses(vec![SocketAddr::new(options.bind, port)]));
        }
        if let Some((port, files)) = &options.tls {
            config = config.with_tls(
                TlsConfig::new(files.certificate.clone(), files.key.clone())
                    .with_bind_addresses(vec![SocketAddr::new(options.bind, *port)]),
            );
        }
        let user = options.user.as_ref().map(|(u, p)| (u.as_str(), p.as_str()));
        let auth = settings::auth(user).map_err(failed)?;
        let mut broker = MqttBroker::with_config(config).await.map_err(failed)?.with_auth_provider(auth);
        let (tcp, websocket, tls) = (broker.local_addr(), broker.ws_local_addr(), broker.tls_local_addr());
        let (shutdown, mut ready) = (broker.shutdown_handle(), broker.ready_receiver());
        let task = tokio::spawn(async move { broker.run().await });
        let is_ready = tokio::time::timeout(Duration::from_secs(10), ready.wait_for(|r| *r)).await;
        let (Ok(Ok(_)), Some(address)) = (is_ready, tcp) else { return Err(ServerError::NotReady) };
        Ok(Self { address, websocket, tls, shutdown, task })
    }

    /// Stops: clients get DISCONNECT 0x8B; returns when the ports are free again.
    pub async fn stop(self) {
        self.shutdown.shutdown();
        // A broker that panicked has stopped too.
        let _ = self.task.await;
    }
}
