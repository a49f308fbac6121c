//! What was heard, topic by topic.

use std::collections::BTreeMap;

use hil_model::observation::Message;

/// Topics that a scenario is written for; it must stay a page that somebody reads.
const MAX_TOPICS: usize = 60;
/// Different payloads of a topic that are kept.
const MAX_PAYLOADS: usize = 20;

/// Everything that was heard.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) topics: BTreeMap<String, Topic>,
    /// Messages on topics beyond the limit.
    pub(super) beyond: usize,
}

/// What came on one topic.
#[derive(Debug, Default)]
pub(super) struct Topic {
    /// Whether the broker had a retained message for a new subscriber, and its QoS.
    pub(super) retained: Option<u8>,
    /// Number of messages since.
    pub(super) live: usize,
    /// QoS of the live messages, if it was always the same.
    pub(super) live_qos: Option<u8>,
    /// Different payloads, in the order in which they came first.
    pub(super) payloads: Vec<Vec<u8>>,
}

impl Seen {
    /// A message came, with the RETAIN flag of a subscription without "retain as published".
    pub(super) fn message(&mut self, message: &Message) {
        if !self.topics.contains_key(&message.topic) && self.topics.len() >= MAX_TOPICS {
            self.beyond += 1;
            return;
        }
        let topic = self.topics.entry(message.topic.clone()).or_default();
        if message.retain {
            topic.retained = Some(message.qos);
        } else {
            topic.live_qos =
                if topic.live == 0 { Some(message.qos) } else { topic.live_qos.filter(|q| *q == message.qos) };
            topic.live += 1;
        }
        if topic.payloads.len() < MAX_PAYLOADS && !topic.payloads.contains(&message.payload.0) {
            topic.payloads.push(message.payload.0.clone());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    /// `4 topics: 3 with a retained message, 1 without`, for the terminal.
    pub(super) fn summary(&self) -> String {
        let retained = self.topics.values().filter(|t| t.retained.is_some()).count();
        let all = self.topics.len();
        let plural = if all == 1 { "topic" } else { "topics" };
        let beyond = if self.beyond > 0 {
            format!("; more topics were left out: narrow it with --topic ({MAX_TOPICS} are the most)")
        } else {
            String::new()
        };
        format!("{all} {plural}: {retained} with a retained message, {} without{beyond}", all - retained)
    }
}

impl Topic {
    /// Messages of any kind.
    pub(super) fn count(&self) -> usize {
        self.live + usize::from(self.retained.is_some())
    }

    /// Whether one payload came more than once, and no other.
    pub(super) fn is_proved_constant(&self) -> bool {
        self.payloads.len() == 1 && self.count() > 1
    }
}
