//! This computer's own network as the way to a device: for targets whose device is a real one.

use std::io::{self, ErrorKind};
use std::str::FromStr;

use async_trait::async_trait;
use tokio::net::{TcpStream, lookup_host};

use crate::BenchError;
use crate::reach::{Connected, Host, Reach, Remote, Unreached};
use hil_scenario::Capability;

/// TCP connections of this computer. It joins no network of a device.
#[derive(Debug, Clone, Default)]
pub struct Sockets {
    /// The device, if it is known where it is.
    pub device: Option<DeviceAddress>,
}

/// Where a device is found: an address or a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAddress(String);

/// A text that is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an IP address or a host name (without a port, which stands in the URL of the step)")]
pub struct NoAddress;

impl FromStr for DeviceAddress {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        let is_name = !text.is_empty()
            && text.len() <= 253
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
        let is_address = text.parse::<std::net::IpAddr>().is_ok();
        (is_name || is_address).then(|| Self(text.to_owned())).ok_or(NoAddress)
    }
}

impl std::fmt::Display for DeviceAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Sockets {
    /// What a target can do with them.
    pub fn capabilities(&self) -> impl Iterator<Item = Capability> {
        [Capability::Http].into_iter().chain(self.device.as_ref().map(|_| Capability::DeviceAddress))
    }

    fn host(&self, host: &Host) -> Result<String, BenchError> {
        match (host, &self.device) {
            (Host::Device, Some(device)) => Ok(device.0.clone()),
            (Host::Device, None) => Err(BenchError::Capability(Capability::DeviceAddress)),
            (Host::Address(address), _) => Ok(address.to_string()),
            (Host::Name(name), _) => Ok(name.clone()),
        }
    }
}

#[async_trait(?Send)]
impl Reach for Sockets {
    async fn connect(&mut self, to: &Remote) -> Result<Connected, Unreached> {
        if to.network.is_some() {
            return Err(BenchError::Capability(Capability::SoftAp).into());
        }
        let host = self.host(&to.host)?;
        let unknown = |why: String| Unreached::NoRoute(format!("the name {host:?} leads to no address{why}"));
        let addresses: Vec<_> =
            lookup_host((host.as_str(), to.port)).await.map_err(|error| unknown(format!(": {error}")))?.collect();
        if addresses.is_empty() {
            return Err(unknown(String::new()));
        }
        let stream = TcpStream::connect(addresses.as_slice()).await.map_err(unreached)?;
        // Nagle with delayed acknowledgements costs 40 ms a round trip.
        let peer = stream.set_nodelay(true).and_then(|()| stream.peer_addr()).map_err(unreached)?;
        Ok(Connected { stream: Box::new(stream), peer })
    }
}

/// What is the device's doing, and what is this computer's.
fn unreached(error: io::Error) -> Unreached {
    match error.kind() {
        ErrorKind::ConnectionRefused => Unreached::Refused,
        ErrorKind::TimedOut
        | ErrorKind::HostUnreachable
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::NotConnected => Unreached::NoRoute(error.to_string()),
        _ => BenchError::System(error).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_nothing_more() {
        for good in ["192.168.1.7", "fe80::1", "light-1.local"] {
            assert_eq!(good.parse::<DeviceAddress>().map(|it| it.to_string()).as_deref(), Ok(good));
        }
        for bad in ["", "192.168.1.7:80", "http://light", "a b", "[::1]"] {
            assert_eq!(bad.parse::<DeviceAddress>(), Err(NoAddress), "{bad}");
        }
    }
}
