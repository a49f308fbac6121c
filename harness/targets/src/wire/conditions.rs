//! The state of the network, and who waits for it to change.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::sync::Notify;

use hil_scenario::step::DropPacket;

/// State of the network.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Conditions {
    pub(super) link: bool,
    pub(super) latency: Duration,
    pub(super) black_hole: bool,
    pub(super) refuse: bool,
    /// Counts `drop` and `reset`: connections older than the count end.
    pub(super) cut: u64,
    /// Whether the last cut was a reset (RST), not an orderly end (FIN).
    pub(super) cut_is_reset: bool,
    pub(super) drop_at: Option<DropPacket>,
    /// The scenario is over: what the broker still takes for a connection ends.
    pub(super) over: bool,
}

impl Default for Conditions {
    /// A network that works.
    fn default() -> Self {
        Self {
            link: true,
            latency: Duration::ZERO,
            black_hole: false,
            refuse: false,
            cut: 0,
            cut_is_reset: false,
            drop_at: None,
            over: false,
        }
    }
}

/// The conditions, shared within a thread. Waiters are woken in the order in which they began to wait, so that runs
/// repeat exactly (tokio's `watch` wakes its receivers in random order).
#[derive(Debug, Default)]
pub(super) struct Watched {
    current: RefCell<Conditions>,
    version: Cell<u64>,
    changed: Notify,
}

impl Watched {
    /// The conditions now, and their version for [`Watched::changed_since`].
    pub(super) fn get(&self) -> (Conditions, u64) {
        (self.current.borrow().clone(), self.version.get())
    }

    /// Changes the conditions and wakes who waits.
    pub(super) fn modify(&self, change: impl FnOnce(&mut Conditions)) {
        change(&mut self.current.borrow_mut());
        self.version.set(self.version.get() + 1);
        self.changed.notify_waiters();
    }

    /// Resolves when the conditions are newer than `version`.
    pub(super) async fn changed_since(&self, version: u64) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.version.get() != version {
                return;
            }
            changed.await;
        }
    }
}
