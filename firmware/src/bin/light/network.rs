//! The way to the broker: TCP/IP over Wi-Fi or, with the feature `openeth`, over the OpenCores MAC.

use embassy_net::{
    DhcpConfig, Runner, Stack, StackResources,
    dns::DnsQueryType,
    tcp::{ConnectError, Error as TcpError, State, TcpSocket},
};
use embassy_sync::{
    blocking_mutex::raw::NoopRawMutex,
    mutex::{Mutex, MutexGuard},
};
use embassy_time::{Duration, with_timeout};
use embedded_io_async::{ErrorType, Read, Write};
use firmware::{
    config::{BrokerUri, Scheme},
    platform::{Network, NetworkError},
};
use static_cell::StaticCell;

use crate::console::Board;
#[cfg(feature = "openeth")]
use crate::openeth::{Interface, Link};
#[cfg(not(feature = "openeth"))]
use crate::wifi::{Interface, Link};

/// Time for the network to give us an address.
const DHCP_LIMIT: Duration = Duration::from_secs(10);

/// A connection whose data is not acknowledged for so long is dead. Longer than the session's limit for connecting, so
/// that a connection that ends while it is made was refused.
const TCP_LIMIT: Duration = Duration::from_secs(20);
/// After so long without a segment the other side is asked whether it is there: smoltcp takes silence for a dead
/// connection too, and MQTT's own pings are further apart.
const KEEP_ALIVE: Duration = Duration::from_secs(7);

/// Bytes of the socket's buffers, each way.
const BUFFER: usize = 2048;

/// DHCP, DNS and the connection to the broker.
const SOCKETS: usize = 3;

/// Link, TCP/IP and the one socket that this device needs.
pub struct ChipNetwork {
    link: Link,
    stack: Stack<'static>,
    socket: Mutex<NoopRawMutex, TcpSocket<'static>>,
    board: Board,
}

impl ChipNetwork {
    /// Brings TCP/IP up over `interface`. The runner has to run for ever, in a task of its own. To be called once.
    pub fn new(
        link: Link,
        interface: Interface,
        host_name: &str,
        seed: u64,
        board: Board,
    ) -> (Self, Runner<'static, Interface>) {
        static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();
        static BUFFERS: StaticCell<[[u8; BUFFER]; 2]> = StaticCell::new();
        let mut dhcp = DhcpConfig::default();
        // A client id may hold what a host name may not.
        if host_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            dhcp.hostname = host_name.try_into().ok();
        }
        let config = embassy_net::Config::dhcpv4(dhcp);
        let (stack, runner) = embassy_net::new(interface, config, RESOURCES.init(StackResources::new()), seed);
        let [receive, send] = BUFFERS.init([[0; BUFFER]; 2]);
        let mut socket = TcpSocket::new(stack, receive, send);
        socket.set_nagle_enabled(false);
        socket.set_timeout(Some(TCP_LIMIT));
        socket.set_keep_alive(Some(KEEP_ALIVE));
        (Self { link, stack, socket: Mutex::new(socket), board }, runner)
    }
}

impl Network for ChipNetwork {
    type Transport<'a> = Connection<'a>;

    async fn link_up(&self) -> Result<(), NetworkError> {
        if self.stack.is_config_up() {
            return Ok(());
        }
        self.link.join(self.stack).await?;
        if with_timeout(DHCP_LIMIT, self.stack.wait_config_up()).await.is_err() {
            self.board.warn("wifi", format_args!("no address from DHCP"));
            self.link.leave().await;
            return Err(NetworkError::Link);
        }
        if let Some(config) = self.stack.config_v4() {
            self.board.info("wifi", format_args!("address {}", config.address));
        }
        Ok(())
    }

    async fn link_down(&self) {
        self.stack.wait_config_down().await;
    }

    async fn connect(&self, broker: &BrokerUri) -> Result<Connection<'_>, NetworkError> {
        if broker.scheme == Scheme::Mqtts {
            self.board.error("mqtt", format_args!("this firmware has no TLS: {broker} cannot be used, mqtt:// can"));
            return Err(NetworkError::Tls);
        }
        let addresses = self.stack.dns_query(&broker.host, DnsQueryType::A).await.map_err(|_| NetworkError::Dns)?;
        let address = *addresses.first().ok_or(NetworkError::Dns)?;
        // Made before the handshake: dropped in the middle of it, it closes the socket all the same.
        let mut connection = Connection { socket: self.socket.lock().await };
        if connection.socket.state() != State::Closed {
            // What is left of the connection before this one.
            connection.socket.abort();
        }
        match connection.socket.connect((address, broker.port)).await {
            Ok(()) => Ok(connection),
            Err(ConnectError::TimedOut) => Err(NetworkError::Timeout),
            Err(ConnectError::NoRoute | ConnectError::InvalidState) => Err(NetworkError::Unreachable),
            Err(ConnectError::ConnectionReset) => Err(NetworkError::Refused),
        }
    }
}

/// A connection to the broker; the only one. Dropping it closes it, after what was written is sent.
pub struct Connection<'a> {
    socket: MutexGuard<'a, NoopRawMutex, TcpSocket<'static>>,
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.socket.close();
    }
}

impl ErrorType for Connection<'_> {
    type Error = TcpError;
}

impl Read for Connection<'_> {
    async fn read(&mut self, bytes: &mut [u8]) -> Result<usize, TcpError> {
        self.socket.read(bytes).await
    }
}

impl Write for Connection<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, TcpError> {
        self.socket.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), TcpError> {
        self.socket.flush().await
    }
}
