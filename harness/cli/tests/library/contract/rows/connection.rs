//! What happens when the device's connection is lost and taken back.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::middle::{On, Wrong};
use super::super::packet::Packet;
use super::super::rig::Device;
use super::Row;

const SCENARIO: &str = "session/taken-over";

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "A device that is back says `online`.",
        SCENARIO,
        "says `online` at its first connection only",
        Device::Wire(|| again(|again, packet| again.hides(packet, |topic| topic == "stat/led/online"))),
    )
    .told(r#"expect-message stat/led/online "online""#),
    Row::new(
        "A device that is back reports all of its state.",
        SCENARIO,
        "publishes no statuses when it is back",
        Device::Wire(|| again(|again, packet| again.hides(packet, |topic| topic != "stat/led/online"))),
    )
    .told("expect-message stat/led/hsb"),
    Row::new(
        "The client identifier is the same at each connection.",
        SCENARIO,
        "takes another client identifier for its second connection",
        Device::Wire(|| {
            again(|again, packet| {
                if let Packet::Connect(connect) = packet
                    && again.connections > 1
                {
                    connect.rename("another");
                }
                false
            })
        }),
    )
    .told("nobody has taken back the connection of light"),
];

/// A device that does something wrong at its second connection.
fn again(how: fn(&mut Again, &mut Packet) -> bool) -> Rc<RefCell<dyn Wrong>> {
    Rc::new(RefCell::new(Again { connections: 0, since: 0, how }))
}

struct Again {
    connections: u32,
    /// Messages that it has sent since.
    since: u32,
    /// Whether a packet is not sent.
    how: fn(&mut Self, &mut Packet) -> bool,
}

impl Again {
    /// Whether this is one of the first four messages of a second connection, and on such a topic.
    fn hides(&self, packet: &Packet, on: fn(&str) -> bool) -> bool {
        let Packet::Publish(message) = packet else { return false };
        self.connections > 1 && self.since <= 4 && on(&message.topic)
    }
}

impl Wrong for Again {
    fn sent(&mut self, mut packet: Packet, on: &mut On) {
        match &packet {
            Packet::Connect(_) => (self.connections, self.since) = (self.connections + 1, 0),
            Packet::Publish(_) => self.since += 1,
            Packet::Other(_) => {}
        }
        let how = self.how;
        match (how(self, &mut packet), &packet) {
            (true, Packet::Publish(message)) => on.hush(message),
            _ => on.broker.push(packet),
        }
    }
}
