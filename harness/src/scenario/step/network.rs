//! `network`: the device's link and its faults.

use std::fmt;
use std::time::Duration;

use crate::journal::Direction;

/// `network: down`, `network: { latency: 200ms }`, `network: { drop: { packet: publish, to: device, after-bytes: 5 } }`
#[derive(Debug, Clone, PartialEq)]
pub enum NetworkAction {
    /// `down` / `up`: the link itself (Wi-Fi): the device notices, the broker does not.
    Link(Link),
    /// `drop` (bare): the TCP connection ends in both directions (FIN).
    Drop,
    /// `reset`: the TCP connection is reset (RST) in both directions.
    Reset,
    /// `latency: 200ms`: each byte takes this much longer, each way; `0s` ends it.
    Latency(Duration),
    /// `black-hole: true|false`: connections stay open, nothing passes.
    BlackHole(bool),
    /// `refuse: true|false`: new connections are refused.
    Refuse(bool),
    /// `drop: {..}`: end the connection at a certain packet, once.
    DropAt(DropPacket),
}

/// State of the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Associated.
    Up,
    /// Lost.
    Down,
}

/// The next such packet is cut, and the connection with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DropPacket {
    /// `packet: publish`
    pub packet: PacketKind,
    /// `to: device|broker`
    pub to: Direction,
    /// `after-bytes: 5`: bytes of the packet that still pass; default 0; at or past its end: the whole packet passes.
    pub after_bytes: u32,
}

/// MQTT control packet types that can be named (MQTT 5, section 2.1.2).
#[expect(missing_docs, reason = "the specification's names")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PacketKind {
    Connect,
    Connack,
    Publish,
    Puback,
    Subscribe,
    Suback,
    Pingreq,
    Pingresp,
    Disconnect,
}

impl PacketKind {
    /// All of them, with their names in scenario files.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Connect, "connect"),
        (Self::Connack, "connack"),
        (Self::Publish, "publish"),
        (Self::Puback, "puback"),
        (Self::Subscribe, "subscribe"),
        (Self::Suback, "suback"),
        (Self::Pingreq, "pingreq"),
        (Self::Pingresp, "pingresp"),
        (Self::Disconnect, "disconnect"),
    ];

    /// The name in scenario files.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(k, _)| *k == self).map_or("", |(_, name)| name)
    }
}

/// `network down`, `network drop publish to device after 5 bytes`
impl fmt::Display for NetworkAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("network ")?;
        match self {
            Self::Link(Link::Up) => f.write_str("up"),
            Self::Link(Link::Down) => f.write_str("down"),
            Self::Drop => f.write_str("drop"),
            Self::Reset => f.write_str("reset"),
            Self::Latency(latency) => write!(f, "latency {}", crate::time::display(*latency)),
            Self::BlackHole(on) => write!(f, "black-hole {on}"),
            Self::Refuse(on) => write!(f, "refuse {on}"),
            Self::DropAt(at) => {
                let to = if at.to == Direction::ToDevice { "device" } else { "broker" };
                write!(f, "drop {} to {to} after {} bytes", at.packet.name(), at.after_bytes)
            }
        }
    }
}
