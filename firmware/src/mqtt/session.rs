//! What outlives a connection.

use rust_mqtt::buffer::AllocBuffer;

use crate::{
    config::Config,
    mqtt::{
        Application, Error, Step,
        connection::{Connection, within},
        outbox::Outbox,
        subscriptions::Subscriptions,
    },
    platform::{Board, Clock, Console, Network, Random},
    time::Duration,
};

/// Commands that the broker may send before the first of them is acknowledged.
pub const RECEIVE_MAXIMUM: usize = 8;
/// Publications that may be unacknowledged at a time; the broker may allow fewer.
pub const SEND_MAXIMUM: usize = 8;

/// Time within which the network must connect.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);

/// The packet identifiers in use, in either direction.
pub(super) type PacketIdentifiers = rust_mqtt::session::Session<4, RECEIVE_MAXIMUM, SEND_MAXIMUM, 0, 0>;

/// What a session needs of the platform.
pub struct Environment<'a, N, C, L, Q> {
    /// The way to the broker.
    pub network: &'a N,
    /// Time and console.
    pub board: &'a Board<C, L>,
    /// Jitter for subscriptions that are tried again.
    pub random: &'a mut Q,
}

/// The session: packet identifiers in use, what is still to be sent, and what is subscribed.
pub struct Session {
    pub(super) packet_identifiers: PacketIdentifiers,
    pub(super) outbox: Outbox,
    pub(super) subscriptions: Subscriptions,
}

/// The end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Why.
    pub reason: Error,
    /// Whether the broker had accepted it.
    pub was_connected: bool,
}

impl Session {
    /// The session of a device that has just booted. Whether the broker remembers it, CONNACK will tell.
    pub fn new() -> Self {
        Self {
            packet_identifiers: PacketIdentifiers::default(),
            outbox: Outbox::default(),
            subscriptions: Subscriptions::new(),
        }
    }

    /// Connects to the broker and serves `application` until the connection ends.
    pub async fn connect<N: Network, C: Clock, L: Console, Q: Random>(
        &mut self,
        environment: Environment<'_, N, C, L, Q>,
        config: &Config,
        application: &mut impl Application,
    ) -> Ended {
        let Environment { network, board, .. } = environment;
        match within(network, &board.clock, Step::Connect, CONNECT_LIMIT, network.connect(&config.broker)).await {
            Ok(transport) => {
                let mut buffer = AllocBuffer;
                Connection::serve(self, environment, config, application, transport, &mut buffer).await
            }
            Err(reason) => Ended { reason, was_connected: false },
        }
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}
