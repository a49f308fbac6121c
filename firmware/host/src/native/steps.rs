//! The device's steps are counted, so that one that never lets simulated time go on comes to an end.
//!
//! Simulated time goes on only when nothing is left to do. A device that always has something to do (it connects again
//! without a pause, it looks at the clock until time has passed) stays in one instant for ever, and fills the journal
//! meanwhile. On a chip the task watchdog would bite.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::time::Duration;

use tokio::time::Instant;

/// Steps are counted over this much of the device's time.
const WINDOW: Duration = Duration::from_secs(1);
/// Most steps in a [`WINDOW`].
const MOST: u32 = 1_000_000;

/// Counts steps: calls of the device's surroundings, and the times it is woken up.
pub(super) struct Steps {
    since: Cell<Instant>,
    count: Cell<u32>,
    is_over: Cell<bool>,
}

/// What the device's code is unwound with when it has taken too many steps.
pub(super) struct Spins;

impl Steps {
    pub(super) fn starting_now() -> Self {
        Self { since: Cell::new(Instant::now()), count: Cell::new(0), is_over: Cell::new(false) }
    }

    /// The device takes a step. If it is one too many, its code ends here, as by a panic, with [`Spins`].
    pub(super) fn step(&self) {
        let now = Instant::now();
        if now.saturating_duration_since(self.since.get()) >= WINDOW {
            self.since.set(now);
            self.count.set(0);
        }
        self.count.set(self.count.get().saturating_add(1));
        // Once: what the device still does while it is unwound must not unwind again.
        if self.count.get() > MOST && !self.is_over.replace(true) {
            resume_unwind(Box::new(Spins));
        }
    }
}

impl std::fmt::Display for Spins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "more than {MOST} steps within {} s of its time", WINDOW.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::panic::AssertUnwindSafe;

    use firmware::platform::Clock as _;
    use futures_util::FutureExt as _;

    use super::super::board::{DeviceClock, Supply};
    use super::super::panics::Running;
    use super::*;
    use hil_targets::Watch;
    use hil_targets::clock::{Pace, runtime};
    use hil_targets::journal::Journal;
    use hil_targets::lights::Lights;

    /// Whether the device was ended because it spins.
    fn spins<F: Future>(pace: Pace, device: impl FnOnce(DeviceClock) -> F) -> bool {
        runtime(pace).expect("a runtime").block_on(async {
            let journal = Journal::new();
            let supply = Supply::new(Lights::new(journal.clone()), journal);
            let running = Running::new(device(DeviceClock::starting_now(supply.clone())), supply, Watch::default());
            AssertUnwindSafe(running).catch_unwind().await.is_err_and(|panic| panic.is::<Spins>())
        })
    }

    #[test]
    fn a_device_that_wakes_itself_for_ever_comes_to_an_end() {
        assert!(spins(Pace::Jump, |_| async {
            loop {
                tokio::task::yield_now().await;
            }
        }));
    }

    #[test]
    fn a_device_that_waits_for_what_is_due_already_comes_to_an_end() {
        let wait = |clock: DeviceClock| async move {
            loop {
                clock.sleep_until(clock.now()).await;
            }
        };
        assert!(spins(Pace::Jump, wait));
    }

    #[test]
    fn a_device_that_waits_may_take_any_number_of_steps() {
        let tick = |clock: DeviceClock| async move {
            for _ in 0..3 * MOST / 10 {
                clock.sleep_until(clock.now() + firmware::time::Duration::from_millis(1)).await;
            }
        };
        assert!(!spins(Pace::Jump, tick));
    }

    #[test]
    fn what_a_device_does_while_it_is_ended_does_not_end_the_program() {
        struct AtTheEnd(DeviceClock);
        impl Drop for AtTheEnd {
            fn drop(&mut self) {
                self.0.now();
            }
        }
        let device = |clock: DeviceClock| async move {
            let last = AtTheEnd(clock);
            loop {
                last.0.now();
            }
        };
        assert!(spins(Pace::Jump, device));
    }
}
