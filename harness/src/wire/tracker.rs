//! What is due on a device's connection to a broker outside the runtime (see [`crate::clock`]).

use std::time::Duration;

use super::Packet;
use crate::broker::filter_matches;
use crate::clock::{Due, DueGuard};
use crate::journal::Direction;

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
