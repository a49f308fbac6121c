//! What is to be sent when the send quota has room, and what was sent and not acknowledged yet.

use alloc::{boxed::Box, collections::VecDeque, string::String, vec::Vec};

use rust_mqtt::types::PacketIdentifier;

use crate::{
    state::State,
    status,
    topics::{StatusTopic, Topics},
};

/// Entries that wait at most: 1024 commands, 16 bytes each on the chip.
const CAPACITY: usize = 1024;
/// Bytes that waiting responses take at most.
const RESPONSE_CAPACITY: usize = 32 * 1024;

/// One QoS 1 publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// `online`, retained.
    Online,
    /// A status, retained.
    Status(StatusTopic, State),
    /// The answer to a request, not retained.
    Response(Box<Response>),
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub topic: String,
    pub correlation_data: Option<Vec<u8>>,
    pub payload: String,
}

impl Response {
    /// Bytes it takes in memory, allocations included.
    fn size(&self) -> usize {
        let data = self.correlation_data.as_ref().map_or(0, Vec::len);
        size_of::<Self>() + self.topic.len() + data + self.payload.len() + 4 * size_of::<usize>()
    }
}

impl Message {
    pub fn topic<'a>(&'a self, topics: &'a Topics) -> &'a str {
        match self {
            Self::Online => topics.online(),
            Self::Status(topic, _) => topics.status(*topic),
            Self::Response(response) => &response.topic,
        }
    }

    pub fn payload(&self) -> String {
        match self {
            Self::Online => status::ONLINE.into(),
            Self::Status(topic, state) => status::payload(*topic, state),
            Self::Response(response) => response.payload.clone(),
        }
    }
}

enum Entry {
    Online,
    /// The three statuses of one state, of which `sent` are sent.
    Statuses {
        state: State,
        sent: usize,
    },
    Response(Box<Response>),
}

#[derive(Default)]
pub struct Outbox {
    queue: VecDeque<Entry>,
    /// Bytes of the responses in `queue`.
    response_bytes: usize,
    /// Statuses were merged: what was published last is not the current state.
    stale: bool,
    /// Sent and not acknowledged, in the order sent.
    in_flight: Vec<(PacketIdentifier, Message)>,
}

impl Outbox {
    /// A connection begins, on which [`Outbox::in_flight`] is to be sent again if the broker has kept the session. What
    /// else it has not got is put in the queue, after `online` and the statuses of `state`.
    pub fn resume(&mut self, session_present: bool, state: State) {
        self.stale = false;
        let waiting = core::mem::take(&mut self.queue);
        self.queue.extend([Entry::Online, Entry::Statuses { state, sent: 0 }]);
        if !session_present {
            // A new publication each, but not of statuses, which are current again.
            for (_, message) in core::mem::take(&mut self.in_flight) {
                if let Message::Response(response) = message {
                    self.response_bytes += response.size();
                    self.queue.push_back(Entry::Response(response));
                }
            }
        }
        self.queue.extend(waiting.into_iter().filter(|entry| matches!(entry, Entry::Response(_))));
    }

    /// The statuses of `state` are to be published. If too much waits already, they are left to [`Outbox::refresh`].
    pub fn push_statuses(&mut self, state: State) {
        if self.has_room() {
            self.queue.push_back(Entry::Statuses { state, sent: 0 });
        } else {
            self.stale = true;
        }
    }

    /// `response` is to be published. Returns whether there was room for it.
    pub fn push_response(&mut self, response: Response) -> bool {
        let bytes = self.response_bytes + response.size();
        let room = bytes <= RESPONSE_CAPACITY && self.has_room();
        if room {
            self.response_bytes = bytes;
            self.queue.push_back(Entry::Response(Box::new(response)));
        }
        room
    }

    /// If statuses were merged and nothing waits any more, publishes those of the current `state`.
    pub fn refresh(&mut self, state: impl FnOnce() -> State) {
        if self.stale && self.queue.is_empty() {
            self.stale = false;
            self.push_statuses(state());
        }
    }

    /// Takes out the next publication.
    pub fn pop(&mut self) -> Option<Message> {
        match self.queue.front_mut()? {
            Entry::Statuses { state, sent } => {
                let (state, topic) = (*state, StatusTopic::ALL.get(*sent).copied());
                *sent += 1;
                if *sent >= StatusTopic::ALL.len() {
                    self.queue.pop_front();
                }
                topic.map(|topic| Message::Status(topic, state))
            }
            Entry::Online | Entry::Response(_) => match self.queue.pop_front()? {
                Entry::Response(response) => {
                    self.response_bytes = self.response_bytes.saturating_sub(response.size());
                    Some(Message::Response(response))
                }
                _ => Some(Message::Online),
            },
        }
    }

    /// `message` was sent, or perhaps only begun.
    pub fn sent(&mut self, packet: PacketIdentifier, message: Message) {
        self.in_flight.push((packet, message));
    }

    /// PUBACK was received, or the broker does not know the packet any more.
    pub fn acknowledged(&mut self, packet: PacketIdentifier) -> Option<Message> {
        let index = self.in_flight.iter().position(|(sent, _)| *sent == packet)?;
        Some(self.in_flight.remove(index).1)
    }

    /// What was sent and not acknowledged, in the order sent.
    pub fn in_flight(&self) -> &[(PacketIdentifier, Message)] {
        &self.in_flight
    }

    fn has_room(&mut self) -> bool {
        self.queue.len() < CAPACITY && self.queue.try_reserve(1).is_ok()
    }
}
