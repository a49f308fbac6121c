//! As much of MQTT 5 as a scripted broker needs, written from the specification and not from the client's library.

/// A packet from the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    Connect(Connect),
    Publish(Publish),
    Puback { packet: u16, reason: u8 },
    Subscribe { packet: u16, filter: String, options: u8 },
    Pingreq,
    Disconnect { reason: u8 },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    pub flags: u8,
    pub keep_alive: u16,
    pub session_expiry: Option<u32>,
    pub maximum_packet_size: Option<u32>,
    pub client_id: String,
    pub will: (String, Vec<u8>),
    pub user: Option<String>,
    pub password: Option<Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Publish {
    pub dup: bool,
    pub qos: u8,
    pub retain: bool,
    pub topic: String,
    pub packet: u16,
    pub response_topic: Option<String>,
    pub correlation_data: Option<Vec<u8>>,
    pub payload: Vec<u8>,
}

impl Publish {
    pub fn new(topic: &str, payload: &str) -> Self {
        Self { topic: topic.into(), payload: payload.into(), ..Self::default() }
    }

    /// With QoS 1 and this packet identifier.
    pub fn qos1(self, packet: u16) -> Self {
        Self { qos: 1, packet, ..self }
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.payload).unwrap()
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        put_text(&mut body, self.topic.as_bytes());
        if self.qos > 0 {
            body.extend(self.packet.to_be_bytes());
        }
        let mut properties = Vec::new();
        if let Some(topic) = &self.response_topic {
            properties.push(0x08);
            put_text(&mut properties, topic.as_bytes());
        }
        if let Some(data) = &self.correlation_data {
            properties.push(0x09);
            put_text(&mut properties, data);
        }
        put_length(&mut body, properties.len());
        body.extend(properties);
        body.extend(&self.payload);
        frame(0x30 | u8::from(self.dup) << 3 | self.qos << 1 | u8::from(self.retain), &body)
    }
}

/// A packet of this first byte and body.
pub fn frame(first: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    put_length(&mut packet, body.len());
    packet.extend(body);
    packet
}

fn put_length(to: &mut Vec<u8>, mut length: usize) {
    while length > 127 {
        to.push((length % 128) as u8 | 0x80);
        length /= 128;
    }
    to.push(length as u8);
}

fn put_text(to: &mut Vec<u8>, text: &[u8]) {
    to.extend((text.len() as u16).to_be_bytes());
    to.extend(text);
}

/// Takes a packet apart.
pub fn parse(first: u8, body: &[u8]) -> Packet {
    let mut body = Reader(body);
    let packet = match (first >> 4, first & 0x0F) {
        (1, 0) => Packet::Connect(connect(&mut body)),
        (3, flags) => Packet::Publish(publish(flags, &mut body)),
        (4, 0) => {
            let packet = body.u16();
            Packet::Puback { packet, reason: if body.0.is_empty() { 0 } else { body.u8() } }
        }
        (8, 2) => {
            let packet = body.u16();
            assert!(body.properties().is_empty());
            Packet::Subscribe { packet, filter: body.string(), options: body.u8() }
        }
        (12, 0) => Packet::Pingreq,
        (14, 0) => Packet::Disconnect { reason: if body.0.is_empty() { 0 } else { body.u8() } },
        other => panic!("a client does not send {other:?}"),
    };
    if !matches!(packet, Packet::Publish(_) | Packet::Disconnect { .. } | Packet::Puback { .. }) {
        assert!(body.0.is_empty(), "trailing bytes {:?} in {packet:?}", body.0);
    }
    packet
}

fn connect(body: &mut Reader<'_>) -> Connect {
    assert_eq!(body.bytes(), b"MQTT");
    assert_eq!(body.u8(), 5);
    let (flags, keep_alive) = (body.u8(), body.u16());
    let (mut session_expiry, mut maximum_packet_size) = (None, None);
    let mut properties = body.properties();
    while !properties.is_empty() {
        match properties.u8() {
            0x11 => session_expiry = Some(properties.u32()),
            0x27 => maximum_packet_size = Some(properties.u32()),
            0x21 | 0x22 => drop(properties.u16()),
            0x17 | 0x19 => drop(properties.u8()),
            other => panic!("CONNECT property {other:#x}"),
        }
    }
    let client_id = body.string();
    assert!(body.properties().is_empty(), "will properties");
    let will = (body.string(), body.bytes().to_vec());
    let user = (flags & 0x80 != 0).then(|| body.string());
    let password = (flags & 0x40 != 0).then(|| body.bytes().to_vec());
    Connect { flags, keep_alive, session_expiry, maximum_packet_size, client_id, will, user, password }
}

fn publish(flags: u8, body: &mut Reader<'_>) -> Publish {
    let qos = flags >> 1 & 3;
    let topic = body.string();
    let packet = if qos > 0 { body.u16() } else { 0 };
    let mut properties = body.properties();
    let mut correlation_data = None;
    while !properties.is_empty() {
        match properties.u8() {
            0x09 => correlation_data = Some(properties.bytes().to_vec()),
            other => panic!("PUBLISH property {other:#x}"),
        }
    }
    Publish {
        dup: flags & 8 != 0,
        qos,
        retain: flags & 1 != 0,
        topic,
        packet,
        response_topic: None,
        correlation_data,
        payload: body.0.to_vec(),
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    fn u8(&mut self) -> u8 {
        self.take(1)[0]
    }

    fn u16(&mut self) -> u16 {
        u16::from_be_bytes(self.take(2).try_into().unwrap())
    }

    fn u32(&mut self) -> u32 {
        u32::from_be_bytes(self.take(4).try_into().unwrap())
    }

    fn bytes(&mut self) -> &'a [u8] {
        let len = self.u16();
        self.take(len.into())
    }

    fn string(&mut self) -> String {
        String::from_utf8(self.bytes().to_vec()).unwrap()
    }

    fn properties(&mut self) -> Reader<'a> {
        let len = self.u8();
        assert!(len < 128);
        Reader(self.take(len.into()))
    }
}
