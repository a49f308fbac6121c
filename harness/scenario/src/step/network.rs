//! `network`: the device's link and its faults.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::kind::{Role, StepKey, StepKind};
use super::radio::RadioFault;
use crate::Capability;
use crate::decode::{Cx, Map, Shape, boolean, duration, integer, keyword};
use crate::schema::described;
use crate::schema::forms::{self, Boolean, DurationText, Side};
use crate::yaml::{Node, NodeKind};
use hil_model::observation::Direction;

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
    /// `access-point: off`, `deauthenticate: 3`, ..: what can be wrong with a simulated radio.
    Radio(RadioFault),
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
            Self::Radio(fault) => fmt::Display::fmt(fault, f),
            Self::DropAt(at) => {
                let to = if at.to == Direction::ToDevice { "device" } else { "broker" };
                write!(f, "drop {} to {to} after {} bytes", at.packet.name(), at.after_bytes)
            }
        }
    }
}

/// `network: {..}`
const NETWORK: Shape = Shape { name: "network", example: "latency", keys: &KEYS };
/// Those of the connection, and those of the radio.
const KEYS: [&str; 12] = {
    let [a, b, c, d, e, f, g, h] = RadioFault::KEYS;
    ["latency", "black-hole", "refuse", "drop", a, b, c, d, e, f, g, h]
};

/// `network: { drop: {..} }`
const DROP: Shape = Shape { name: "drop", example: "packet", keys: &["packet", "to", "after-bytes"] };

impl NetworkAction {
    /// The words of scenario files.
    const WORDS: [(&'static str, Self); 4] =
        [("down", Self::Link(Link::Down)), ("up", Self::Link(Link::Up)), ("drop", Self::Drop), ("reset", Self::Reset)];
}

impl StepKind for NetworkAction {
    const KEYS: &'static [StepKey] = &[StepKey::new("network", "`network`: the device's link and its faults.")
        .shapes(&[(&NETWORK, "/$defs/NetworkAction/anyOf/1"), (&DROP, "/$defs/DropPacket")])];
    const ROLE: Role = Role::Stimulus;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        if !matches!(node.kind, NodeKind::Mapping(_)) {
            let words: [(&str, usize); 4] = std::array::from_fn(|index| (Self::WORDS[index].0, index));
            return keyword(cx, node, "a network action", &words).map(|index| Self::WORDS[index].1.clone());
        }
        let mut map = Map::new(cx, node, &NETWORK)?;
        map.one_of(NETWORK.keys, true);
        let latency = map.optional("latency", duration).map(Self::Latency);
        let black_hole = map.optional("black-hole", boolean).map(Self::BlackHole);
        let refuse = map.optional("refuse", boolean).map(Self::Refuse);
        let drop = map.optional("drop", DropPacket::decode).map(Self::DropAt);
        let radio = RadioFault::decode(&mut map).map(Self::Radio);
        latency.or(black_hole).or(refuse).or(drop).or(radio)
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }

    fn needs(&self) -> &'static [Capability] {
        match self {
            Self::Radio(_) => &[Capability::Wifi],
            _ => &[Capability::Network],
        }
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

impl JsonSchema for NetworkAction {
    fn schema_name() -> Cow<'static, str> {
        "NetworkAction".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Self::WORDS.iter().map(|(word, _)| *word).collect();
        let latency = described(
            generator.subschema_for::<DurationText>(),
            "Each byte takes this much longer, each way; 0s ends it.",
        );
        let black_hole = described(generator.subschema_for::<Boolean>(), "Connections stay open, nothing passes.");
        let refuse = described(generator.subschema_for::<Boolean>(), "New connections are refused.");
        let drop = described(generator.subschema_for::<DropPacket>(), "End the connection at a certain packet, once.");
        let access_point = json_schema!({
            "enum": ["on", "off"],
            "description": "Power of the access points that a simulated radio hears; off, they say no goodbye."
        });
        let deauthenticate = described(
            generator.subschema_for::<forms::Integer<1, 65535>>(),
            "The access point puts the device out, with this reason code (IEEE 802.11, table 9-49).",
        );
        let rssi = json_schema!({
            "type": "integer", "minimum": -127, "maximum": 0,
            "description": "How strong the access point is at the device, in dBm; below -96 neither hears the other."
        });
        let beacons = described(
            generator.subschema_for::<Boolean>(),
            "Whether the device hears the access point's beacons; everything else passes.",
        );
        let channel = described(
            generator.subschema_for::<forms::Integer<1, 13>>(),
            "The access point is on this channel from now on.",
        );
        let dhcp_delay = described(
            generator.subschema_for::<DurationText>(),
            "The DHCP server of the network takes this long for each answer; `0s` ends it.",
        );
        let captive = described(
            generator.subschema_for::<Boolean>(),
            "Every name resolves to a portal, which refuses all connections, as in a hotel before somebody has logged in.",
        );
        let password = json_schema!({
            "type": "string", "minLength": 8, "maxLength": 63,
            "description": "The access point wants this password from now on; a device that is a member stays one."
        });
        json_schema!({
            "anyOf": [
                { "enum": words },
                {
                    "type": "object",
                    "properties": {
                        "latency": latency, "black-hole": black_hole, "refuse": refuse, "drop": drop,
                        "access-point": access_point, "deauthenticate": deauthenticate, "rssi": rssi, "beacons": beacons,
                        "channel": channel, "dhcp-delay": dhcp_delay, "captive-dns": captive, "wifi-password": password
                    },
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": false
                }
            ]
        })
    }
}

impl JsonSchema for PacketKind {
    fn schema_name() -> Cow<'static, str> {
        "packet-kind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "enum": Self::ALL.map(|(_, name)| name) }, { "$ref": "#/$defs/variable" }] })
    }
}
