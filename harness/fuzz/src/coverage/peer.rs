//! The other side of the device's MQTT connection: a broker with one client and no opinions. Packets are read and written
//! by mqtt-protocol-core; what is between them is here, small enough to be copied with a snapshot.

use std::collections::BTreeSet;
use std::sync::Arc;

use mqtt_protocol_core::mqtt::packet::{CorrelationData, Property, Qos, ResponseTopic, v5_0};
use mqtt_protocol_core::mqtt::result_code::{ConnectReasonCode, SubackReasonCode};
use simulator::machine::Machine;
use simulator::net::{ConnectionId, Event};

use super::input::{CORRELATION, Publish, RESPONSE_TOPIC};
use hil_targets::wire::FrameSplitter;

/// Packets of the device that are kept.
const MOST_STATUSES: usize = 64;

/// The device's broker.
#[derive(Debug, Clone, Default)]
pub(super) struct Peer {
    connection: Option<ConnectionId>,
    received: FrameSplitter,
    /// For the device, as soon as its network has room.
    waiting: Vec<u8>,
    /// Packet identifiers of messages that the device has not acknowledged.
    unacknowledged: BTreeSet<u16>,
    last_id: u16,
    has_subscribed: bool,
    /// What the device takes at most (Maximum Packet Size).
    largest: usize,
    /// What the device has published since the snapshot: topic and payload.
    pub(super) statuses: Vec<(String, Vec<u8>)>,
    /// How often the device's connection has ended.
    pub(super) disconnects: u32,
}

impl Peer {
    /// Whether nothing is to be sent, and the device owes no acknowledgement.
    pub(super) fn is_quiet(&self) -> bool {
        self.waiting.is_empty() && self.unacknowledged.is_empty()
    }

    /// Whether the device has not acknowledged a message, on a connection that is still there.
    pub(super) fn owes(&self) -> bool {
        self.connection.is_some() && !self.unacknowledged.is_empty()
    }

    /// Whether the device has subscribed, and nothing is to be sent.
    pub(super) fn is_subscribed(&self) -> bool {
        self.has_subscribed && self.is_quiet()
    }

    pub(super) fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Sees to what the network has to tell.
    pub(super) fn serve(&mut self, machine: &mut Machine) {
        let now = machine.now();
        while let Some(event) = machine.network().take_event() {
            match event {
                Event::Opened { id, .. } => machine.network().accept(now, id),
                Event::Writable(id) => self.connection = Some(id),
                Event::Readable(id) => self.read(machine, id),
                Event::Finished(id) => {
                    machine.network().close(now, id);
                    self.ended(id);
                }
                Event::Closed { id, .. } => self.ended(id),
            }
        }
        self.flush(machine);
    }

    fn read(&mut self, machine: &mut Machine, id: ConnectionId) {
        let now = machine.now();
        let mut buffer = [0; 2048];
        loop {
            let count = machine.network().read(now, id, &mut buffer);
            if count == 0 {
                return;
            }
            for packet in self.received.push(&buffer[..count]) {
                self.handle(&packet);
            }
        }
    }

    fn ended(&mut self, id: ConnectionId) {
        if self.connection == Some(id) {
            self.connection = None;
            self.received = FrameSplitter::default();
            self.waiting.clear();
            self.unacknowledged.clear();
            self.disconnects += 1;
        }
    }

    /// Gives the device's network what it has room for.
    pub(super) fn flush(&mut self, machine: &mut Machine) {
        let now = machine.now();
        if let Some(id) = self.connection
            && !self.waiting.is_empty()
        {
            let written = machine.network().write(now, id, &self.waiting);
            self.waiting.drain(..written);
        }
    }

    /// Bytes on the connection, whatever they mean.
    pub(super) fn send_bytes(&mut self, bytes: &[u8]) {
        if self.connection.is_some() {
            self.waiting.extend(bytes);
        }
    }

    /// Delivers a message, unless no broker would: its topic is none, or it is too large for the device.
    pub(super) fn publish(&mut self, message: &Publish) {
        let id = (message.qos > 0).then(|| {
            self.last_id = self.last_id % u16::MAX + 1;
            self.last_id
        });
        let Some(packet) = publish_packet(message, id) else { return };
        if self.connection.is_none() || packet.len() > self.largest {
            return;
        }
        self.unacknowledged.extend(id);
        self.waiting.extend(packet);
    }

    fn handle(&mut self, packet: &[u8]) {
        let header = 2 + packet.iter().skip(1).take_while(|byte| **byte & 0x80 != 0).count();
        let (Some(first), Some(body)) = (packet.first(), packet.get(header..)) else { return };
        let id = body.first_chunk::<2>().map(|id| u16::from_be_bytes(*id));
        match first >> 4 {
            1 => self.handle_connect(body),
            3 => self.handle_publish(first & 0xF, body),
            4 | 7 => {
                self.unacknowledged.remove(&id.unwrap_or(0));
            }
            // To PUBREC and PUBREL there is one answer (MQTT 5, sections 3.6 and 3.7).
            5 => self.answer(id, |id| Some(v5_0::Pubrel::builder().packet_id(id).build().ok()?.to_continuous_buffer())),
            6 => {
                self.answer(id, |id| Some(v5_0::Pubcomp::builder().packet_id(id).build().ok()?.to_continuous_buffer()))
            }
            8 => self.handle_subscribe(body),
            12 => self.waiting.extend(v5_0::Pingresp::new().to_continuous_buffer()),
            _ => {}
        }
    }

    fn answer(&mut self, id: Option<u16>, packet: impl FnOnce(u16) -> Option<Vec<u8>>) {
        self.waiting.extend(id.and_then(packet).unwrap_or_default());
    }

    fn handle_connect(&mut self, body: &[u8]) {
        let Ok((connect, _)) = v5_0::Connect::parse(body) else { return };
        self.largest = usize::MAX;
        for property in connect.props.iter() {
            if let Property::MaximumPacketSize(size) = property {
                self.largest = size.val() as usize;
            }
        }
        let connack = v5_0::Connack::builder().session_present(false).reason_code(ConnectReasonCode::Success).build();
        self.waiting.extend(connack.map(|packet| packet.to_continuous_buffer()).unwrap_or_default());
    }

    fn handle_subscribe(&mut self, body: &[u8]) {
        let Ok((subscribe, _)) = v5_0::Subscribe::parse(body) else { return };
        self.has_subscribed = true;
        let granted = |qos: Qos| match qos {
            Qos::AtMostOnce => SubackReasonCode::GrantedQos0,
            Qos::AtLeastOnce => SubackReasonCode::GrantedQos1,
            Qos::ExactlyOnce => SubackReasonCode::GrantedQos2,
        };
        let reasons = subscribe.entries().iter().map(|entry| granted(entry.sub_opts().qos())).collect();
        let suback = v5_0::Suback::builder().packet_id(subscribe.packet_id()).reason_codes(reasons).build();
        self.waiting.extend(suback.map(|packet| packet.to_continuous_buffer()).unwrap_or_default());
    }

    fn handle_publish(&mut self, flags: u8, body: &[u8]) {
        let Ok((publish, _)) = v5_0::Publish::parse(flags, Arc::from(body)) else { return };
        let id = publish.packet_id();
        if self.statuses.len() < MOST_STATUSES {
            self.statuses.push((publish.topic_name().to_owned(), publish.payload().as_slice().to_vec()));
        }
        match publish.qos() {
            Qos::AtMostOnce => {}
            Qos::AtLeastOnce => {
                self.answer(id, |id| Some(v5_0::Puback::builder().packet_id(id).build().ok()?.to_continuous_buffer()));
            }
            Qos::ExactlyOnce => {
                self.answer(id, |id| Some(v5_0::Pubrec::builder().packet_id(id).build().ok()?.to_continuous_buffer()));
            }
        }
    }
}

/// The packet of a message; `None` if its topic cannot be one.
pub(super) fn publish_packet(message: &Publish, id: Option<u16>) -> Option<Vec<u8>> {
    let qos = Qos::try_from(message.qos).ok()?;
    let mut builder = v5_0::Publish::builder()
        .topic_name(message.topic.as_str())
        .ok()?
        .qos(qos)
        .retain(message.retain)
        .payload(message.payload.clone());
    if let Some(id) = id {
        builder = builder.packet_id(id);
    }
    if message.asks {
        let topic = ResponseTopic::new(RESPONSE_TOPIC).ok()?.into();
        builder = builder.props(vec![topic, CorrelationData::new(CORRELATION).ok()?.into()]);
    }
    Some(builder.build().ok()?.to_continuous_buffer())
}
