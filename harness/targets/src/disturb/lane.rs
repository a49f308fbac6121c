//! One direction of a disturbed connection: packets that have come, and when, in which order and how often they go on.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use mqtt_protocol_core::mqtt::packet::{Property, v5_0};
use tokio::time::Instant;

use crate::wire::FrameSplitter;

/// DUP in the first byte of PUBLISH (MQTT 5, section 3.3.1.1).
const DUP: u8 = 0x08;
const PUBLISH: u8 = 3;
const PUBACK: u8 = 4;
const PUBREC: u8 = 5;
const PUBCOMP: u8 = 7;

/// What is done to the packets of one direction.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tricks {
    /// How late they may come.
    pub(super) late: Option<Duration>,
    /// Messages may overtake one another; they wait for each other for so long.
    pub(super) reordered: Option<Duration>,
    /// Messages that are to be acknowledged come again, after so long at most.
    pub(super) doubled: Option<Duration>,
    /// It is the direction of the acknowledgements of such messages. (Identifiers of the other direction are others, and may be equal.)
    pub(super) acknowledges: bool,
    /// Acknowledgements go on at once, before messages that wait: the sender's next message waits for them. MQTT 5 orders
    /// acknowledgements among each other only (section 4.6).
    pub(super) prompt: bool,
}

/// Messages that were passed on twice and whose first acknowledgement is not to be passed on: MQTT has one for each, and the
/// broker may use the identifier again as soon as it has it.
pub(super) type Twice = BTreeMap<u16, u8>;

/// A packet on its way.
struct Waiting {
    due: Instant,
    /// When it goes on at the latest.
    by: Instant,
    frame: Vec<u8>,
    /// What keeps it in order, if it is a message that may overtake others: topic and QoS.
    order: Option<(String, u8)>,
}

/// One direction.
pub(super) struct Lane {
    tricks: Tricks,
    rng: Rng,
    splitter: FrameSplitter,
    queue: VecDeque<Waiting>,
    /// The sender has closed: what waits is still passed on.
    pub(super) closed: bool,
}

impl Lane {
    pub(super) fn new(tricks: Tricks, rng: Rng) -> Self {
        Self { tricks, rng, splitter: FrameSplitter::default(), queue: VecDeque::new(), closed: false }
    }

    /// Takes bytes that have come at `now`; `tell` hears what is done to packets, with the packet.
    pub(super) fn push(&mut self, bytes: &[u8], now: Instant, twice: &mut Twice, mut tell: impl FnMut(&str, &[u8])) {
        for frame in self.splitter.push(bytes) {
            if self.tricks.acknowledges && is_first_acknowledgement(&frame, twice) {
                continue;
            }
            if self.tricks.prompt && is_acknowledgement(&frame) {
                let place = self.queue.partition_point(|waiting| waiting.due <= now);
                self.queue.insert(place, Waiting { due: now, by: now, frame, order: None });
                continue;
            }
            let order = order(&frame);
            let due = self.due(now, order.is_some());
            if due > now {
                tell(&format!("late by {} ms", (due - now).as_millis()), &frame);
            }
            let again = self.again(&frame, due, twice);
            let by = due.max(now + self.tricks.reordered.unwrap_or_default());
            self.queue.push_back(Waiting { due, by, frame, order });
            self.overtake(&mut tell);
            if let Some(again) = again {
                tell("sent again", &again.frame);
                self.queue.push_back(again);
            }
        }
    }

    /// When the first packet goes on.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.queue.front().map(|waiting| waiting.due)
    }

    /// The first packet.
    pub(super) fn pop(&mut self) -> Option<Vec<u8>> {
        self.queue.pop_front().map(|waiting| waiting.frame)
    }

    pub(super) fn is_drained(&self) -> bool {
        self.closed && self.queue.is_empty()
    }

    /// When a packet goes on: never before the one before it, and never more than the limit after it has come.
    fn due(&mut self, now: Instant, is_message: bool) -> Instant {
        let most = self.tricks.late.or(self.tricks.reordered.filter(|_| is_message));
        let after = most.filter(|_| self.rng.bool()).map_or(Duration::ZERO, |most| self.millis(most));
        (now + after).max(self.queue.back().map_or(now, |before| before.due))
    }

    /// The last packet goes before the one before it, if both are messages whose order is open.
    fn overtake(&mut self, tell: &mut impl FnMut(&str, &[u8])) {
        if self.tricks.reordered.is_none() {
            return;
        }
        let [.., before, last] = self.queue.make_contiguous() else { return };
        let is_open = matches!((&before.order, &last.order), (Some(one), Some(other)) if one != other);
        // However many come behind it, none waits for longer than it may.
        if is_open && last.due <= before.by && self.rng.bool() {
            std::mem::swap(&mut before.due, &mut last.due);
            std::mem::swap(before, last);
            tell("overtakes another", &before.frame);
        }
    }

    /// The same message again.
    fn again(&mut self, frame: &[u8], due: Instant, twice: &mut Twice) -> Option<Waiting> {
        let most = self.tricks.doubled?;
        let id = packet_id(frame)?;
        if twice.contains_key(&id) || self.rng.u8(..4) > 0 {
            return None;
        }
        twice.insert(id, acknowledged_by(frame[0]));
        let mut frame = frame.to_vec();
        frame[0] |= DUP;
        let after = self.millis(most);
        Some(Waiting { due: due + after, by: due + after, frame, order: None })
    }

    fn millis(&mut self, most: Duration) -> Duration {
        let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.rng.u64(..=most))
    }
}

/// Whether it is the acknowledgement of the first of two equal messages.
fn is_first_acknowledgement(frame: &[u8], twice: &mut Twice) -> bool {
    let Some(id) = acknowledged(frame) else { return false };
    let is_first = twice.get(&id) == Some(&(frame[0] >> 4));
    if is_first {
        twice.remove(&id);
    }
    is_first
}

/// Whether it says that a message has come.
fn is_acknowledgement(frame: &[u8]) -> bool {
    frame.first().is_some_and(|first| matches!(first >> 4, PUBACK | PUBREC | PUBCOMP))
}

/// The identifier that a PUBACK or PUBREC acknowledges.
fn acknowledged(frame: &[u8]) -> Option<u16> {
    let kind = frame.first()? >> 4;
    let body = frame.get(header(frame)..)?;
    matches!(kind, PUBACK | PUBREC).then_some(())?;
    Some(u16::from_be_bytes([*body.first()?, *body.get(1)?]))
}

/// What answers a PUBLISH with this first byte.
const fn acknowledged_by(first: u8) -> u8 {
    if (first >> 1) & 3 == 2 { PUBREC } else { PUBACK }
}

/// Length of the fixed header.
fn header(frame: &[u8]) -> usize {
    2 + frame.iter().skip(1).take_while(|byte| **byte & 0x80 != 0).count()
}

fn publish(frame: &[u8]) -> Option<v5_0::Publish> {
    let first = frame.first().filter(|first| **first >> 4 == PUBLISH)?;
    let body = frame.get(header(frame)..)?;
    v5_0::Publish::parse(first & 0x0F, Arc::from(body)).ok().map(|(packet, _)| packet)
}

/// The identifier of a message of QoS 1 or 2 that is sent for the first time.
fn packet_id(frame: &[u8]) -> Option<u16> {
    let packet = publish(frame)?;
    if packet.dup() { None } else { packet.packet_id() }
}

/// Topic and QoS of a message whose order is bound by them alone. With a topic alias it would be by its connection's past too.
fn order(frame: &[u8]) -> Option<(String, u8)> {
    let packet = publish(frame)?;
    let has_alias = packet.props.iter().any(|property| matches!(property, Property::TopicAlias(_)));
    (!has_alias && !packet.dup()).then(|| (packet.topic_name().to_owned(), packet.qos() as u8))
}

#[cfg(test)]
mod tests {
    use mqtt_protocol_core::mqtt::packet::Qos;
    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn message(topic: &str, qos: u8, id: u16, number: u8) -> Vec<u8> {
        let mut builder = v5_0::Publish::builder().topic_name(topic).unwrap().qos(Qos::try_from(qos).unwrap());
        if qos > 0 {
            builder = builder.packet_id(id);
        }
        builder.payload(vec![number]).build().unwrap().to_continuous_buffer()
    }

    const MOST: Duration = Duration::from_millis(5);

    fn all() -> Tricks {
        Tricks { late: Some(MOST), reordered: Some(MOST), doubled: Some(MOST), ..Tricks::default() }
    }

    /// What comes out, each with its time after `now`.
    fn drained(lane: &mut Lane, now: Instant) -> Vec<(Duration, Vec<u8>)> {
        std::iter::from_fn(|| {
            let due = lane.next_due()?;
            Some((due - now, lane.pop()?))
        })
        .collect()
    }

    proptest! {
        #[test]
        fn order_holds_within_a_topic_and_a_qos_and_nothing_is_lost(
            messages in prop::collection::vec((0usize..3, 0u8..3), 0..30), seed in any::<u64>(),
        ) {
            let now = Instant::now();
            let mut lane = Lane::new(all(), Rng::with_seed(seed));
            let (mut twice, mut told) = (Twice::new(), 0);
            for (i, (topic, qos)) in messages.iter().enumerate() {
                let frame = message(["a", "b", "c"][*topic], *qos, i as u16 + 1, i as u8);
                lane.push(&frame, now, &mut twice, |_, _| told += 1);
            }
            let out = drained(&mut lane, now);
            let times: Vec<Duration> = out.iter().map(|(due, _)| *due).collect();
            prop_assert!(times.is_sorted(), "{times:?}");
            let first: Vec<v5_0::Publish> = out.iter().filter_map(|(_, frame)| publish(frame)).filter(|p| !p.dup()).collect();
            for topic in ["a", "b", "c"] {
                for qos in 0..3 {
                    let of = |p: &&v5_0::Publish| p.topic_name() == topic && p.qos() as u8 == qos;
                    let numbers: Vec<u8> = first.iter().filter(of).map(|p| p.payload().as_slice()[0]).collect();
                    let expected: Vec<u8> = messages.iter().enumerate()
                        .filter(|(_, (t, q))| ["a", "b", "c"][*t] == topic && *q == qos).map(|(i, _)| i as u8).collect();
                    prop_assert_eq!(numbers, expected);
                }
            }
            // What is sent again is what was sent before.
            for (i, (_, frame)) in out.iter().enumerate().filter(|(_, (_, frame))| frame[0] & DUP != 0) {
                let mut original = frame.clone();
                original[0] &= !DUP;
                prop_assert!(out[..i].iter().any(|(_, before)| *before == original));
                prop_assert!(twice.contains_key(&publish(frame).unwrap().packet_id().unwrap()));
            }
        }
    }

    #[test]
    fn lateness_has_its_limit_and_each_trick_is_done() {
        let now = Instant::now();
        let mut told = Vec::new();
        for seed in 0..50 {
            let mut lane = Lane::new(Tricks { doubled: None, ..all() }, Rng::with_seed(seed));
            for (i, topic) in ["a", "b"].iter().cycle().take(10).enumerate() {
                lane.push(&message(topic, 0, 0, i as u8), now, &mut Twice::new(), |what, _| told.push(what.to_owned()));
            }
            assert!(drained(&mut lane, now).iter().all(|(due, _)| *due <= MOST));
        }
        assert!(told.iter().any(|what| what == "late by 5 ms") && told.iter().any(|what| what == "overtakes another"));
    }

    #[test]
    fn prompt_acknowledgements_wait_for_nothing_and_stay_in_their_order() {
        let now = Instant::now();
        for seed in 0..50 {
            let mut lane = Lane::new(Tricks { prompt: true, ..all() }, Rng::with_seed(seed));
            let (mut twice, mut sent) = (Twice::new(), Vec::new());
            for id in 1..=4 {
                lane.push(&message("a", 0, 0, id), now, &mut twice, |_, _| {});
                sent.push(vec![0x40, 2, 0, id]);
                lane.push(&[0x40, 2, 0, id], now, &mut twice, |_, _| {});
            }
            let out = drained(&mut lane, now);
            let acknowledged: Vec<_> = out.iter().filter(|(_, frame)| frame[0] == 0x40).cloned().collect();
            assert!(acknowledged.iter().all(|(due, _)| due.is_zero()), "seed {seed}");
            assert_eq!(acknowledged.into_iter().map(|(_, frame)| frame).collect::<Vec<_>>(), sent);
            let messages: Vec<_> = out.into_iter().filter(|(_, frame)| frame[0] != 0x40).collect();
            assert!(messages.is_sorted(), "seed {seed}: those of a topic stay in their order");
        }
    }

    #[test]
    fn the_broker_hears_one_acknowledgement_of_a_message_that_came_twice() {
        let now = Instant::now();
        let (mut down, mut up) = (
            Lane::new(all(), Rng::with_seed(0)),
            Lane::new(Tricks { acknowledges: true, ..Tricks::default() }, Rng::with_seed(0)),
        );
        let mut twice = Twice::new();
        let mut id = 0;
        while twice.is_empty() {
            id += 1;
            down.push(&message("a", 1, id, 0), now, &mut twice, |_, _| {});
        }
        let puback = [0x40, 2, (id >> 8) as u8, id as u8];
        // Of another message: as ever.
        up.push(&[0x40, 2, 0x7F, 1], now, &mut twice, |_, _| {});
        down.push(&puback, now, &mut twice, |_, _| {});
        assert_eq!(
            drained(&mut down, now).pop().map(|(_, frame)| frame),
            Some(puback.to_vec()),
            "of the client's message, the other way"
        );
        up.push(&puback, now, &mut twice, |_, _| {});
        up.push(&puback, now, &mut twice, |_, _| {});
        let out: Vec<Vec<u8>> = drained(&mut up, now).into_iter().map(|(_, frame)| frame).collect();
        assert_eq!(out, [vec![0x40, 2, 0x7F, 1], puback.to_vec()]);
    }
}
