//! Scenarios that wait for a board, and the boards that wait for scenarios.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::options::Cancel;
use hil_model::event::Attempt;

/// Between two looks at whether the run was cancelled.
const LOOK: Duration = Duration::from_millis(100);

/// A scenario that waits.
pub(super) struct Waiting {
    /// Its place in the plan.
    pub(super) index: usize,
    /// Attempts on boards that failed under it.
    pub(super) attempts: Vec<Attempt>,
}

/// What waits, and who is busy. A board that fails puts its scenario back, so nobody goes home before all are done.
pub(super) struct Queue<'a> {
    state: Mutex<State>,
    changed: Condvar,
    cancel: &'a Cancel,
}

struct State {
    waiting: VecDeque<Waiting>,
    /// Boards on their way to their first scenario.
    preparing: usize,
    /// Boards with a scenario.
    running: usize,
}

impl<'a> Queue<'a> {
    pub(super) fn new(plan: impl Iterator<Item = usize>, cancel: &'a Cancel) -> Self {
        let waiting = plan.map(|index| Waiting { index, attempts: Vec::new() }).collect();
        Self { state: Mutex::new(State { waiting, preparing: 0, running: 0 }), changed: Condvar::new(), cancel }
    }

    /// Waits until another board is of use; `false` when none will be. Then [`Self::prepared`] must follow.
    pub(super) fn wants_a_board(&self) -> bool {
        let mut state = self.lock();
        loop {
            if self.cancel.reason().is_some() {
                return false;
            }
            if state.waiting.len() > state.preparing {
                state.preparing += 1;
                return true;
            }
            if state.waiting.is_empty() && state.preparing == 0 && state.running == 0 {
                return false;
            }
            state = self.wait(state);
        }
    }

    /// The board is prepared, or will not be.
    pub(super) fn prepared(&self) {
        self.lock().preparing -= 1;
        self.changed.notify_all();
    }

    /// Waits for the next scenario that the board can run; `None` when none will come. Then [`Self::done`] must follow.
    pub(super) fn take(&self, can_run: impl Fn(usize) -> bool) -> Option<Waiting> {
        let mut state = self.lock();
        loop {
            if self.cancel.reason().is_some() {
                return None;
            }
            if let Some(at) = state.waiting.iter().position(|waiting| can_run(waiting.index)) {
                state.running += 1;
                return state.waiting.remove(at);
            }
            if state.preparing == 0 && state.running == 0 {
                return None;
            }
            state = self.wait(state);
        }
    }

    /// The scenario is over, or goes back to be run by another board.
    pub(super) fn done(&self, back: Option<Waiting>) {
        let mut state = self.lock();
        state.running -= 1;
        if let Some(waiting) = back {
            state.waiting.push_front(waiting);
        }
        drop(state);
        self.changed.notify_all();
    }

    /// What no board has run.
    pub(super) fn left(self) -> Vec<Waiting> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).waiting.into()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        self.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_waits_for_what_another_may_put_back() {
        let cancel = Cancel::default();
        let queue = Queue::new(0..1, &cancel);
        assert!(queue.wants_a_board());
        queue.prepared();
        let first = queue.take(|_| true).expect("there is one");
        std::thread::scope(|scope| {
            let second = scope.spawn(|| queue.take(|_| true).map(|waiting| waiting.index));
            // It has nothing to do yet, but must not go home.
            std::thread::sleep(2 * LOOK);
            assert!(!second.is_finished());
            queue.done(Some(first));
            assert_eq!(second.join().expect("no panic"), Some(0));
        });
        queue.done(None);
        assert!(queue.take(|_| true).is_none(), "all is done");
        assert!(!queue.wants_a_board());
        assert!(queue.left().is_empty());
    }

    #[test]
    fn no_more_boards_are_wanted_than_there_are_scenarios() {
        let cancel = Cancel::default();
        let queue = Queue::new(0..2, &cancel);
        assert!(queue.wants_a_board() && queue.wants_a_board());
        std::thread::scope(|scope| {
            let third = scope.spawn(|| queue.wants_a_board());
            std::thread::sleep(2 * LOOK);
            assert!(!third.is_finished());
            // One of the two is dead: now the third is wanted.
            queue.prepared();
            assert!(third.join().expect("no panic"));
        });
    }

    #[test]
    fn what_nobody_can_run_is_left() {
        let cancel = Cancel::default();
        let queue = Queue::new(0..3, &cancel);
        assert!(queue.wants_a_board());
        queue.prepared();
        let taken = queue.take(|index| index != 1).expect("0 and 2 can be run");
        queue.done(None);
        assert_eq!(taken.index, 0);
        queue.take(|index| index != 1).expect("2 can be run");
        queue.done(None);
        assert!(queue.take(|index| index != 1).is_none());
        assert_eq!(queue.left().iter().map(|waiting| waiting.index).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn a_cancelled_run_wants_nothing_any_more() {
        let cancel = Cancel::default();
        let queue = Queue::new(0..3, &cancel);
        cancel.interrupt();
        assert!(!queue.wants_a_board() && queue.take(|_| true).is_none());
        assert_eq!(queue.left().len(), 3);
    }
}
