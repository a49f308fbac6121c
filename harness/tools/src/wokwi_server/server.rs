//! The listener: lets clients in, as many as there may be.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::connection;
use super::limits::Limits;
use super::note::{Client, Log};
pub use super::project::Defaults;
use super::session::Settings;
use crate::simulation::connections::Allowed;
use crate::simulation::session::Pace;

/// How long clients may take to go when the server ends.
const LAST_WAIT: Duration = Duration::from_secs(3);
/// After an error of the listener, such as too many open files.
const RECOVERY: Duration = Duration::from_millis(100);

/// What a server is like.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; any free port if that is 0.
    pub address: SocketAddr,
    /// What clients have to show.
    pub token: Option<String>,
    /// Where devices may connect to.
    pub allowed: Vec<Allowed>,
    /// How fast simulated time passes.
    pub pace: Pace,
    /// What no upload says.
    pub defaults: Defaults,
    /// What clients may use.
    pub limits: Limits,
}

/// What all connections have in common.
pub(super) struct Shared {
    pub(super) token: Option<String>,
    pub(super) settings: Settings,
    pub(super) limits: Limits,
    pub(super) log: Log,
    /// Of clients with a machine.
    pub(super) places: Arc<Semaphore>,
    /// Bytes of all files of all clients.
    pub(super) all_bytes: Arc<AtomicUsize>,
    /// Whether the server ends.
    pub(super) stopped: watch::Receiver<bool>,
    clients: AtomicU64,
}

impl Shared {
    pub(super) fn next_client(&self) -> Client {
        self.clients.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: std::net::TcpListener,
    options: Options,
    stop: watch::Sender<bool>,
}

/// Ends a server, from any thread.
#[derive(Clone, Debug)]
pub struct Stop(watch::Sender<bool>);

impl Stop {
    /// Ends it: no client comes in any more, and those that are in are told.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Server {
    /// Begins to listen.
    ///
    /// # Errors
    /// If the address is in use, or not this machine's.
    pub fn bind(options: Options) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(options.address)?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener, options, stop: watch::Sender::new(false) })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// If the system does not know.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// What ends it.
    pub fn stop(&self) -> Stop {
        Stop(self.stop.clone())
    }

    /// Serves until it is ended.
    ///
    /// # Errors
    /// If the system gives it no threads or no events.
    pub fn run(self, log: Log) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let result = runtime.block_on(self.serve(log));
        // Sessions end with their connections; none is waited for that does not.
        runtime.shutdown_timeout(LAST_WAIT);
        result
    }

    async fn serve(self, log: Log) -> io::Result<()> {
        let Self { listener, options, stop } = self;
        let Options { token, allowed, pace, defaults, limits, .. } = options;
        let listener = TcpListener::from_std(listener)?;
        let shared = Arc::new(Shared {
            token,
            settings: Settings { allowed, pace, defaults },
            limits,
            log,
            places: Arc::new(Semaphore::new(limits.clients)),
            all_bytes: Arc::default(),
            stopped: stop.subscribe(),
            clients: AtomicU64::new(0),
        });
        let waiting = Arc::new(Semaphore::new(limits.waiting));
        let mut stopped = stop.subscribe();
        let mut connections = tokio::task::JoinSet::new();
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => break,
                // Taken out, so that they do not pile up.
                Some(_) = connections.join_next() => {}
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        // Beyond that number nobody is even told.
                        if let Ok(place) = Arc::clone(&waiting).try_acquire_owned() {
                            let _ = stream.set_nodelay(true);
                            connections.spawn(connection::serve(stream, peer, Arc::clone(&shared), place));
                        }
                    }
                    Err(_) => tokio::time::sleep(RECOVERY).await,
                },
            }
        }
        drop(listener);
        let all = async { while connections.join_next().await.is_some() {} };
        // Who does not go in time is left behind.
        let _ = tokio::time::timeout(LAST_WAIT, all).await;
        Ok(())
    }
}
