//! The end of an attempt before its steps have ended: its teardown is carried out all the same, within a limit of its own.
//!
//! The limit is one of wall time, so another thread counts it: a wait in wall time would hold a clock that jumps.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::options::Cancel;
use hil_targets::{BenchError, Watch};

/// Wall time that a teardown has after an early end.
pub(super) const TEARDOWN_LIMIT: Duration = Duration::from_secs(10);
/// Wall time that an attempt has after that: longest for one that cleans up on a broker that is slow.
const LONGEST_END: Duration = Duration::from_secs(10);

/// Why an attempt's steps end early.
#[derive(Debug)]
pub(super) enum Early {
    /// By a signal to the program.
    Interrupted,
    /// By `--wall-limit`.
    WallLimit,
    /// The bench failed beside them.
    Lost(BenchError),
}

/// How far the end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// It has not begun.
    Steps,
    /// The steps are over, and the teardown has its limit.
    Teardown,
    /// The teardown is over, whether it has ended or not.
    Over,
}

/// Ends an attempt early. Clones are of the same attempt.
#[derive(Debug, Clone)]
pub(super) struct Ending {
    stage: Arc<watch::Sender<Stage>>,
    cancel: Cancel,
}

impl Ending {
    pub(super) fn new(cancel: &Cancel) -> Self {
        Self { stage: Arc::new(watch::Sender::new(Stage::Steps)), cancel: cancel.clone() }
    }

    /// The teardown's limit counts from now on, unless it does already.
    pub(super) fn begin(&self) {
        self.reach(Stage::Teardown);
    }

    /// Resolves when the steps are to end.
    pub(super) async fn steps_are_over(&self) -> Early {
        tokio::select! {
            biased;
            () = self.cancel.interrupted() => Early::Interrupted,
            () = self.reached(Stage::Teardown) => Early::WallLimit,
        }
    }

    /// Resolves when the teardown's limit has passed.
    pub(super) async fn teardown_is_over(&self) {
        self.reached(Stage::Over).await;
    }

    fn reach(&self, stage: Stage) {
        self.stage.send_if_modified(|reached| {
            let is_further = stage > *reached;
            *reached = stage.max(*reached);
            is_further
        });
    }

    async fn reached(&self, stage: Stage) {
        // The sender lives as long as `self`.
        let _ = self.stage.subscribe().wait_for(|reached| *reached >= stage).await;
    }
}

/// Counts an attempt's early end.
pub(super) struct Countdown<'a> {
    ending: &'a Ending,
    teardown_limit: Duration,
    passed: Duration,
}

impl<'a> Countdown<'a> {
    /// For an attempt with or without a teardown.
    pub(super) fn new(ending: &'a Ending, has_teardown: bool) -> Self {
        let teardown_limit = if has_teardown { TEARDOWN_LIMIT } else { Duration::ZERO };
        Self { ending, teardown_limit, passed: Duration::ZERO }
    }

    /// Whether it counts.
    pub(super) fn has_begun(&self) -> bool {
        self.ending.cancel.is_interrupted() || *self.ending.stage.borrow() > Stage::Steps
    }

    /// To be called once a [`Watch::TICK`]: whether the attempt has had all the time that it gets. Calls are counted, not time:
    /// while the whole process stands still, nobody calls either.
    pub(super) fn is_over(&mut self) -> bool {
        if !self.has_begun() {
            return false;
        }
        self.passed += Watch::TICK;
        if self.passed > self.teardown_limit {
            self.ending.reach(Stage::Over);
        }
        self.passed > self.whole()
    }

    /// All the time that it gets.
    pub(super) fn whole(&self) -> Duration {
        self.teardown_limit + LONGEST_END
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks_until_over(countdown: &mut Countdown<'_>) -> Option<usize> {
        (1..1000).find(|_| countdown.is_over())
    }

    #[test]
    fn an_attempt_with_a_teardown_is_given_more_time() {
        let ending = Ending::new(&Cancel::default());
        let mut countdown = Countdown::new(&ending, true);
        assert_eq!(ticks_until_over(&mut countdown), None, "its end has not begun");
        ending.begin();
        assert_eq!(ticks_until_over(&mut countdown), Some(81), "twenty seconds");
        assert_eq!(ticks_until_over(&mut Countdown::new(&ending, false)), Some(41), "ten seconds");
    }

    #[tokio::test]
    async fn the_limit_of_the_teardown_counts_from_the_end_of_the_steps() {
        let ending = Ending::new(&Cancel::default());
        let mut countdown = Countdown::new(&ending, true);
        ending.begin();
        assert!(matches!(ending.steps_are_over().await, Early::WallLimit));
        for _ in 0..40 {
            assert!(!countdown.is_over());
        }
        assert_eq!(*ending.stage.borrow(), Stage::Teardown);
        assert!(!countdown.is_over());
        ending.teardown_is_over().await;
        ending.begin();
        assert_eq!(*ending.stage.borrow(), Stage::Over, "it does not begin again");
    }

    #[tokio::test]
    async fn a_signal_ends_the_steps() {
        let cancel = Cancel::default();
        let ending = Ending::new(&cancel);
        cancel.interrupt();
        assert!(matches!(ending.steps_are_over().await, Early::Interrupted));
        assert!(Countdown::new(&ending, false).has_begun());
    }
}
