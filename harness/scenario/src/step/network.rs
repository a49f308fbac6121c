//! `network`: the device's link and its faults.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;

use crate::decode::{Cx, Map, Shape, boolean, duration, integer, keyword};
use crate::schema::forms::{self, Side};
use crate::yaml::{Node, NodeKind};
use hil_model::observation::Direction;

/// `network: down`, `network: { latency: 200ms }`, `network: { drop: { packet: publish, to: device, after-bytes: 5 } }`
#[derive(Debug, Clone, Copy, PartialEq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DropPacket {
    /// `packet: publish`
    pub packet: PacketKind,
    /// `to: device|broker`
    #[schemars(with = "Side")]
    pub to: Direction,
    /// `after-bytes: 5`: bytes of the packet that still pass; default 0; at or past its end: the whole packet passes.
    #[schemars(with = "Option<forms::Integer<0, { u32::MAX as u64 }>>")]
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
            Self::Latency(latency) => write!(f, "latency {}", hil_model::time::display(*latency)),
            Self::BlackHole(on) => write!(f, "black-hole {on}"),
            Self::Refuse(on) => write!(f, "refuse {on}"),
            Self::DropAt(at) => {
                let to = if at.to == Direction::ToDevice { "device" } else { "broker" };
                write!(f, "drop {} to {to} after {} bytes", at.packet.name(), at.after_bytes)
            }
        }
    }
}

/// `network: {..}`
pub(crate) const NETWORK: Shape =
    Shape { name: "network", example: "latency", keys: &["latency", "black-hole", "refuse", "drop"] };

/// `network: { drop: {..} }`
pub(crate) const DROP: Shape = Shape { name: "drop", example: "packet", keys: &["packet", "to", "after-bytes"] };

impl NetworkAction {
    /// The words of scenario files.
    pub(crate) const WORDS: [(&'static str, Self); 4] =
        [("down", Self::Link(Link::Down)), ("up", Self::Link(Link::Up)), ("drop", Self::Drop), ("reset", Self::Reset)];

    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        if !matches!(node.kind, NodeKind::Mapping(_)) {
            return keyword(cx, node, "a network action", &Self::WORDS);
        }
        let mut map = Map::new(cx, node, &NETWORK)?;
        map.one_of(NETWORK.keys, true);
        let latency = map.optional("latency", duration).map(Self::Latency);
        let black_hole = map.optional("black-hole", boolean).map(Self::BlackHole);
        let refuse = map.optional("refuse", boolean).map(Self::Refuse);
        let drop = map.optional("drop", DropPacket::decode).map(Self::DropAt);
        latency.or(black_hole).or(refuse).or(drop)
    }
}

impl DropPacket {
    fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &DROP)?;
        let packet = map.required("packet", |cx, node| {
            keyword(cx, node, "a packet type", &PacketKind::ALL.map(|(kind, name)| (name, kind)))
        });
        let to = map.required("to", |cx, node| keyword(cx, node, "a side of the connection", &SIDES));
        let after_bytes = map.optional("after-bytes", |cx, node| integer(cx, node, 0..=u32::MAX)).unwrap_or(0);
        Some(Self { packet: packet?, to: to?, after_bytes })
    }
}

/// Values of `to`.
pub(crate) const SIDES: [(&str, Direction); 2] = [("device", Direction::ToDevice), ("broker", Direction::ToBroker)];
