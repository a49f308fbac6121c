//! When to send PINGREQ, and when its answer has been missing for too long.

use crate::time::{Duration, Instant};

/// Pings every half keep-alive interval and waits a whole one for the answer, so that a dead connection is noticed at
/// most 1.5 intervals after its last sign of life.
pub struct KeepAlive {
    interval: Duration,
    next_ping: Instant,
    /// Set while a PINGRESP is awaited.
    answer_due: Option<Instant>,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    Nothing,
    Ping,
    GiveUp,
}

impl KeepAlive {
    pub fn new(interval: Duration, now: Instant) -> Self {
        Self { interval, next_ping: now + interval / 2, answer_due: None }
    }

    /// When [`Self::poll`] will have something to do.
    pub fn deadline(&self) -> Instant {
        self.answer_due.unwrap_or(self.next_ping)
    }

    /// To be called at any time; a `Ping` is to be sent at once.
    pub fn poll(&mut self, now: Instant) -> Action {
        if now < self.deadline() {
            return Action::Nothing;
        }
        if self.answer_due.is_some() {
            return Action::GiveUp;
        }
        self.next_ping = now + self.interval / 2;
        self.answer_due = Some(now + self.interval);
        Action::Ping
    }

    /// PINGRESP was received.
    pub fn answered(&mut self) {
        self.answer_due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Instant {
        Instant::from_millis(seconds * 1000)
    }

    #[test]
    fn a_dead_connection_is_noticed_after_one_and_a_half_intervals() {
        let mut keep_alive = KeepAlive::new(Duration::from_secs(60), at(0));
        assert_eq!(keep_alive.poll(at(29)), Action::Nothing);
        assert_eq!(keep_alive.poll(keep_alive.deadline()), Action::Ping);
        assert_eq!(keep_alive.poll(at(89)), Action::Nothing);
        assert_eq!(keep_alive.poll(at(90)), Action::GiveUp);
    }

    #[test]
    fn a_late_answer_is_followed_by_the_next_ping_at_once() {
        let mut keep_alive = KeepAlive::new(Duration::from_secs(60), at(0));
        assert_eq!(keep_alive.poll(at(30)), Action::Ping);
        keep_alive.answered();
        assert_eq!(keep_alive.deadline(), at(60));
        assert_eq!(keep_alive.poll(at(60)), Action::Ping);
        keep_alive.answered();
        assert_eq!(keep_alive.poll(at(100)), Action::Ping);
    }
}
