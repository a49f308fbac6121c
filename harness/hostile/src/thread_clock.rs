//! Processor time of another thread, which may never come back to tell it.

use std::path::PathBuf;
use std::time::Duration;

/// Ticks of `/proc/PID/stat` in a second: USER_HZ, which is 100 on every architecture that Rust's std knows but Alpha.
const TICKS: u64 = 100;
/// The fields behind the program's name, which may have blanks in it: `utime` and `stime` are fields 14 and 15 of proc_pid_stat(5).
const UTIME: usize = 11;

/// The clock of a thread. Only Linux tells it without unsafe code.
pub struct ThreadClock(Option<PathBuf>);

impl ThreadClock {
    /// That of the thread that calls.
    pub fn of_this() -> Self {
        let thread = std::fs::read_link("/proc/thread-self").ok();
        Self(thread.map(|thread| PathBuf::from("/proc").join(thread).join("stat")))
    }

    /// How long it has had a processor, to 10 ms; `None` if that is not known, or if it has ended.
    pub fn now(&self) -> Option<Duration> {
        let text = std::fs::read_to_string(self.0.as_ref()?).ok()?;
        let (_, fields) = text.rsplit_once(')')?;
        let mut ticks = fields.split_whitespace().skip(UTIME).map(str::parse::<u64>);
        let both = ticks.next()?.ok()? + ticks.next()?.ok()?;
        Some(Duration::from_millis(both * 1000 / TICKS))
    }
}
