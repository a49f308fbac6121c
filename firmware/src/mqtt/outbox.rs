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

/// `P` tells publications apart that are in flight.
pub struct Outbox<P = PacketIdentifier> {
    queue: VecDeque<Entry>,
    /// Bytes of the responses in `queue`.
    response_bytes: usize,
    /// Statuses were merged: what was published last is not the current state.
    stale: bool,
    /// Sent and not acknowledged, in the order sent.
    in_flight: Vec<(P, Message)>,
}

impl<P> Default for Outbox<P> {
    fn default() -> Self {
        Self { queue: VecDeque::new(), response_bytes: 0, stale: false, in_flight: Vec::new() }
    }
}

impl<P: PartialEq> Outbox<P> {
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
    pub fn sent(&mut self, packet: P, message: Message) {
        self.in_flight.push((packet, message));
    }

    /// PUBACK was received, or the broker does not know the packet any more.
    pub fn acknowledged(&mut self, packet: P) -> Option<Message> {
        let index = self.in_flight.iter().position(|(sent, _)| *sent == packet)?;
        Some(self.in_flight.remove(index).1)
    }

    /// What was sent and not acknowledged, in the order sent.
    pub fn in_flight(&self) -> &[(P, Message)] {
        &self.in_flight
    }

    fn has_room(&mut self) -> bool {
        self.queue.len() < CAPACITY && self.queue.try_reserve(1).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn response(len: usize) -> Response {
        Response { topic: "t".repeat(len), correlation_data: Some(vec![0; len]), payload: "p".repeat(len) }
    }

    fn drained(outbox: &mut Outbox<u16>) -> Vec<Message> {
        core::iter::from_fn(|| outbox.pop()).collect()
    }

    /// On the heap, each of a response's four blocks has a header of a word or so.
    #[test]
    fn a_response_takes_its_fields_and_four_blocks() {
        let empty = Response { topic: String::new(), correlation_data: None, payload: String::new() };
        assert_eq!(empty.size(), size_of::<Response>() + size_of::<[usize; 4]>());
        let some = Response { topic: "abc".into(), correlation_data: Some(vec![0; 20]), payload: "p".repeat(100) };
        assert_eq!(some.size(), empty.size() + 123);
    }

    #[test]
    fn responses_take_32_kib_and_no_more_whether_they_come_or_come_again() {
        let (mut outbox, each) = (Outbox::default(), response(60).size());
        let room = 32 * 1024 / each;
        let fills = |outbox: &mut Outbox<u16>| (0..1000).take_while(|_| outbox.push_response(response(60))).count();
        assert_eq!(fills(&mut outbox), room);
        // What is taken out makes room again.
        for _ in 0..2 {
            assert!(matches!(outbox.pop(), Some(Message::Response(_))));
        }
        assert_eq!(fills(&mut outbox), 2);
        // Those that were on their way to a broker that has lost the session count again, and only once.
        assert_eq!(drained(&mut outbox).len(), room);
        for n in 1..=3 {
            outbox.sent(n, Message::Response(Box::new(response(60))));
        }
        outbox.resume(false, State::default());
        assert_eq!(fills(&mut outbox), room - 3);
        assert_eq!(drained(&mut outbox).len(), 4 + room);
        assert_eq!(fills(&mut outbox), room);
    }

    /// A response that fills the room to the last byte has its place.
    #[test]
    fn the_last_byte_of_room_is_used() {
        let fits = |bytes: usize| {
            let mut outbox = Outbox::<u16>::default();
            let empty = Response { topic: String::new(), correlation_data: None, payload: String::new() };
            let payload = "p".repeat(bytes - empty.size());
            outbox.push_response(Response { payload, ..empty })
        };
        assert_eq!([32 * 1024, 32 * 1024 + 1].map(fits), [true, false]);
    }

    #[test]
    fn statuses_of_1024_commands_wait_and_those_of_more_are_merged_into_the_last() {
        let mut outbox = Outbox::default();
        for _ in 0..1024 {
            outbox.push_statuses(State::default());
        }
        assert!(!outbox.push_response(response(1)), "the queue is full");
        outbox.push_statuses(State::default());
        let first = drained(&mut outbox);
        assert_eq!(first.len(), 3 * 1024);
        let last = State { power: crate::state::Power::Off, ..State::default() };
        outbox.refresh(|| last);
        let merged = drained(&mut outbox);
        assert_eq!(merged, StatusTopic::ALL.map(|topic| Message::Status(topic, last)));
        outbox.refresh(|| last);
        assert_eq!(drained(&mut outbox), []);
    }

    #[test]
    fn what_is_acknowledged_is_not_in_flight_any_more() {
        let mut outbox = Outbox::default();
        outbox.sent(1, Message::Online);
        outbox.sent(2, Message::Response(Box::new(response(1))));
        assert_eq!(outbox.acknowledged(1), Some(Message::Online));
        assert_eq!(outbox.acknowledged(1), None);
        assert_eq!(outbox.in_flight(), [(2, Message::Response(Box::new(response(1))))]);
    }
}
