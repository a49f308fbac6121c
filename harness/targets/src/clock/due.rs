//! Answers that are due from outside: while there is one, scenario time must not run ahead of the wall clock.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::journal::Journal;

/// The wall clock is followed in steps of this size while an answer is due.
const STEP: Duration = Duration::from_millis(1);

/// The set of answers that are due.
#[derive(Debug, Clone, Default)]
pub struct Due {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    waits: Mutex<Vec<Wait>>,
    /// Signalled when the last wait ends.
    quiet: Condvar,
    /// Signalled when the first wait begins.
    pending: Notify,
}

#[derive(Debug)]
struct Wait {
    id: u64,
    what: String,
    until: Instant,
}

/// One answer that is due; dropping it says that the answer has come (or no longer matters).
#[derive(Debug)]
pub struct DueGuard {
    shared: Arc<Shared>,
    id: u64,
}

impl Due {
    /// Declares that `what` (`SUBACK`, `status stat/led/power at the observer`) is due within `bound` of wall time.
    #[must_use]
    pub fn expect(&self, what: impl Into<String>, bound: Duration) -> DueGuard {
        let mut waits = lock(&self.shared);
        let id = waits.last().map_or(0, |w| w.id + 1);
        waits.push(Wait { id, what: what.into(), until: Instant::now() + bound });
        drop(waits);
        self.shared.pending.notify_one();
        DueGuard { shared: Arc::clone(&self.shared), id }
    }

    /// Whether nothing is due.
    pub fn is_quiet(&self) -> bool {
        lock(&self.shared).is_empty()
    }

    /// Makes the runtime's paused clock follow the wall clock while something is due. A wait that reaches its bound is
    /// written to the journal and dropped: a broker may never answer, and scenario time must go on. Never returns.
    pub async fn keep_pace(self, journal: Journal) {
        loop {
            while !self.is_quiet() {
                let shared = Arc::clone(&self.shared);
                let step = tokio::task::spawn_blocking(move || {
                    let began = Instant::now();
                    let (waits, _) = shared
                        .quiet
                        .wait_timeout_while(lock(&shared), STEP, |w| !w.is_empty())
                        .unwrap_or_else(PoisonError::into_inner);
                    (!waits.is_empty()).then(|| began.elapsed())
                });
                let Ok(passed) = step.await else { return };
                if let Some(passed) = passed {
                    tokio::time::advance(passed).await;
                }
                for what in self.take_overdue() {
                    journal.note(format!("gave up waiting for {what}: no answer within its bound of wall time"));
                }
            }
            self.shared.pending.notified().await;
        }
    }

    fn take_overdue(&self) -> Vec<String> {
        let now = Instant::now();
        let mut waits = lock(&self.shared);
        let mut overdue = Vec::new();
        waits.retain(|w| {
            let keep = w.until > now;
            if !keep {
                overdue.push(w.what.clone());
            }
            keep
        });
        overdue
    }
}

impl Drop for DueGuard {
    fn drop(&mut self) {
        let mut waits = lock(&self.shared);
        waits.retain(|w| w.id != self.id);
        if waits.is_empty() {
            self.shared.quiet.notify_all();
        }
    }
}

fn lock(shared: &Shared) -> MutexGuard<'_, Vec<Wait>> {
    shared.waits.lock().unwrap_or_else(PoisonError::into_inner)
}
