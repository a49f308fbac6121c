//! Why a connection did not come about, or ended.

use embedded_io_async::ErrorKind;
use rust_mqtt::{client::MqttError, types::ReasonCode};

use crate::platform::NetworkError;

/// The end of a connection. Its `Display` is what the serial console says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No byte stream to the broker.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The link went down while connected or connecting.
    #[error("link down")]
    LinkDown,
    /// The broker answered CONNECT with a reason code of 0x80 or more.
    #[error("refused with 0x{:02X}", .0.value())]
    Refused(ReasonCode),
    /// The broker sent DISCONNECT.
    #[error("disconnected by the broker with 0x{:02X}", .0.value())]
    Disconnected(ReasonCode),
    /// The byte stream ended or failed.
    #[error("connection lost")]
    Lost(ErrorKind),
    /// The broker sent what MQTT does not allow, or a packet larger than the announced maximum.
    #[error("malformed or oversize packet")]
    Protocol,
    /// The broker did not answer, or the stream stood still.
    #[error("{0}")]
    Timeout(Step),
    /// The broker's limits do not allow this packet; the connection is as it was.
    #[error("packet not allowed by the broker")]
    NotSent,
    /// The configuration holds what MQTT cannot carry.
    #[error("configuration not usable")]
    Config,
    /// A packet did not fit into memory.
    #[error("out of memory")]
    Memory,
}

/// What was waited for in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Step {
    /// A connection to the broker's host.
    #[error("no connection in time")]
    Connect,
    /// The answer to CONNECT.
    #[error("CONNACK missing")]
    Connack,
    /// The rest of a packet.
    #[error("packet incomplete")]
    Body,
    /// Room to write a packet.
    #[error("write stalled")]
    Write,
    /// The answer to SUBSCRIBE.
    #[error("SUBACK missing")]
    Suback,
    /// The answer to PINGREQ.
    #[error("PINGRESP missing")]
    Pingresp,
}

impl<const N: usize> From<MqttError<'_, N>> for Error {
    fn from(error: MqttError<'_, N>) -> Self {
        match error {
            error if error.is_recoverable() => Self::NotSent,
            MqttError::Network(kind) => Self::Lost(kind),
            MqttError::Alloc => Self::Memory,
            MqttError::Disconnect { reason, .. } => Self::Disconnected(reason),
            _ => Self::Protocol,
        }
    }
}
