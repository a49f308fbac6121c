//! The least of an MQTT 5 broker that the firmware needs (OASIS MQTT 5.0, chapter 3): it accepts, acknowledges, and sends
//! commands as fast as they are acknowledged.

use hil_sim_core::net::{ConnectionId, NetworkEvent};
use hil_sim_esp32c3::machine::Machine;
use std::collections::BTreeMap;

const CONNECT: u8 = 1;
const CONNACK: u8 = 2;
const PUBLISH: u8 = 3;
const PUBACK: u8 = 4;
const SUBSCRIBE: u8 = 8;
const SUBACK: u8 = 9;
const PINGREQ: u8 = 12;
const PINGRESP: u8 = 13;

/// Commands that may be unacknowledged at a time.
const IN_FLIGHT: u32 = 4;

/// The broker.
#[derive(Default)]
pub struct Broker {
    connection: Option<ConnectionId>,
    received: Vec<u8>,
    waiting: Vec<u8>,
    commands: u32,
    sent: u32,
    acknowledged: u32,
}

impl Broker {
    /// Sends so many commands from now on.
    pub fn flood(&mut self, commands: u32) {
        (self.commands, self.sent, self.acknowledged) = (commands, 0, 0);
        self.send_commands();
    }

    /// Sends one command.
    pub fn command(&mut self, topic: &str, payload: &str) {
        let mut body = (topic.len() as u16).to_be_bytes().to_vec();
        body.extend(topic.bytes());
        body.push(0);
        body.extend(payload.bytes());
        self.send(PUBLISH << 4, &body);
    }

    pub fn is_done(&self) -> bool {
        self.acknowledged >= self.commands && self.commands > 0
    }

    pub fn acknowledged(&self) -> u32 {
        self.acknowledged
    }

    /// Handles what the network has to tell.
    pub fn serve(&mut self, machine: &mut Machine) {
        let now = machine.now();
        while let Some(event) = machine.network().take_event() {
            match event {
                NetworkEvent::Opened { id, .. } => machine.network().accept(now, id),
                NetworkEvent::Writable(id) => self.connection = Some(id),
                NetworkEvent::Readable(id) => {
                    let mut buffer = [0; 4096];
                    loop {
                        let count = machine.network().read(now, id, &mut buffer);
                        if count == 0 {
                            break;
                        }
                        self.received.extend(&buffer[..count]);
                    }
                }
                NetworkEvent::Finished(_) | NetworkEvent::Closed { .. } => self.connection = None,
            }
        }
        self.handle();
        if let Some(id) = self.connection {
            let written = machine.network().write(now, id, &self.waiting);
            self.waiting.drain(..written);
        }
    }

    fn handle(&mut self) {
        while let Some((kind, flags, body, length)) = packet(&self.received) {
            let body = body.to_vec();
            self.received.drain(..length);
            match kind {
                CONNECT => self.send(CONNACK << 4, &[0, 0, 0]),
                SUBSCRIBE => {
                    let filters = filters(&body);
                    self.send(SUBACK << 4, &[&[body[0], body[1], 0], &vec![1; filters][..]].concat());
                }
                PUBLISH if flags >> 1 & 3 > 0 => {
                    let topic = usize::from(u16::from_be_bytes([body[0], body[1]]));
                    let id = [body[2 + topic], body[3 + topic]];
                    self.send(PUBACK << 4, &id);
                }
                PUBACK => {
                    self.acknowledged += 1;
                    self.send_commands();
                }
                PINGREQ => self.send(PINGRESP << 4, &[]),
                _ => {}
            }
        }
    }

    fn send_commands(&mut self) {
        while self.sent < self.commands && self.sent - self.acknowledged < IN_FLIGHT {
            self.sent += 1;
            let topic = b"cmnd/led/hue";
            let id = (self.sent % 65_535 + 1) as u16;
            let mut body = (topic.len() as u16).to_be_bytes().to_vec();
            body.extend(topic);
            body.extend(id.to_be_bytes());
            body.push(0);
            body.extend((self.sent % 361).to_string().bytes());
            self.send(PUBLISH << 4 | 1 << 1, &body);
        }
    }

    fn send(&mut self, first: u8, body: &[u8]) {
        assert!(body.len() < 128, "one byte of Remaining Length");
        self.waiting.extend([first, body.len() as u8]);
        self.waiting.extend(body);
    }
}

/// The first whole packet: kind, flags, body, and bytes in all.
fn packet(bytes: &[u8]) -> Option<(u8, u8, &[u8], usize)> {
    let (mut length, mut shift, mut at) = (0usize, 0, 1);
    loop {
        let byte = *bytes.get(at)?;
        length |= usize::from(byte & 0x7F) << shift;
        at += 1;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    let body = bytes.get(at..at + length)?;
    Some((bytes[0] >> 4, bytes[0] & 0xF, body, at + length))
}

/// How many filters a SUBSCRIBE has.
fn filters(body: &[u8]) -> usize {
    let mut names = BTreeMap::new();
    let mut at = 3 + usize::from(body[2]);
    while at + 2 < body.len() {
        let length = usize::from(u16::from_be_bytes([body[at], body[at + 1]]));
        names.insert(at, length);
        at += 2 + length + 1;
    }
    names.len()
}
