//! The packets that a device in the middle changes: PUBLISH, and the properties of CONNECT (MQTT 5, sections 3.1 and 3.3).

/// Correlation Data, a property of PUBLISH.
pub(super) const CORRELATION_DATA: u8 = 0x09;
/// Response Topic, a property of PUBLISH.
pub(super) const RESPONSE_TOPIC: u8 = 0x08;
/// Maximum Packet Size, a property of CONNECT.
pub(super) const MAXIMUM_PACKET_SIZE: u8 = 0x27;

/// A whole control packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Packet {
    Publish(Publish),
    Connect(Connect),
    /// Any other, as it is on the wire.
    Other(Vec<u8>),
}

/// PUBLISH.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Publish {
    pub(super) dup: bool,
    pub(super) qos: u8,
    pub(super) retain: bool,
    pub(super) topic: String,
    /// Packet Identifier; 0 at QoS 0.
    pub(super) id: u16,
    pub(super) properties: Properties,
    pub(super) payload: Vec<u8>,
}

/// CONNECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Connect {
    /// Protocol name and version, and the flags.
    head: Vec<u8>,
    /// In seconds.
    pub(super) keep_alive: u16,
    pub(super) properties: Properties,
    /// Client identifier, will, user and password.
    tail: Vec<u8>,
}

/// Identifiers and values, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Properties(Vec<(u8, Vec<u8>)>);

impl Properties {
    /// The value of a property that is text or binary data.
    pub(super) fn data(&self, id: u8) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, value)| &value[2..])
    }

    /// Sets a property that is text or binary data.
    pub(super) fn set_data(&mut self, id: u8, data: &[u8]) {
        let length = u16::try_from(data.len()).unwrap();
        self.set(id, [&length.to_be_bytes(), data].concat());
    }

    /// Sets a property to a value as it is on the wire.
    pub(super) fn set(&mut self, id: u8, value: Vec<u8>) {
        self.remove(id);
        self.0.push((id, value));
    }

    pub(super) fn remove(&mut self, id: u8) {
        self.0.retain(|(known, _)| *known != id);
    }

    fn read(from: &mut &[u8]) -> Self {
        let length = variable(from);
        let mut rest = take(from, length);
        let mut properties = Vec::new();
        while !rest.is_empty() {
            let id = take(&mut rest, 1)[0];
            // How long the value is: section 2.2.2.2.
            let length = match id {
                0x01 | 0x17 | 0x19 | 0x24 | 0x25 | 0x28 | 0x29 | 0x2A => 1,
                0x13 | 0x21..=0x23 => 2,
                0x02 | 0x11 | 0x18 | MAXIMUM_PACKET_SIZE => 4,
                0x0B => rest.iter().take_while(|byte| **byte >= 0x80).count() + 1,
                0x26 => {
                    let name = text_length(rest);
                    name + text_length(&rest[name..])
                }
                _ => text_length(rest),
            };
            properties.push((id, take(&mut rest, length).to_vec()));
        }
        Self(properties)
    }

    fn bytes(&self) -> Vec<u8> {
        let all = self.0.iter().flat_map(|(id, value)| std::iter::once(*id).chain(value.iter().copied())).collect();
        with_length(all)
    }
}

impl Connect {
    /// Gives the client another identifier.
    pub(super) fn rename(&mut self, client_id: &str) {
        let rest = &self.tail[text_length(&self.tail)..];
        let length = u16::try_from(client_id.len()).unwrap().to_be_bytes();
        self.tail = [&length, client_id.as_bytes(), rest].concat();
    }
}

impl Publish {
    /// What the receiver of this message answers at QoS 1.
    pub(super) fn acknowledgement(&self) -> Packet {
        let [high, low] = self.id.to_be_bytes();
        Packet::Other(vec![0x40, 2, high, low])
    }

    /// The payload as text.
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.payload).unwrap_or_default()
    }

    fn read(flags: u8, mut body: &[u8]) -> Self {
        let qos = flags >> 1 & 3;
        let length = text_length(body);
        let topic = String::from_utf8(take(&mut body, length)[2..].to_vec()).unwrap();
        let id = if qos > 0 { number(&mut body) } else { 0 };
        let properties = Properties::read(&mut body);
        Self { dup: flags & 8 != 0, qos, retain: flags & 1 != 0, topic, id, properties, payload: body.to_vec() }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut body = u16::try_from(self.topic.len()).unwrap().to_be_bytes().to_vec();
        body.extend(self.topic.bytes());
        if self.qos > 0 {
            body.extend(self.id.to_be_bytes());
        }
        body.extend(self.properties.bytes());
        body.extend(&self.payload);
        let flags = u8::from(self.dup) << 3 | self.qos << 1 | u8::from(self.retain);
        [vec![0x30 | flags], with_length(body)].concat()
    }
}

impl Packet {
    /// Takes a whole packet apart.
    pub(super) fn read(frame: &[u8]) -> Self {
        let mut body = &frame[1..];
        variable(&mut body);
        match frame[0] >> 4 {
            1 => {
                let head = take(&mut body, 8).to_vec();
                let keep_alive = number(&mut body);
                let properties = Properties::read(&mut body);
                Self::Connect(Connect { head, keep_alive, properties, tail: body.to_vec() })
            }
            3 => Self::Publish(Publish::read(frame[0] & 0x0F, body)),
            _ => Self::Other(frame.to_vec()),
        }
    }

    /// As it is on the wire.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Publish(publish) => publish.bytes(),
            Self::Connect(Connect { head, keep_alive, properties, tail }) => {
                let body = [head, &keep_alive.to_be_bytes()[..], &properties.bytes(), tail].concat();
                [vec![0x10], with_length(body)].concat()
            }
            Self::Other(bytes) => bytes.clone(),
        }
    }

    /// The Packet Identifier of a PUBACK.
    pub(super) fn acknowledges(&self) -> Option<u16> {
        match self {
            Self::Other(bytes) if bytes[0] >> 4 == 4 => Some(u16::from_be_bytes([bytes[2], bytes[3]])),
            _ => None,
        }
    }
}

fn take<'a>(from: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = from.split_at(length);
    *from = rest;
    taken
}

fn number(from: &mut &[u8]) -> u16 {
    let bytes = take(from, 2);
    u16::from_be_bytes([bytes[0], bytes[1]])
}

/// Length of a text or of binary data, its own two bytes of length included.
fn text_length(bytes: &[u8]) -> usize {
    2 + usize::from(u16::from_be_bytes([bytes[0], bytes[1]]))
}

/// Reads a Variable Byte Integer (section 1.5.5).
fn variable(from: &mut &[u8]) -> usize {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = take(from, 1)[0];
        value |= usize::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

/// A Variable Byte Integer that says how many bytes follow, and these.
fn with_length(bytes: Vec<u8>) -> Vec<u8> {
    let (mut encoded, mut rest) = (Vec::new(), bytes.len());
    loop {
        let more = if rest >= 0x80 { 0x80 } else { 0 };
        encoded.push(u8::try_from(rest % 0x80).unwrap() | more);
        rest /= 0x80;
        if rest == 0 {
            break;
        }
    }
    encoded.extend(bytes);
    encoded
}

#[test]
fn a_packet_that_nothing_is_done_to_stays_as_it_is() {
    let mut properties = Properties::default();
    properties.set_data(RESPONSE_TOPIC, b"test/answer");
    properties.set_data(CORRELATION_DATA, &[0, 255]);
    properties.set(0x0B, vec![0x80, 1]);
    properties.set(0x26, vec![0, 1, b'k', 0, 2, b'v', b'w']);
    let publish =
        Publish { qos: 1, topic: "cmnd/led/hue".into(), id: 7, properties, payload: vec![b'0'; 200], ..<_>::default() };
    let frame = publish.bytes();
    assert_eq!(Packet::read(&frame), Packet::Publish(publish));
    assert_eq!(Packet::read(&frame).bytes(), frame);
    let connect = b"\x10\x1b\x00\x04MQTT\x05\x02\x00\x3c\x0a\x11\x00\x00\x01\x2c\x27\x00\x00\x01\x00\x00\x04lamp";
    assert_eq!(Packet::read(connect).bytes(), connect);
    assert!(matches!(Packet::read(connect), Packet::Connect(Connect { keep_alive: 60, .. })));
}
