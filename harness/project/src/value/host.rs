//! Hosts that the device may reach, and where they lead.

use std::fmt;
use std::str::FromStr;

/// A host and a port, as the device names them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostPort {
    /// A name or an address, in lower case. An IPv6 address stands without its brackets.
    pub host: String,
    /// The TCP port; never 0.
    pub port: u16,
}

/// Where a host leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// To the run's own broker, through the harness, which sees every packet.
    Broker,
    /// To this host and port, as this machine reaches it.
    Host(HostPort),
}

/// Why a text is no host and port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// It is a URL.
    #[error("a URL where a host and a port belong")]
    Url,
    /// There is no port.
    #[error("the port is missing")]
    NoPort,
    /// The port is no number from 1 to 65535.
    #[error("{0:?} is no TCP port")]
    Port(String),
    /// There is no host, or it has characters that none has.
    #[error("{0:?} is no host")]
    Host(String),
}

impl FromStr for HostPort {
    type Err = HostError;

    /// `broker.example:1883`, `10.0.0.7:80`, `[fe80::1]:80`
    fn from_str(text: &str) -> Result<Self, HostError> {
        if text.contains("://") {
            return Err(HostError::Url);
        }
        let (host, port) = text.rsplit_once(':').ok_or(HostError::NoPort)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
        let is_host = match bare {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.chars().all(is_name),
        };
        if !is_host {
            return Err(HostError::Host(host.to_owned()));
        }
        let number = port.parse().ok().filter(|port| *port > 0);
        let port = number.ok_or_else(|| HostError::Port(port.to_owned()))?;
        Ok(Self { host: bare.unwrap_or(host).to_lowercase(), port })
    }
}

impl FromStr for Destination {
    type Err = HostError;

    /// `broker`, or a host and a port.
    fn from_str(text: &str) -> Result<Self, HostError> {
        if text == "broker" { Ok(Self::Broker) } else { text.parse().map(Self::Host) }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broker => f.write_str("broker"),
            Self::Host(host) => host.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_a_port() {
        let shown = |text: &str| text.parse::<HostPort>().map(|host| host.to_string());
        assert_eq!(shown("Broker.Example:1883"), Ok("broker.example:1883".to_owned()));
        assert_eq!(shown("[fe80::1]:80"), Ok("[fe80::1]:80".to_owned()));
        assert_eq!(shown("broker.example"), Err(HostError::NoPort));
        assert_eq!(shown("mqtt://broker.example:1883"), Err(HostError::Url));
        assert_eq!(shown("broker.example:0"), Err(HostError::Port("0".to_owned())));
        assert_eq!(shown("broker.example:99999"), Err(HostError::Port("99999".to_owned())));
        assert_eq!(shown(":1883"), Err(HostError::Host(String::new())));
        assert_eq!(shown("a b:1"), Err(HostError::Host("a b".to_owned())));
        assert_eq!(shown("fe80::1:80"), Err(HostError::Host("fe80::1".to_owned())));
    }

    #[test]
    fn the_broker_is_a_destination_and_no_host() {
        assert_eq!("broker".parse(), Ok(Destination::Broker));
        assert!("Broker".parse::<Destination>().is_err());
        assert!("broker:1883".parse::<Destination>().is_ok_and(|it| it.to_string() == "broker:1883"));
    }
}
