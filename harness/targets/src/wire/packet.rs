//! What a packet is, for the journal, for faults, and to know what is due.

use std::sync::Arc;

use mqtt_protocol_core::mqtt::packet::v5_0;

use crate::broker::message_of;
use hil_model::observation::Message;
use hil_scenario::step::PacketKind;

/// The part of an MQTT 5 control packet that the harness looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Packet {
    /// CONNECT with its client identifier and will.
    Connect {
        /// Client identifier.
        client_id: String,
        /// Clean Start.
        clean_start: bool,
        /// Topic and payload of the will.
        will: Option<(String, Vec<u8>)>,
    },
    /// CONNACK.
    Connack {
        /// Session Present.
        session_present: bool,
        /// Reason code.
        reason: u8,
    },
    /// PUBLISH with its packet identifier (0 at QoS 0) and DUP flag.
    Publish(Message, u16, bool),
    /// PUBACK.
    Puback(u16),
    /// SUBSCRIBE.
    Subscribe {
        /// Packet identifier.
        id: u16,
        /// Topic filters and maximum QoS.
        filters: Vec<(String, u8)>,
    },
    /// SUBACK.
    Suback {
        /// Packet identifier.
        id: u16,
        /// Reason codes.
        reasons: Vec<u8>,
    },
    /// DISCONNECT with its reason code.
    Disconnect(u8),
    /// PINGREQ, PINGRESP, or what is not looked into: type (1..=15) and length in bytes.
    Other(u8, usize),
}

impl Packet {
    /// Reads a whole packet. What cannot be read is [`Packet::Other`].
    pub fn read(frame: &[u8]) -> Self {
        let kind = frame.first().map_or(0, |b| b >> 4);
        Self::known(kind, frame).unwrap_or(Self::Other(kind, frame.len()))
    }

    fn known(kind: u8, frame: &[u8]) -> Option<Self> {
        let header = 2 + frame.get(1..)?.iter().take_while(|b| **b & 0x80 != 0).count();
        let body = frame.get(header..)?;
        Some(match kind {
            1 => {
                let p = v5_0::Connect::parse(body).ok()?.0;
                let will =
                    p.will_topic().map(|topic| (topic.to_owned(), p.will_payload().unwrap_or_default().to_vec()));
                Self::Connect { client_id: p.client_id().to_owned(), clean_start: p.clean_start(), will }
            }
            2 => Self::Connack { session_present: body.first()? & 1 == 1, reason: *body.get(1)? },
            3 => {
                let p = v5_0::Publish::parse(frame[0] & 0x0F, Arc::from(body)).ok()?.0;
                Self::Publish(message_of(&p), p.packet_id().unwrap_or(0), p.dup())
            }
            4 => Self::Puback(u16::from_be_bytes([*body.first()?, *body.get(1)?])),
            8 => {
                let p = v5_0::Subscribe::parse(body).ok()?.0;
                let filters = p.entries().iter().map(|e| (e.topic_filter().to_owned(), e.sub_opts().qos() as u8));
                Self::Subscribe { id: p.packet_id(), filters: filters.collect() }
            }
            9 => {
                let p = v5_0::Suback::parse(body).ok()?.0;
                Self::Suback { id: p.packet_id(), reasons: p.reason_codes().iter().map(|c| *c as u8).collect() }
            }
            14 => Self::Disconnect(body.first().copied().unwrap_or(0)),
            _ => return None,
        })
    }

    /// Its type, 1..=15 (section 2.1.2).
    pub const fn kind(&self) -> u8 {
        match self {
            Self::Connect { .. } => 1,
            Self::Connack { .. } => 2,
            Self::Publish(..) => 3,
            Self::Puback(_) => 4,
            Self::Subscribe { .. } => 8,
            Self::Suback { .. } => 9,
            Self::Disconnect(_) => 14,
            Self::Other(kind, _) => *kind,
        }
    }

    /// Whether it is of the kind that a step names.
    pub fn is(&self, kind: PacketKind) -> bool {
        kind_name(self.kind()).eq_ignore_ascii_case(kind.name())
    }

    /// One line for the journal; `topic_root` is stripped from topics.
    pub fn summary(&self, topic_root: &str) -> String {
        let strip = |t: &str| t.strip_prefix(topic_root).unwrap_or(t).to_owned();
        let name = kind_name(self.kind());
        match self {
            Self::Connect { client_id, clean_start, .. } => {
                format!("{name} {client_id}, clean start {}", u8::from(*clean_start))
            }
            Self::Connack { session_present, reason } => {
                format!("{name} 0x{reason:02X}, session present {}", u8::from(*session_present))
            }
            Self::Publish(m, id, dup) => {
                let id = if m.qos > 0 { format!(" #{id}") } else { String::new() };
                let flags = format!("{}{}", if m.retain { " retain" } else { "" }, if *dup { " dup" } else { "" });
                format!("{name} q{}{id}{flags} {} {}", m.qos, strip(&m.topic), m.payload)
            }
            Self::Puback(id) => format!("{name} #{id}"),
            Self::Subscribe { id, filters } => {
                let filters: Vec<_> = filters.iter().map(|(f, qos)| format!("{} q{qos}", strip(f))).collect();
                format!("{name} #{id} {}", filters.join(", "))
            }
            Self::Suback { id, reasons } => {
                let reasons: Vec<_> = reasons.iter().map(|r| format!("0x{r:02X}")).collect();
                format!("{name} #{id} {}", reasons.join(" "))
            }
            Self::Disconnect(reason) => format!("{name} 0x{reason:02X}"),
            Self::Other(12 | 13, _) => name.to_owned(),
            Self::Other(_, length) => format!("{name} ({length} bytes)"),
        }
    }
}

/// Name of a control packet type (section 2.1.2).
pub const fn kind_name(kind: u8) -> &'static str {
    match kind {
        1 => "CONNECT",
        2 => "CONNACK",
        3 => "PUBLISH",
        4 => "PUBACK",
        5 => "PUBREC",
        6 => "PUBREL",
        7 => "PUBCOMP",
        8 => "SUBSCRIBE",
        9 => "SUBACK",
        10 => "UNSUBSCRIBE",
        11 => "UNSUBACK",
        12 => "PINGREQ",
        13 => "PINGRESP",
        14 => "DISCONNECT",
        15 => "AUTH",
        _ => "not MQTT",
    }
}
