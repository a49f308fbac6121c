//! The journal itself: append, search from a position, wait for more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use tokio::sync::Notify;

use hil_model::observation::{Entry, Observation};
use hil_model::time::SimTime;

/// A place between two entries: the number of entries before it.
pub type Position = u64;

/// A shared handle to one scenario's journal. Clones append to the same record.
#[derive(Debug, Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Simulated or real, as the runtime's clock is.
    device_start: tokio::time::Instant,
    wall_start: std::time::Instant,
    entries: Mutex<Kept>,
    most: Most,
    grown: Notify,
    full: Notify,
    /// Of a record that is complete: its end.
    end: Option<SimTime>,
}

/// The entries from `first` on; those before it were forgotten.
#[derive(Debug, Default)]
struct Kept {
    first: Position,
    entries: Vec<Entry>,
    /// What they take, about.
    bytes: usize,
}

/// What a journal holds at most.
#[derive(Debug, Clone, Copy)]
struct Most {
    entries: usize,
    bytes: usize,
}

/// What a journal holds that takes no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full {
    /// So many entries.
    pub entries: usize,
    /// In about so many bytes.
    pub bytes: usize,
}

impl Journal {
    /// Entries that it holds at most; what comes then is not recorded.
    pub const MOST: usize = 2_000_000;
    /// Bytes that they take at most, about.
    pub const MOST_BYTES: usize = 256 << 20;
    const LIMITS: Most = Most { entries: Self::MOST, bytes: Self::MOST_BYTES };

    /// An empty journal whose time zero is now, on the current runtime's clock.
    #[expect(clippy::new_without_default, reason = "reads the clock: not a default value")]
    pub fn new() -> Self {
        Self::starting_with(Kept::default(), Self::LIMITS, None)
    }

    /// A record that is complete, up to `end`: nothing is waited for in it. The observations are in the order of their times.
    pub fn complete(observations: impl IntoIterator<Item = (SimTime, Observation)>, end: SimTime) -> Self {
        let entry = |(seq, (at, what))| Entry { seq, at, wall: at.elapsed(), what };
        let entries = (0..).zip(observations).map(entry).collect();
        // Nothing is added to it.
        Self::starting_with(Kept { first: 0, entries, bytes: 0 }, Self::LIMITS, Some(end))
    }

    /// An empty journal with the same time zero.
    pub fn beside(&self) -> Self {
        let Inner { device_start, wall_start, .. } = *self.inner;
        let (entries, grown, full, end) = (Mutex::default(), Notify::new(), Notify::new(), None);
        Self { inner: Arc::new(Inner { device_start, wall_start, entries, most: Self::LIMITS, grown, full, end }) }
    }

    fn starting_with(kept: Kept, most: Most, end: Option<SimTime>) -> Self {
        Self {
            inner: Arc::new(Inner {
                device_start: tokio::time::Instant::now(),
                wall_start: std::time::Instant::now(),
                entries: Mutex::new(kept),
                most,
                grown: Notify::new(),
                full: Notify::new(),
                end,
            }),
        }
    }

    /// Scenario time now; of a record that is complete, its end.
    pub fn now(&self) -> SimTime {
        self.inner.end.unwrap_or_else(|| SimTime::from_elapsed(self.inner.device_start.elapsed()))
    }

    /// The runtime's instant that stands for scenario time `at`.
    pub fn instant(&self, at: SimTime) -> tokio::time::Instant {
        self.inner.device_start + at.elapsed()
    }

    /// Appends an observation made now.
    pub fn record(&self, what: Observation) -> Position {
        self.record_at(self.now(), what)
    }

    /// Appends an observation that was made at device time `at` (a decoded frame is known only once it has ended).
    pub fn record_at(&self, at: SimTime, what: Observation) -> Position {
        let wall = self.inner.wall_start.elapsed();
        let mut kept = self.lock();
        let seq = kept.first + kept.entries.len() as Position;
        let Most { entries, bytes } = self.inner.most;
        if kept.entries.len() >= entries || kept.bytes >= bytes {
            drop(kept);
            self.inner.full.notify_one();
            return seq;
        }
        kept.bytes += what.size();
        kept.entries.push(Entry { seq, at, wall, what });
        drop(kept);
        self.inner.grown.notify_waiters();
        seq
    }

    /// A remark of the harness.
    pub fn note(&self, text: impl Into<String>) {
        self.record(Observation::Note { text: text.into() });
    }

    /// The position after the last entry.
    pub fn end(&self) -> Position {
        let kept = self.lock();
        kept.first + kept.entries.len() as Position
    }

    /// Runs `search` on the entries from `from` on.
    pub fn read<R>(&self, from: Position, search: impl FnOnce(&[Entry]) -> R) -> R {
        let kept = self.lock();
        let from = usize::try_from(from.saturating_sub(kept.first)).unwrap_or(usize::MAX).min(kept.entries.len());
        search(&kept.entries[from..])
    }

    /// Drops the entries before `position`, for a journal that is watched rather than searched and would otherwise grow
    /// for ever. Searches from a position before it begin at it.
    pub fn forget(&self, position: Position) {
        let mut kept = self.lock();
        let count = usize::try_from(position.saturating_sub(kept.first)).unwrap_or(usize::MAX).min(kept.entries.len());
        let bytes: usize = kept.entries.drain(..count).map(|entry| entry.what.size()).sum();
        kept.bytes = kept.bytes.saturating_sub(bytes);
        kept.first += count as Position;
    }

    /// Resolves when something could not be recorded. One task at a time can wait for this.
    pub async fn full(&self) -> Full {
        self.inner.full.notified().await;
        let kept = self.lock();
        Full { entries: kept.entries.len(), bytes: kept.bytes }
    }

    /// All entries, unless another thread has stopped for ever in the middle of one.
    pub fn try_to_vec(&self) -> Option<Vec<Entry>> {
        match self.inner.entries.try_lock() {
            Ok(kept) => Some(kept.entries.clone()),
            Err(TryLockError::Poisoned(kept)) => Some(kept.into_inner().entries.clone()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// All entries, for the reports.
    pub fn to_vec(&self) -> Vec<Entry> {
        self.read(0, <[Entry]>::to_vec)
    }

    /// Searches the entries from `from` on as they come, until `search` finds something or scenario time `deadline` has
    /// passed (then `None`). The first call of `search` sees all that there are, each later one only what is new: however
    /// long it takes, every entry is looked at once.
    ///
    /// `search` is called at least once, also if the deadline has passed already.
    pub async fn wait<R>(
        &self,
        from: Position,
        deadline: SimTime,
        mut search: impl FnMut(&[Entry]) -> Option<R>,
    ) -> Option<R> {
        if self.inner.end.is_some() {
            return self.read(from, search);
        }
        let timer = tokio::time::sleep_until(self.instant(deadline));
        tokio::pin!(timer);
        let mut next = from;
        let mut look = || {
            self.read(next, |entries| {
                next = entries.last().map_or(next, |last| last.seq + 1);
                search(entries)
            })
        };
        loop {
            let grown = self.inner.grown.notified();
            tokio::pin!(grown);
            grown.as_mut().enable();
            if let Some(found) = look() {
                return Some(found);
            }
            tokio::select! {
                biased;
                () = grown => {}
                () = &mut timer => return look(),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // A panic elsewhere must not hide what was observed: the entries are whole after every push.
        self.inner.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_complete_record_is_searched_and_not_waited_for() {
        let note = |text: &str| Observation::Note { text: text.to_owned() };
        let journal = Journal::complete([(SimTime(5), note("a")), (SimTime(9), note("b"))], SimTime(10));
        assert_eq!(journal.now(), SimTime(10));
        let at_9 = |entries: &[Entry]| entries.iter().find(|e| e.at == SimTime(9)).map(|e| e.seq);
        assert_eq!(journal.wait(0, SimTime(u64::MAX), at_9).await, Some(1));
        assert_eq!(journal.wait(2, SimTime(u64::MAX), at_9).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn each_entry_is_searched_once() {
        let journal = Journal::new();
        let writer = journal.clone();
        journal.note("before");
        tokio::spawn(async move {
            for number in 0..100 {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                writer.note(number.to_string());
            }
        });
        let mut seen = Vec::new();
        let search = |entries: &[Entry]| {
            seen.extend(entries.iter().map(|e| e.seq));
            seen.contains(&100).then_some(())
        };
        assert_eq!(journal.wait(0, SimTime(u64::MAX / 2), search).await, Some(()));
        assert_eq!(seen, (0..=100).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_journal_that_is_full_says_so_and_takes_no_more() {
        let journal = Journal::starting_with(Kept::default(), Most { entries: 2, bytes: 1 << 20 }, None);
        journal.note("a");
        journal.note("b");
        assert!(tokio::time::timeout(std::time::Duration::ZERO, journal.full()).await.is_err());
        assert_eq!(journal.record(Observation::Note { text: "c".to_owned() }), 2);
        assert_eq!(journal.full().await.entries, 2);
        assert_eq!(journal.end(), 2);
        // One that is forgotten as it grows never is.
        journal.forget(2);
        assert_eq!(journal.record(Observation::Note { text: "d".to_owned() }), 2);
        assert_eq!(journal.end(), 3);
    }

    #[tokio::test]
    async fn few_large_entries_fill_it_as_many_small_ones_do() {
        let journal = Journal::starting_with(Kept::default(), Most { entries: 1000, bytes: 3 << 20 }, None);
        for _ in 0..4 {
            journal.note("x".repeat(1 << 20));
        }
        let Full { entries, bytes } = journal.full().await;
        assert_eq!((entries, bytes >> 20), (3, 3));
        journal.forget(3);
        journal.note("there is room again");
        assert_eq!(journal.end(), 4);
    }

    #[tokio::test]
    async fn positions_stay_what_they_were_when_entries_are_forgotten() {
        let journal = Journal::new();
        for text in ["a", "b", "c"] {
            journal.note(text);
        }
        journal.forget(2);
        assert_eq!(journal.end(), 3);
        assert_eq!(journal.read(0, |e| e.iter().map(|e| e.seq).collect::<Vec<_>>()), [2]);
        assert_eq!(journal.record(Observation::Note { text: "d".to_owned() }), 3);
        assert_eq!(journal.read(3, <[Entry]>::len), 1);
        journal.forget(99);
        assert_eq!(journal.end(), 4);
    }
}
