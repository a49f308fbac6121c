//! Watches devices whose own code runs on the scenario's thread. Code that never gives the thread back stops everything
//! there: the runner, the clock, all limits in scenario time. Only another thread can notice.

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::journal::Journal;
use hil_model::time::display;

/// Says whether the device's code runs at this moment. Clones are of the same device.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Tells it from all others of the process.
    number: u64,
    /// Counts beginnings and ends: odd while the device's code runs.
    turns: AtomicU64,
    journal: OnceLock<Journal>,
}

impl Default for Shared {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { number, turns: AtomicU64::new(0), journal: OnceLock::new() }
    }
}

/// The device's code runs on this thread until this is dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    watch: &'a Watch,
    /// Of one thread.
    thread: PhantomData<*const ()>,
}

/// What a watcher has seen so far.
#[derive(Debug)]
pub struct Looks {
    watch: Watch,
    turn: u64,
    /// Looks in a row at which the device was in that same turn.
    unchanged: u32,
}

/// Why a device will never give the thread back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hang {
    /// Its code has run for [`Watch::LIMIT`] without a pause.
    Busy,
    /// It asked for so many bytes, and they are more than [`DeviceHeap`](super::DeviceHeap) gives a device.
    Memory(usize),
}

impl Watch {
    /// How often to look, in wall time.
    pub const TICK: Duration = Duration::from_millis(250);
    /// How long the device's code may run without giving the thread back, in wall time: as long as the task watchdog of ESP-IDF
    /// gives a task (`CONFIG_ESP_TASK_WDT_TIMEOUT_S`).
    pub const LIMIT: Duration = Duration::from_secs(5);

    /// The device's code runs from now on. A device that lives on the scenario's thread calls this each time it is polled.
    #[must_use]
    pub fn enter(&self) -> Turn<'_> {
        self.shared.turns.fetch_add(1, Ordering::Relaxed);
        hil_heap::begin(self.shared.number);
        Turn { watch: self, thread: PhantomData }
    }

    /// Begins to look.
    pub fn looks(&self) -> Looks {
        Looks { watch: self.clone(), turn: 0, unchanged: 0 }
    }

    /// What the device does is written to this journal.
    pub fn sees(&self, journal: &Journal) {
        // A device has one journal.
        let _ = self.shared.journal.set(journal.clone());
    }

    /// The device's journal, if it has come so far.
    pub fn journal(&self) -> Option<&Journal> {
        self.shared.journal.get()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        hil_heap::end();
        self.watch.shared.turns.fetch_add(1, Ordering::Relaxed);
    }
}

impl Looks {
    /// To be called once a [`Watch::TICK`]: whether the device hangs. Looks are counted, not time: while the whole process
    /// stands still, nobody looks either.
    pub fn look(&mut self) -> Option<Hang> {
        let shared = &self.watch.shared;
        if let Some(bytes) = hil_heap::refused(shared.number) {
            return Some(Hang::Memory(bytes));
        }
        let turn = shared.turns.load(Ordering::Relaxed);
        let is_same = turn == self.turn && turn % 2 == 1;
        self.unchanged = if is_same { self.unchanged + 1 } else { 0 };
        self.turn = turn;
        (Watch::TICK * self.unchanged >= Watch::LIMIT).then_some(Hang::Busy)
    }
}

impl Hang {
    /// What to do about it.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Busy => {
                "its code loops without ever waiting, and a debugger on hil shows where; on a chip, the task watchdog would bite"
            }
            Self::Memory(_) => "a size is wrong, or something grows in a loop without end; no chip has so much",
        }
    }
}

impl fmt::Display for Hang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => write!(f, "the device hangs: its code has run for {} without a pause", display(Watch::LIMIT)),
            Self::Memory(bytes) => {
                let most = hil_heap::LIMIT >> 20;
                write!(
                    f,
                    "the device takes more than {most} MiB of memory between two waits: it asked for {bytes} bytes more"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks until it hangs.
    fn looks_until(looks: &mut Looks) -> Option<usize> {
        (1..=100).find(|_| looks.look().is_some())
    }

    #[test]
    fn only_a_device_that_never_pauses_hangs() {
        let watch = Watch::default();
        let mut looks = watch.looks();
        assert_eq!(looks_until(&mut looks), None, "it has not begun");
        let turn = watch.enter();
        assert_eq!(looks_until(&mut looks), Some(21), "one look to see it, and then five seconds");
        drop(turn);
        assert_eq!(looks_until(&mut looks), None, "it waits");
        for _ in 0..100 {
            let _turn = watch.enter();
            assert_eq!(looks.look(), None, "it comes and goes");
        }
    }
}
