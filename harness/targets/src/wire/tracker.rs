//! What is due on a device's connection to a broker outside the runtime (see [`crate::clock`]).

use std::time::Duration;

use super::Packet;
use crate::broker::filter_matches;
use crate::clock::{Due, DueGuard};
use hil_model::observation::Direction;

/// Longest time, in wall time, for which an answer of the broker holds scenario time back.
const ANSWER_BOUND: Duration = Duration::from_secs(5);
/// The same for messages through the broker: it may have reasons of its own not to forward one.
const FORWARD_BOUND: Duration = Duration::from_secs(2);

/// Requests, commands and statuses that are on their way. Without [`Due`] it does nothing.
pub(super) struct Tracker {
    due: Option<Due>,
    /// Request of the device -> answer of the broker.
    answers: Vec<((u8, u16), DueGuard)>,
    /// Commands that the broker was given and the device has not.
    commands: Vec<(String, Vec<u8>, DueGuard)>,
    /// Messages that the device has sent and the observer has not received.
    statuses: Vec<(String, Vec<u8>, DueGuard)>,
    /// Filters of the device's session, and whether it is connected.
    filters: Vec<String>,
    connected: bool,
    /// Commands that the broker keeps for the device while it is away.
    queued: Vec<(String, Vec<u8>)>,
    /// What the broker publishes when the connection breaks.
    will: Option<(String, Vec<u8>)>,
    /// Filters of the observer.
    observed: Vec<String>,
}

impl Tracker {
    pub(super) const fn new(due: Option<Due>) -> Self {
        Self {
            due,
            answers: Vec::new(),
            commands: Vec::new(),
            statuses: Vec::new(),
            filters: Vec::new(),
            connected: false,
            queued: Vec::new(),
            will: None,
            observed: Vec::new(),
        }
    }

    pub(super) const fn due(&self) -> Option<&Due> {
        self.due.as_ref()
    }

    pub(super) fn observes(&mut self, filter: &str) {
        self.observed.push(filter.to_owned());
    }

    /// A packet was handed over to its receiver.
    pub(super) fn passed(&mut self, direction: Direction, packet: &Packet) {
        let Some(due) = self.due.clone() else { return };
        match (direction, packet) {
            (Direction::ToBroker, Packet::Connect { will, .. }) => {
                self.will.clone_from(will);
                self.request(&due, "CONNACK", (2, 0));
            }
            // 0x00 is the only reason for which the broker drops the will (MQTT 5, section 3.14.4).
            (Direction::ToBroker, Packet::Disconnect(0)) => self.will = None,
            (Direction::ToBroker, Packet::Subscribe { id, filters }) => {
                self.filters.extend(filters.iter().map(|(f, _)| f.clone()));
                self.request(&due, "SUBACK", (9, *id));
            }
            (Direction::ToBroker, Packet::Publish(message, id, _)) => {
                if message.qos > 0 {
                    self.request(&due, "PUBACK", (4, *id));
                }
                self.status(&due, message.topic.clone(), message.payload.0.clone());
            }
            (Direction::ToBroker, Packet::Other(12, _)) => self.request(&due, "PINGRESP", (13, 0)),
            (Direction::ToDevice, Packet::Connack { session_present, reason }) => {
                self.answered((2, 0));
                self.connected = *reason < 0x80;
                let queued = std::mem::take(&mut self.queued);
                if *session_present {
                    queued.into_iter().for_each(|(topic, payload)| self.command(&due, topic, payload));
                } else {
                    self.filters.clear();
                }
            }
            (Direction::ToDevice, Packet::Suback { id, .. }) => self.answered((9, *id)),
            (Direction::ToDevice, Packet::Puback(id)) => self.answered((4, *id)),
            (Direction::ToDevice, Packet::Other(13, _)) => self.answered((13, 0)),
            (Direction::ToDevice, Packet::Publish(message, ..)) => {
                take(&mut self.commands, &message.topic, &message.payload.0);
            }
            _ => {}
        }
    }

    /// The connection is gone: no answer is due on it any more. `broker_knows`: and the broker has seen it end.
    pub(super) fn disconnected(&mut self, broker_knows: bool) {
        self.connected = false;
        self.answers.clear();
        self.queued.extend(self.commands.drain(..).map(|(topic, payload, _)| (topic, payload)));
        if let (Some(due), true, Some((topic, payload))) = (self.due.clone(), broker_knows, self.will.take()) {
            self.status(&due, topic, payload);
        }
    }

    pub(super) fn command_published(&mut self, topic: &str, payload: &[u8]) {
        let Some(due) = self.due.clone() else { return };
        if !self.filters.iter().any(|f| filter_matches(f, topic)) {
            return;
        }
        if self.connected {
            self.command(&due, topic.to_owned(), payload.to_vec());
        } else {
            self.queued.push((topic.to_owned(), payload.to_vec()));
        }
    }

    pub(super) fn observer_received(&mut self, topic: &str, payload: &[u8]) {
        take(&mut self.statuses, topic, payload);
    }

    /// A command is on its way to the device.
    fn command(&mut self, due: &Due, topic: String, payload: Vec<u8>) {
        let guard = due.expect(format!("{topic} at the device"), FORWARD_BOUND);
        self.commands.push((topic, payload, guard));
    }

    /// A message is on its way to the observer, if it looks.
    fn status(&mut self, due: &Due, topic: String, payload: Vec<u8>) {
        if self.observed.iter().any(|f| filter_matches(f, &topic)) {
            let guard = due.expect(format!("{topic} at the observer"), FORWARD_BOUND);
            self.statuses.push((topic, payload, guard));
        }
    }

    fn request(&mut self, due: &Due, answer: &str, key: (u8, u16)) {
        self.answers.push((key, due.expect(format!("the broker's {answer}"), ANSWER_BOUND)));
    }

    fn answered(&mut self, key: (u8, u16)) {
        if let Some(i) = self.answers.iter().position(|(k, _)| *k == key) {
            self.answers.remove(i);
        }
    }
}

fn take(list: &mut Vec<(String, Vec<u8>, DueGuard)>, topic: &str, payload: &[u8]) {
    if let Some(i) = list.iter().position(|(t, p, _)| t == topic && p == payload) {
        list.remove(i);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hil_model::observation::{Message, Payload};

    const COMMAND: &str = "cmnd/led/hue";
    const ONLINE: &str = "stat/led/online";

    /// A device with a will and a subscription to [`COMMAND`], seen by an observer of `stat/#`.
    fn connected(due: &Due) -> Tracker {
        let mut tracker = Tracker::new(Some(due.clone()));
        tracker.observes("stat/#");
        let will = Some((ONLINE.to_owned(), b"offline".to_vec()));
        let connect = Packet::Connect { client_id: "light".to_owned(), clean_start: false, will };
        tracker.passed(Direction::ToBroker, &connect);
        tracker.passed(Direction::ToDevice, &Packet::Connack { session_present: false, reason: 0 });
        let filters = vec![(COMMAND.to_owned(), 1)];
        tracker.passed(Direction::ToBroker, &Packet::Subscribe { id: 1, filters });
        tracker.passed(Direction::ToDevice, &Packet::Suback { id: 1, reasons: vec![1] });
        assert!(due.is_quiet());
        tracker
    }

    fn delivered(tracker: &mut Tracker) {
        let message = Message { topic: COMMAND.to_owned(), payload: Payload(b"9".to_vec()), ..Message::default() };
        tracker.passed(Direction::ToDevice, &Packet::Publish(message, 1, false));
    }

    #[test]
    fn the_will_is_due_when_the_broker_sees_the_connection_break() {
        let due = Due::default();
        let mut tracker = connected(&due);
        tracker.disconnected(true);
        assert!(!due.is_quiet());
        tracker.observer_received(ONLINE, b"offline");
        assert!(due.is_quiet());
    }

    #[test]
    fn no_will_is_due_after_disconnect_or_where_the_broker_sees_nothing() {
        let due = Due::default();
        let mut tracker = connected(&due);
        tracker.disconnected(false);
        assert!(due.is_quiet());
        let mut tracker = connected(&due);
        tracker.passed(Direction::ToBroker, &Packet::Disconnect(0));
        tracker.disconnected(true);
        assert!(due.is_quiet());
    }

    #[test]
    fn commands_for_a_device_that_is_away_are_due_when_its_session_goes_on() {
        let due = Due::default();
        let mut tracker = connected(&due);
        tracker.disconnected(false);
        tracker.command_published(COMMAND, b"9");
        assert!(due.is_quiet(), "it takes as long as it takes until the device is back");
        tracker.passed(Direction::ToDevice, &Packet::Connack { session_present: true, reason: 0 });
        assert!(!due.is_quiet());
        delivered(&mut tracker);
        assert!(due.is_quiet());
    }

    #[test]
    fn commands_that_were_on_their_way_when_the_connection_broke_are_due_again_later() {
        let due = Due::default();
        let mut tracker = connected(&due);
        tracker.command_published(COMMAND, b"9");
        assert!(!due.is_quiet());
        tracker.disconnected(false);
        assert!(due.is_quiet());
        tracker.passed(Direction::ToDevice, &Packet::Connack { session_present: true, reason: 0 });
        assert!(!due.is_quiet());
        delivered(&mut tracker);
        assert!(due.is_quiet());
    }
}
