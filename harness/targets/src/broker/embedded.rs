//! The embedded broker in memory: connections are in-memory streams, and its clock is the runtime's.

use std::cell::RefCell;
use std::sync::Arc;

use mqtt5::broker::client_handler::ClientHandler;
use mqtt5::broker::config::BrokerConfig;
use mqtt5::broker::resource_monitor::{ResourceLimits, ResourceMonitor};
use mqtt5::broker::router::MessageRouter;
use mqtt5::broker::storage::{DynamicStorage, MemoryBackend};
use mqtt5::broker::sys_topics::BrokerStats;
use mqtt5::broker::transport::BrokerTransport;
use mqtt5::broker::{AuthProvider, BrokerEventHandler};
use tokio::io::DuplexStream;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

use super::memory::MemoryStream;
use super::settings::{self, LOOPBACK, Storage};

/// Bytes that a connection holds in each direction before its writer has to wait, as a socket buffer would.
const STREAM_BUFFER: usize = 256 * 1024;

/// A broker without ports. Runs on the current runtime; every scenario has its own.
///
/// Stopping keeps retained messages and sessions, as a broker with persistence does.
pub struct EmbeddedBroker {
    config: Arc<BrokerConfig>,
    auth: Arc<dyn AuthProvider>,
    storage: Arc<DynamicStorage>,
    running: RefCell<Option<Running>>,
}

struct Running {
    router: Arc<MessageRouter>,
    stats: Arc<BrokerStats>,
    monitor: Arc<ResourceMonitor>,
    shutdown: broadcast::Sender<()>,
    clients: RefCell<Vec<JoinHandle<()>>>,
}

/// Why the embedded broker did not do as told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// It is stopped.
    #[error("the embedded broker is stopped")]
    Stopped,
    /// The `mqtt5` crate reports an error.
    #[error("the embedded broker failed")]
    Broker(#[source] Box<mqtt5::MqttError>),
}

impl From<mqtt5::MqttError> for EmbeddedError {
    fn from(e: mqtt5::MqttError) -> Self {
        Self::Broker(Box::new(e))
    }
}

impl EmbeddedBroker {
    /// Starts a broker on the current runtime. `user`: only this user and password may connect; `None`: anybody.
    ///
    /// # Errors
    /// The password cannot be hashed.
    pub async fn start(user: Option<(&str, &str)>) -> Result<Self, EmbeddedError> {
        let broker = Self {
            config: Arc::new(settings::config(LOOPBACK, Storage::Memory)),
            auth: settings::auth(user)?,
            storage: Arc::new(DynamicStorage::Memory(MemoryBackend::new())),
            running: RefCell::default(),
        };
        broker.resume().await?;
        Ok(broker)
    }

    /// Starts again after [`EmbeddedBroker::stop`], with the retained messages and sessions of before. Does nothing if
    /// it runs.
    ///
    /// # Errors
    /// The stored sessions cannot be read.
    pub async fn resume(&self) -> Result<(), EmbeddedError> {
        if self.running.borrow().is_some() {
            return Ok(());
        }
        let router =
            Arc::new(MessageRouter::with_storage(Arc::clone(&self.storage)).with_event_handler(Arc::new(Quiet)));
        router.recover_sessions(u32::MAX).await?;
        router.initialize().await?;
        let (shutdown, _) = broadcast::channel(1);
        let limits = ResourceLimits {
            max_connections: 10_000,
            max_connections_per_ip: 10_000,
            max_message_rate_per_client: 0,
            max_bandwidth_per_client: 0,
            // Counted in wall time: simulated reconnects are faster than any rate.
            max_connection_rate: u32::MAX,
            rate_limit_window: std::time::Duration::from_secs(1),
        };
        *self.running.borrow_mut() = Some(Running {
            router,
            stats: Arc::new(BrokerStats::new()),
            monitor: Arc::new(ResourceMonitor::new(limits)),
            shutdown,
            clients: RefCell::default(),
        });
        Ok(())
    }

    /// Stops: MQTT 5 clients get DISCONNECT 0x8B (server shutting down), then their connections end. Returns when all
    /// have ended. Does nothing if it is stopped.
    pub async fn stop(&self) {
        let Some(running) = self.running.take() else { return };
        // No receiver means no client: nothing to tell.
        let _ = running.shutdown.send(());
        for client in running.clients.take() {
            // A handler that panicked has ended too.
            let _ = client.await;
        }
    }

    /// Whether it accepts connections.
    pub fn is_running(&self) -> bool {
        self.running.borrow().is_some()
    }

    /// A new connection: the client's end of it.
    ///
    /// # Errors
    /// [`EmbeddedError::Stopped`].
    pub fn connect(&self) -> Result<DuplexStream, EmbeddedError> {
        let running = self.running.borrow();
        let running = running.as_ref().ok_or(EmbeddedError::Stopped)?;
        let (client, server) = tokio::io::duplex(STREAM_BUFFER);
        let handler = ClientHandler::new(
            BrokerTransport::WebSocket(Box::new(MemoryStream::new(server))),
            LOOPBACK,
            Arc::clone(&self.config),
            Arc::clone(&running.router),
            Arc::clone(&self.auth),
            Some(Arc::clone(&self.storage)),
            Arc::clone(&running.stats),
            Arc::clone(&running.monitor),
            running.shutdown.subscribe(),
        );
        let mut clients = running.clients.borrow_mut();
        clients.retain(|c| !c.is_finished());
        clients.push(tokio::spawn(async move {
            // How a client's connection ends is seen on the wire and in the observer; the broker has no more to say.
            let _ = handler.run().await;
        }));
        Ok(client)
    }
}

/// The broker's default handler of events: none of them.
struct Quiet;

impl BrokerEventHandler for Quiet {}
