//! The four command subscriptions, each of which may be refused and tried again.

use rust_mqtt::types::PacketIdentifier;

use crate::{
    backoff::Backoff,
    time::{Duration, Instant},
    topics::CommandTopic,
};

/// Time within which a SUBSCRIBE must be answered.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// One subscription.
struct Subscription {
    topic: CommandTopic,
    progress: Progress,
    /// Whether the broker has answered at all, be it with a refusal.
    answered: bool,
    backoff: Backoff,
}

enum Progress {
    Due(Instant),
    Sent { packet: PacketIdentifier, limit: Instant },
    Granted,
}

/// How far all of them are.
pub struct Subscriptions([Subscription; 4]);

impl Subscriptions {
    /// None of them is known to the broker.
    pub fn new() -> Self {
        Self(CommandTopic::ALL.map(|topic| Subscription {
            topic,
            progress: Progress::Due(Instant::BOOT),
            answered: false,
            backoff: Backoff::new(),
        }))
    }

    /// A connection begins. With `session_present`, the broker has kept what it has granted.
    pub fn resume(&mut self, session_present: bool) {
        for subscription in &mut self.0 {
            if !(session_present && matches!(subscription.progress, Progress::Granted)) {
                subscription.progress = Progress::Due(Instant::BOOT);
                subscription.answered = false;
            }
        }
    }

    /// A subscription that is to be sent at `now`.
    pub fn due(&self, now: Instant) -> Option<CommandTopic> {
        self.0.iter().find_map(|subscription| match subscription.progress {
            Progress::Due(at) if at <= now => Some(subscription.topic),
            _ => None,
        })
    }

    /// SUBSCRIBE was sent.
    pub fn sent(&mut self, topic: CommandTopic, packet: PacketIdentifier, now: Instant) {
        self.set(topic, Progress::Sent { packet, limit: now + ANSWER_LIMIT });
    }

    /// SUBSCRIBE is not allowed by the broker; it is tried again, in case that changes.
    pub fn not_sent(&mut self, topic: CommandTopic, now: Instant) {
        self.set(topic, Progress::Due(now + Backoff::MAX));
    }

    /// SUBACK was received. Returns the topic if it was refused and will be tried again.
    pub fn answered(
        &mut self,
        packet: PacketIdentifier,
        granted: bool,
        now: Instant,
        random: u32,
    ) -> Option<CommandTopic> {
        let subscription = self.0.iter_mut().find(
            |subscription| matches!(subscription.progress, Progress::Sent { packet: sent, .. } if sent == packet),
        )?;
        subscription.answered = true;
        if granted {
            subscription.progress = Progress::Granted;
            subscription.backoff.reset();
            return None;
        }
        subscription.progress = Progress::Due(now + subscription.backoff.next(random));
        Some(subscription.topic)
    }

    /// Whether every one of them was granted or refused once on this connection.
    pub fn settled(&self) -> bool {
        self.0.iter().all(|subscription| subscription.answered || matches!(subscription.progress, Progress::Granted))
    }

    /// When [`Self::due`] or [`Self::timed_out`] will have something to say.
    pub fn deadline(&self) -> Option<Instant> {
        let deadlines = self.0.iter().filter_map(|subscription| match subscription.progress {
            Progress::Due(at) => Some(at),
            Progress::Sent { limit, .. } => Some(limit),
            Progress::Granted => None,
        });
        deadlines.min()
    }

    /// Whether an answer has been missing for too long at `now`.
    pub fn timed_out(&self, now: Instant) -> bool {
        let late = |limit| limit <= now;
        self.0.iter().any(|subscription| matches!(subscription.progress, Progress::Sent { limit, .. } if late(limit)))
    }

    fn set(&mut self, topic: CommandTopic, progress: Progress) {
        if let Some(subscription) = self.0.iter_mut().find(|subscription| subscription.topic == topic) {
            subscription.progress = progress;
        }
    }
}
