//! How a port is named.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A port, as the user names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PortSpec {
    /// A device node, or a symbolic link to one: `/dev/ttyUSB0`, `COM3`.
    Path(PathBuf),
    /// Whatever node the USB device with this serial number has: `usb:7CDFA1A2B3C4`.
    Usb(String),
    /// A port of another machine, by RFC 2217: `rfc2217://host:port`.
    Rfc2217 {
        /// Host name or address, an IPv6 address without its brackets.
        host: String,
        /// TCP port.
        port: u16,
    },
}

/// Why a text names no port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortSpecError {
    /// It is empty.
    #[error("a port is /dev/ttyUSB0, usb:SERIAL or rfc2217://HOST:PORT, not nothing")]
    Empty,
    /// `usb:` without a serial number.
    #[error("usb: wants the serial number of a USB device, as in usb:7CDFA1A2B3C4")]
    NoSerialNumber,
    /// `rfc2217://` without host and port.
    #[error("{0:?} is not rfc2217://HOST:PORT")]
    NoAddress(String),
    /// Another scheme.
    #[error("{0:?} is neither a path nor usb:SERIAL nor rfc2217://HOST:PORT")]
    Scheme(String),
}

impl PortSpec {
    /// Whether boards may be reset through it, as far as that is known without opening it: pseudo-terminals have neither
    /// DTR nor RTS.
    pub fn may_have_control_lines(&self) -> bool {
        match self {
            Self::Path(path) => {
                let node = path.canonicalize().unwrap_or_else(|_| path.clone());
                !node.starts_with("/dev/pts")
            }
            Self::Usb(_) | Self::Rfc2217 { .. } => true,
        }
    }
}

impl FromStr for PortSpec {
    type Err = PortSpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(PortSpecError::Empty);
        }
        if let Some(serial) = text.strip_prefix("usb:") {
            let serial = serial.trim();
            if serial.is_empty() {
                return Err(PortSpecError::NoSerialNumber);
            }
            return Ok(Self::Usb(serial.to_owned()));
        }
        if let Some(rest) = text.strip_prefix("rfc2217://") {
            let wrong = || PortSpecError::NoAddress(text.to_owned());
            // pyserial's options (`?ign_set_control`) have no meaning here: what a server does not answer is found out.
            let address = rest.split(['?', '/']).next().unwrap_or_default();
            let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
            let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
            let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?;
            if host.is_empty() {
                return Err(wrong());
            }
            return Ok(Self::Rfc2217 { host: host.to_owned(), port });
        }
        if text.contains("://") {
            return Err(PortSpecError::Scheme(text.to_owned()));
        }
        Ok(Self::Path(text.into()))
    }
}

impl fmt::Display for PortSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Usb(serial) => write!(f, "usb:{serial}"),
            Self::Rfc2217 { host, port } if host.contains(':') => write!(f, "rfc2217://[{host}]:{port}"),
            Self::Rfc2217 { host, port } => write!(f, "rfc2217://{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_named_in_three_ways() {
        for text in ["/dev/ttyUSB0", "./c3", "COM3", "usb:7CDFA1", "rfc2217://lab:4000", "rfc2217://[::1]:4000"] {
            let port: PortSpec = text.parse().expect(text);
            assert_eq!(port.to_string(), text);
        }
        let with_options: PortSpec = "rfc2217://127.0.0.1:4000?ign_set_control&timeout=3".parse().expect("options");
        assert_eq!(with_options.to_string(), "rfc2217://127.0.0.1:4000");
    }

    #[test]
    fn what_is_no_port_is_refused() {
        for text in ["", "usb:", "rfc2217://", "rfc2217://host", "rfc2217://:1", "rfc2217://h:0", "socket://h:1"] {
            assert!(text.parse::<PortSpec>().is_err(), "{text}");
        }
    }
}
