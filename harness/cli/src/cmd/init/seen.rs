//! What was heard, topic by topic.

use std::collections::BTreeMap;
use std::time::Duration;

use hil_model::observation::Message;

/// Topics that are kept.
const MAX_TOPICS: usize = 2000;
/// Topics that a scenario is written for; it must stay a page that somebody reads.
pub(super) const MAX_WRITTEN: usize = 60;
/// Messages of a topic that are kept, with their times.
const MAX_HISTORY: usize = 200;
/// Longest payload of which more than one is kept, in bytes.
const LONGEST: usize = 16 * 1024;
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
    /// That message's payload.
    pub(super) retained_payload: Option<Vec<u8>>,
    /// Number of messages since.
    pub(super) live: usize,
    /// QoS of the live messages, if it was always the same.
    pub(super) live_qos: Option<u8>,
    /// Different payloads, in the order in which they came first.
    pub(super) payloads: Vec<Vec<u8>>,
    /// The first live messages, in their order.
    pub(super) history: Vec<Vec<u8>>,
    /// When live messages came, since the begin.
    pub(super) times: Vec<Duration>,
}

/// That messages come regularly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    /// From one to the next.
    pub(super) every: Duration,
    /// How much it differs at most, in per cent.
    pub(super) deviation: u32,
}

impl Seen {
    /// A message came, with the RETAIN flag of a subscription without "retain as published".
    /// It came so long after the begin.
    pub(super) fn message(&mut self, message: &Message, at: Duration) {
        if !self.topics.contains_key(&message.topic) && self.topics.len() >= MAX_TOPICS {
            self.beyond += 1;
            return;
        }
        let topic = self.topics.entry(message.topic.clone()).or_default();
        if message.retain {
            topic.retained = Some(message.qos);
            topic.retained_payload = Some(message.payload.0.clone());
        } else {
            topic.live_qos =
                if topic.live == 0 { Some(message.qos) } else { topic.live_qos.filter(|q| *q == message.qos) };
            topic.live += 1;
            if topic.times.len() < MAX_HISTORY && message.payload.0.len() <= LONGEST {
                topic.times.push(at);
                topic.history.push(message.payload.0.clone());
            }
        }
        if topic.payloads.len() < MAX_PAYLOADS && !topic.payloads.contains(&message.payload.0) {
            topic.payloads.push(message.payload.0.clone());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    /// Only these topics.
    pub(super) fn only(mut self, topics: &[String]) -> Self {
        self.topics.retain(|name, _| topics.contains(name));
        self
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
    /// The payloads in the order in which they came, with what comes again.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &[u8]> {
        let kept = self.retained_payload.iter().chain(&self.history).map(Vec::as_slice);
        // Long ones are kept once.
        let only = self.payloads.iter().map(Vec::as_slice).filter(|payload| payload.len() > LONGEST);
        kept.chain(only)
    }

    /// How regularly its messages come, if they do: by at least three of them.
    pub(super) fn period(&self) -> Option<Period> {
        let mut gaps: Vec<Duration> = self.times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
        if gaps.len() < 2 {
            return None;
        }
        gaps.sort();
        let every = rounded(gaps[gaps.len() / 2]);
        if every < SHORTEST {
            return None;
        }
        let off = gaps.iter().map(|gap| gap.abs_diff(every)).max().unwrap_or_default();
        let deviation = (100.0 * off.as_secs_f64() / every.as_secs_f64()).ceil() as u32;
        (deviation <= MOST_DEVIATION).then_some(Period { every, deviation })
    }

    /// The longest time without a message, if there were several.
    pub(super) fn longest_gap(&self) -> Option<Duration> {
        self.times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max()
    }
}

/// Shorter periods are none that a scenario could measure through a broker.
const SHORTEST: Duration = Duration::from_millis(500);
/// Per cent that a regular message is off at most.
const MOST_DEVIATION: u32 = 30;

/// As a person would say it: two digits.
fn rounded(time: Duration) -> Duration {
    let millis = time.as_millis().max(1);
    let unit = 10_u128.pow(millis.ilog10().saturating_sub(1));
    let rounded = (millis + unit / 2) / unit * unit;
    Duration::from_millis(u64::try_from(rounded).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_regularly_has_a_period() {
        let period = |times: &[u64]| {
            let times = times.iter().map(|ms| Duration::from_millis(*ms)).collect();
            Topic { times, ..Topic::default() }.period().map(|it| (it.every.as_millis(), it.deviation))
        };
        assert_eq!(period(&[0, 2004, 4001, 6010]), Some((2000, 1)));
        assert_eq!(period(&[500, 1500, 2700]), Some((1200, 17)));
        assert_eq!(period(&[0, 1000]), None);
        assert_eq!(period(&[0, 1000, 5000]), None);
        assert_eq!(period(&[0, 1, 2, 3]), None);
        assert_eq!(rounded(Duration::from_millis(59_870)), Duration::from_secs(60));
    }
}
