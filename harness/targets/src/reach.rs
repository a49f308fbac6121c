//! TCP connections to the device, made by a computer next to it.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;

use crate::BenchError;
use crate::stream::Stream;

/// A computer next to the device, which opens connections to it.
#[async_trait(?Send)]
pub trait Reach {
    /// Opens a TCP connection. It takes as long as it does on the target's clock: to join the device's network, to get an
    /// address, to be answered. The caller limits that, and drops the future when the limit is over; what it has begun ends
    /// with it. The connection ends when the stream is dropped; `shutdown` is a FIN, and a reset by the device is
    /// [`ConnectionReset`](std::io::ErrorKind::ConnectionReset).
    ///
    /// # Errors
    /// [`Unreached`]: why there is no connection.
    async fn connect(&mut self, to: &Remote) -> Result<Connected, Unreached>;
}

/// A connection to the device.
pub struct Connected {
    /// What passes over it.
    pub stream: Stream,
    /// The address and port that it leads to: what a browser would name in `Host`.
    pub peer: SocketAddr,
}

/// Where a connection goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// The host.
    pub host: Host,
    /// The TCP port.
    pub port: u16,
    /// The network that the device puts up itself (its soft-AP), which the computer joins first as a station; `None`: the
    /// network that the device is on.
    pub network: Option<OwnNetwork>,
}

/// A host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// The device, wherever its address comes from.
    Device,
    /// A literal address.
    Address(IpAddr),
    /// A name to be resolved.
    Name(String),
}

/// The access point of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnNetwork {
    /// Its SSID.
    pub ssid: String,
    /// Its password (8 to 63 characters); `None`: the network is open.
    pub password: Option<String>,
}

/// Why there is no connection. All but [`Unreached::Bench`] say something about the device.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unreached {
    /// The device answers with a reset: nothing listens on the port.
    #[error("connection refused: nothing listens there")]
    Refused,
    /// No way to the host: a name that nothing resolves, an address that nobody has, a device that is off.
    #[error("{0}")]
    NoRoute(String),
    /// The device puts up no network of this name.
    #[error("the device puts up no network named {0:?}")]
    NoNetwork(String),
    /// The network is there, and does not let the station in: a wrong password, another security, no free place.
    #[error("the network {ssid:?} does not let the station in: {why}")]
    NotAdmitted {
        /// The network.
        ssid: String,
        /// What it said, or did not say.
        why: String,
    },
    /// The network is there, and gives no address by DHCP.
    #[error("the network {0:?} gives no address by DHCP")]
    NoAddress(String),
    /// The bench cannot do it: this says nothing about the device.
    #[error(transparent)]
    Bench(#[from] BenchError),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device => f.write_str("device"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
