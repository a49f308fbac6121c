//! What the host is told of connections.

use std::fmt;
use std::net::SocketAddrV4;

/// A connection of the device. No other connection of the network has it, before or after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub(super) u32);

/// What has happened to a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NetworkEvent {
    /// The device wants to connect. Nothing is answered until the host calls [`accept`](super::Network::accept),
    /// [`refuse`](super::Network::refuse) or [`ignore`](super::Network::ignore).
    Opened {
        /// From now on this is the connection.
        id: ConnectionId,
        /// The device's end.
        from: SocketAddrV4,
        /// Where it wants to connect to.
        to: Destination,
    },
    /// There is something to [`read`](super::Network::read). Comes again after all was read and there is more.
    Readable(ConnectionId),
    /// The connection is established, or there is room again after a [`write`](super::Network::write) found too little.
    Writable(ConnectionId),
    /// The device has sent its FIN and everything before it was read. The other direction stays open.
    Finished(ConnectionId),
    /// The connection is no more, and everything it has received was read. The last event of every connection that the
    /// host has not itself refused, ignored or aborted.
    Closed {
        /// The connection that was.
        id: ConnectionId,
        /// How it ended.
        how: Ending,
    },
}

/// Where a device connects to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Destination {
    /// The name that it had resolved, in lower case; `None` if it knew the address from elsewhere.
    pub name: Option<String>,
    /// Address and port.
    pub address: SocketAddrV4,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// Both sides have closed it.
    Orderly,
    /// The device has reset it, or has opened another one with the same ports.
    Reset,
    /// The device has said nothing for 15 minutes although it had something to acknowledge, or its FIN to send after the
    /// host's.
    TimedOut,
}

impl NetworkEvent {
    /// The connection.
    #[must_use]
    pub fn connection(&self) -> ConnectionId {
        match self {
            Self::Opened { id, .. }
            | Self::Readable(id)
            | Self::Writable(id)
            | Self::Finished(id)
            | Self::Closed { id, .. } => *id,
        }
    }
}

impl fmt::Display for Destination {
    /// `broker.example:1883`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name}:{}", self.address.port()),
            None => self.address.fmt(f),
        }
    }
}
