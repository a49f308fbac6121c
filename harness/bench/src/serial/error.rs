//! What can be wrong with a port, and what to do about it.

use hil_targets::TargetError;
use std::time::Duration;

use super::SerialPort;
use hil_model::time::display;

/// Why a port cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortError {
    /// There is no such device node or USB device.
    #[error("port {port}: there is none{}", listed(.seen))]
    Missing {
        /// As the user named it.
        port: String,
        /// The ports that are there.
        seen: Vec<String>,
    },
    /// Another program holds it.
    #[error("port {port}: another program has it open")]
    Busy {
        /// As the user named it.
        port: String,
    },
    /// The user may not open it.
    #[error("port {port}: no permission{}", belonging(.group))]
    Permission {
        /// As the user named it.
        port: String,
        /// Whose members may.
        group: Option<String>,
    },
    /// The path leads to something else.
    #[error("port {port}: not a serial port")]
    NotATty {
        /// As the user named it.
        port: String,
    },
    /// Nobody answers at the address.
    #[error("port {port}: no connection")]
    NotReached {
        /// As the user named it.
        port: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The server at the address does not speak RFC 2217.
    #[error("port {port}: the server does not speak RFC 2217: {problem}")]
    NotRfc2217 {
        /// As the user named it.
        port: String,
        /// What it did not do.
        problem: String,
    },
    /// It was there, and has not come back.
    #[error("port {port}: it has gone and did not come back within {}", display(*.limit))]
    Vanished {
        /// As the user named it.
        port: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// The port has no DTR and RTS.
    #[error("port {port}: it has no DTR and RTS to reset the board with")]
    NoControlLines {
        /// As the user named it.
        port: String,
    },
    /// What comes is no text.
    #[error("port {port}: what comes at {baud} baud is no text{}", fitting(*.fits))]
    Rubbish {
        /// As the user named it.
        port: String,
        /// Bits per second.
        baud: u32,
        /// The rate at which it is, if one was found.
        fits: Option<u32>,
    },
    /// It takes no more bytes.
    #[error("port {port}: it takes no more bytes since {}", display(*.limit))]
    Stuck {
        /// As the user named it.
        port: String,
        /// How long it was tried.
        limit: Duration,
    },
    /// This kind of port cannot do it on this system.
    #[error("port {port}: {problem}")]
    Unsupported {
        /// As the user named it.
        port: String,
        /// What.
        problem: &'static str,
    },
    /// The operating system refuses something else.
    #[error("port {port}: it cannot be used")]
    Io {
        /// As the user named it.
        port: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

fn fitting(rate: Option<u32>) -> String {
    rate.map_or_else(String::new, |rate| format!(", and at {rate} baud it is"))
}

impl PortError {
    /// Nothing that comes from this port is text.
    pub(crate) fn rubbish(port: &SerialPort, fits: Option<u32>) -> Self {
        Self::Rubbish { port: port.spec().to_string(), baud: port.baud(), fits }
    }
}

impl TargetError for PortError {
    fn is_boards(&self) -> bool {
        true
    }

    fn help(&self) -> &'static str {
        match self {
            Self::Missing { .. } => {
                "is the board plugged in, with a cable that carries data? Name the port by path, usb:SERIAL or \
                 rfc2217://HOST:PORT"
            }
            Self::Busy { .. } => "end the other program (a monitor, a second run, ModemManager), or name another port",
            Self::Permission { .. } => {
                "join the group that owns the port (dialout or uucp: sudo usermod -aG dialout $USER) and log in again"
            }
            Self::NotATty { .. } => "name a device node such as /dev/ttyUSB0, or a link to one",
            Self::NotReached { .. } => {
                "is the server (hil sim serve --rfc2217, ser2net, esp_rfc2217_server) running, and are host and port \
                 right?"
            }
            Self::NotRfc2217 { .. } => {
                "the server must offer RFC 2217 (ser2net: `telnet(rfc2217)`), not a bare TCP connection"
            }
            Self::Vanished { .. } => {
                "check cable, hub and supply; a board with native USB comes back only while its firmware runs"
            }
            Self::NoControlLines { .. } => {
                "a pseudo-terminal has none: use its RFC 2217 port, or reset the board by hand"
            }
            Self::Rubbish { fits: Some(_), .. } => "name that rate: --baud, or `baud` of hil.toml or the inventory",
            Self::Rubbish { .. } => {
                "does the board speak at another rate? Name it: --baud 115200 is the ROM's and ESP-IDF's; 9600, 74880, \
                 460800 and 921600 are met too"
            }
            Self::Stuck { .. } => "is the program at the other end still running?",
            Self::Unsupported { .. } => "use a port of the machine that the board is plugged into",
            Self::Io { port, .. }
                if matches!(port.as_bytes(), [b'r', b'f', b'c', b'2', b'2', b'1', b'7', b':', ..]) =>
            {
                "what does the server say? Is it still running, and the board plugged into its machine?"
            }
            Self::Io { .. } => "unplug the board and plug it in again, or try another port",
        }
    }
}

fn belonging(group: &Option<String>) -> String {
    group.as_ref().map_or_else(String::new, |group| format!("; it belongs to the group {group}"))
}

fn listed(ports: &[String]) -> String {
    match ports {
        [] => "; this machine has no USB serial port".to_owned(),
        ports => format!("; there are {}", ports.join(", ")),
    }
}
