//! Hands inputs to a parser, and looks whether it survives.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::Mutator;
use crate::thread_clock::ThreadClock;

/// Processor time that a single input may take: however busy the machine is, it means the same.
const LONGEST_WORK: Duration = Duration::from_secs(10);
/// Wall time after which an input hangs that waits and does not work, or where processor time is not known.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// How often it is looked at.
const TICK: Duration = Duration::from_millis(250);
const DEFAULT_TIME: Duration = Duration::from_secs(1);

/// Something that reads what comes from outside.
pub struct Parser {
    /// Its name: `scenario`.
    pub name: &'static str,
    /// Valid inputs; at least one.
    pub seeds: Vec<Vec<u8>>,
    /// Words of its format.
    pub words: &'static [&'static str],
}

/// How long a parser is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// So long.
    Time(Duration),
    /// So many inputs.
    Executions(u64),
}

impl Limits {
    /// What the environment says.
    ///
    /// # Panics
    /// A variable is no number.
    pub fn of_environment() -> Self {
        match (number("HIL_FUZZ_EXECS"), number("HIL_FUZZ_SECONDS")) {
            (Some(count), _) => Self::Executions(count),
            (None, Some(seconds)) => Self::Time(Duration::from_secs(seconds)),
            (None, None) => Self::Time(DEFAULT_TIME),
        }
    }

    fn are_reached(self, executions: u64, began: Instant) -> bool {
        match self {
            Self::Time(time) => began.elapsed() >= time,
            Self::Executions(count) => executions >= count,
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is to be a number, and is {text:?}")))
}

/// Where the worker is, for the thread that watches it.
#[derive(Default)]
struct Progress {
    /// Whose processor time counts.
    clock: OnceLock<ThreadClock>,
    executions: AtomicU64,
    input: Mutex<Vec<u8>>,
}

impl Progress {
    fn input(&self) -> Vec<u8> {
        self.input.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Drives a parser: each valid input as it is, then changed ones. Returns how many inputs it has read.
///
/// # Panics
/// The parser panics, hangs, or takes more than [`hil_heap::LIMIT`]. The input is in a file then, which the message names. (The memory
/// is bounded only in a program whose allocator is [`hil_heap::DeviceHeap`].)
pub fn drive(parser: Parser, read: impl Fn(&[u8]) + Send + 'static) -> u64 {
    drive_within(LONGEST_WORK, parser, read)
}

/// The same, with another limit for the work on one input.
fn drive_within(longest_work: Duration, parser: Parser, read: impl Fn(&[u8]) + Send + 'static) -> u64 {
    let (limits, seed) = (Limits::of_environment(), number("HIL_FUZZ_SEED").unwrap_or(0));
    let (name, progress) = (parser.name, Arc::new(Progress::default()));
    // It tells this worker apart from the others of the process.
    static WORKERS: AtomicU64 = AtomicU64::new(1 << 32);
    let worker = WORKERS.fetch_add(1, Ordering::Relaxed);
    let (done, result) = mpsc::channel();
    let watched = Arc::clone(&progress);
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        // Nobody listens any more to what was given up.
        let _ = done.send(work(&parser, read, limits, seed, worker, &watched));
    });
    assert!(thread.is_ok(), "{name}: no thread is to be had");
    let worked = || progress.clock.get().and_then(ThreadClock::now).unwrap_or_default();
    let (mut seen, mut since, mut worked_before) = (0, Instant::now(), worked());
    loop {
        match result.recv_timeout(TICK) {
            Ok(true) => break,
            Ok(false) | Err(RecvTimeoutError::Disconnected) => fail(name, "panics", &progress, seed),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(bytes) = hil_heap::refused(worker) {
            fail(name, &format!("takes too much memory ({bytes} bytes more)"), &progress, seed);
        }
        let executions = progress.executions.load(Ordering::Relaxed);
        if executions != seen {
            (seen, since, worked_before) = (executions, Instant::now(), worked());
        }
        if worked().saturating_sub(worked_before) > longest_work || since.elapsed() > LONGEST_WAIT {
            fail(name, "hangs", &progress, seed);
        }
    }
    let executions = progress.executions.load(Ordering::Relaxed);
    println!("{name}: {executions} inputs");
    executions
}

/// Whether all went well.
fn work(parser: &Parser, read: impl Fn(&[u8]), limits: Limits, seed: u64, worker: u64, progress: &Progress) -> bool {
    let _ = progress.clock.set(ThreadClock::of_this());
    let began = Instant::now();
    let mut mutator = Mutator::new(&parser.seeds, parser.words, seed);
    let mut valid = parser.seeds.iter();
    loop {
        let executions = progress.executions.load(Ordering::Relaxed);
        let input = match valid.next() {
            Some(seed) => seed.clone(),
            None if limits.are_reached(executions, began) => return true,
            None => mutator.input(),
        };
        progress.input.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&input);
        hil_heap::begin(worker);
        let survived = catch_unwind(AssertUnwindSafe(|| read(&input))).is_ok();
        hil_heap::end();
        if !survived {
            return false;
        }
        progress.executions.fetch_add(1, Ordering::Relaxed);
    }
}

fn fail(name: &str, what: &str, progress: &Progress, seed: u64) -> ! {
    let input = progress.input();
    let path: PathBuf = std::env::temp_dir().join(format!("hostile-{name}-{}.input", std::process::id()));
    let place = match std::fs::write(&path, &input) {
        Ok(()) => path.display().to_string(),
        Err(error) => format!("(cannot be written to {}: {error})", path.display()),
    };
    let number = progress.executions.load(Ordering::Relaxed) + 1;
    let start = String::from_utf8_lossy(&input[..input.len().min(400)]).into_owned();
    panic!("{name} {what} at input {number} of seed {seed}, {} bytes, in {place}: {start:?}", input.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parser(name: &'static str) -> Parser {
        Parser { name, seeds: vec![b"0123456789".to_vec()], words: &[] }
    }

    #[test]
    fn what_survives_is_counted() {
        assert!(drive(parser("harmless"), |input| drop(input.to_vec())) > 100);
    }

    #[test]
    #[cfg(target_os = "linux")]
    #[should_panic(expected = "endless hangs at input")]
    fn an_input_without_end_hangs() {
        drive_within(Duration::from_millis(100), parser("endless"), |_| {
            loop {
                std::hint::spin_loop();
            }
        });
    }

    #[test]
    #[should_panic(expected = "fragile panics at input")]
    fn a_panic_is_told_with_its_input() {
        drive(parser("fragile"), |input| assert!(input.starts_with(b"0"), "it begins otherwise"));
    }
}
