//! Where a device finds its broker.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// A broker, as the device is to see it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BrokerAddress {
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Host name or IP address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl BrokerAddress {
    /// Where simulated devices find their broker, unless they are told otherwise. What listens there is the harness's wire.
    pub fn simulated() -> Self {
        Self { tls: false, host: "broker.hil".to_owned(), port: 1883 }
    }
}

/// Why a text is not the address of a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrokerAddressError {
    /// It begins with something else than `mqtt://` or `mqtts://`.
    #[error("a broker URI begins with mqtt:// or mqtts://")]
    Scheme,
    /// There is no host, or it has characters that no host name has (a path, a user or a query among them).
    #[error("not a host name or an IP address")]
    Host,
    /// The port is not 1..=65535.
    #[error("not a port number")]
    Port,
}

/// As a URL, with the port: `mqtt://broker.hil:1883`.
impl fmt::Display for BrokerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tls, host, port } = self;
        let scheme = if *tls { "mqtts" } else { "mqtt" };
        if host.contains(':') { write!(f, "{scheme}://[{host}]:{port}") } else { write!(f, "{scheme}://{host}:{port}") }
    }
}

/// From a URL, whose port may be left out.
impl FromStr for BrokerAddress {
    type Err = BrokerAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (tls, rest) = match text.split_once("://") {
            Some(("mqtt", rest)) => (false, rest),
            Some(("mqtts", rest)) => (true, rest),
            _ => return Err(BrokerAddressError::Scheme),
        };
        let (host, port) = host_and_port(rest.strip_suffix('/').unwrap_or(rest))?;
        let port = match port {
            None if tls => 8883,
            None => 1883,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|port| *port != 0).ok_or(BrokerAddressError::Port)?
            }
            Some(_) => return Err(BrokerAddressError::Port),
        };
        Ok(Self { tls, host: host.to_owned(), port })
    }
}

fn host_and_port(text: &str) -> Result<(&str, Option<&str>), BrokerAddressError> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest.split_once(']').ok_or(BrokerAddressError::Host)?;
        host.parse::<Ipv6Addr>().map_err(|_| BrokerAddressError::Host)?;
        return match port.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if port.is_empty() => Ok((host, None)),
            None => Err(BrokerAddressError::Port),
        };
    }
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if host.is_empty() || host.len() > 253 || !host.bytes().all(is_valid) {
        return Err(BrokerAddressError::Host);
    }
    Ok((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_as_it_is_printed() {
        for (text, printed) in [
            ("mqtt://lab", "mqtt://lab:1883"),
            ("mqtts://lab/", "mqtts://lab:8883"),
            ("mqtt://[fe80::1]:18", "mqtt://[fe80::1]:18"),
        ] {
            assert_eq!(text.parse::<BrokerAddress>().expect("an address").to_string(), printed);
        }
        for (text, error) in [
            ("lab:1883", BrokerAddressError::Scheme),
            ("mqtt://me@lab", BrokerAddressError::Host),
            ("mqtt://lab:0", BrokerAddressError::Port),
        ] {
            assert_eq!(text.parse::<BrokerAddress>(), Err(error), "{text}");
        }
    }
}
