//! Where the broker is.

use alloc::{borrow::ToOwned, string::String};
use core::{fmt, str::FromStr};

/// `mqtt://host[:port]` or `mqtts://host[:port]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BrokerUri {
    /// Plain or TLS.
    pub scheme: Scheme,
    /// Host name or IP address; an IPv6 address without its brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// How MQTT is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `mqtt`: over TCP, port 1883 by default.
    Mqtt,
    /// `mqtts`: over TLS, port 8883 by default.
    Mqtts,
}

impl Scheme {
    /// The port if the URI names none.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Mqtt => 1883,
            Self::Mqtts => 8883,
        }
    }
}

/// Why a text is not a broker URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum BrokerUriError {
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

impl FromStr for BrokerUri {
    type Err = BrokerUriError;

    fn from_str(uri: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = match uri.split_once("://") {
            Some(("mqtt", rest)) => (Scheme::Mqtt, rest),
            Some(("mqtts", rest)) => (Scheme::Mqtts, rest),
            _ => return Err(BrokerUriError::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or(BrokerUriError::Host)?;
                host.parse::<core::net::Ipv6Addr>().map_err(|_| BrokerUriError::Host)?;
                match port.strip_prefix(':') {
                    Some(port) => (host, Some(port)),
                    None if port.is_empty() => (host, None),
                    None => return Err(BrokerUriError::Port),
                }
            }
            None => {
                let (host, port) = match rest.split_once(':') {
                    Some((host, port)) => (host, Some(port)),
                    None => (rest, None),
                };
                let valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
                if host.is_empty() || host.len() > 253 || !host.bytes().all(valid) {
                    return Err(BrokerUriError::Host);
                }
                (host, port)
            }
        };
        let port = match port {
            None => scheme.default_port(),
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|port| *port != 0).ok_or(BrokerUriError::Port)?
            }
            Some(_) => return Err(BrokerUriError::Port),
        };
        Ok(Self { scheme, host: host.to_owned(), port })
    }
}

impl fmt::Display for BrokerUri {
    /// With the port, also where it is the default.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Mqtt => "mqtt",
            Scheme::Mqtts => "mqtts",
        };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn ports_default_by_scheme() {
        for (uri, canonical) in [
            ("mqtt://10.0.2.2", "mqtt://10.0.2.2:1883"),
            ("mqtts://broker.emqx.io", "mqtts://broker.emqx.io:8883"),
            ("mqtt://localhost:40123/", "mqtt://localhost:40123"),
            ("mqtt://[::1]", "mqtt://[::1]:1883"),
            ("mqtts://[fe80::1]:443", "mqtts://[fe80::1]:443"),
        ] {
            let parsed: BrokerUri = uri.parse().unwrap();
            assert_eq!(parsed.to_string(), canonical);
            assert_eq!(canonical.parse(), Ok(parsed));
        }
    }

    /// RFC 1035, 2.3.4: 255 octets, which are 253 characters.
    #[test]
    fn a_host_name_has_at_most_253_characters() {
        let parsed = |len| alloc::format!("mqtt://{}", "a".repeat(len)).parse::<BrokerUri>();
        assert_eq!(parsed(253).map(|uri| uri.host.len()), Ok(253));
        assert_eq!([254, 300].map(parsed), [const { Err(BrokerUriError::Host) }; 2]);
    }

    #[test]
    fn what_is_not_a_broker_uri_is_refused_with_the_part_that_is_wrong() {
        for (uri, error) in [
            ("", BrokerUriError::Scheme),
            ("localhost", BrokerUriError::Scheme),
            ("ws://localhost", BrokerUriError::Scheme),
            ("mqtt://", BrokerUriError::Host),
            ("mqtt://:1883", BrokerUriError::Host),
            ("mqtt://user:pw@host", BrokerUriError::Port),
            ("mqtt://host/path", BrokerUriError::Host),
            ("mqtt://[nonsense]", BrokerUriError::Host),
            ("mqtt://[::1", BrokerUriError::Host),
            ("mqtt://[::1]1883", BrokerUriError::Port),
            ("mqtt://host:", BrokerUriError::Port),
            ("mqtt://host:0", BrokerUriError::Port),
            ("mqtt://host:65536", BrokerUriError::Port),
            ("mqtt://host:+1", BrokerUriError::Port),
        ] {
            assert_eq!(uri.parse::<BrokerUri>(), Err(error), "{uri}");
        }
    }
}
