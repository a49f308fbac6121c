//! Many tests, side by side.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use simulator::mem::RomSizeError;

use super::attempt::attempt;
use super::board::Rig;
use super::outcome::{Failure, Outcome, TestReport};
use super::select::Selection;
use super::suite::{Suite, Test};

/// How tests are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Which tests.
    pub selection: Selection,
    /// Tests that are run side by side.
    pub jobs: NonZeroUsize,
    /// Time on the chip for each test, in place of its own limit.
    pub timeout: Option<Duration>,
    /// Time of the host for each test.
    pub wall_limit: Duration,
    /// After the first test that fails, no further one is begun.
    pub fail_fast: bool,
}

/// What happens in a run.
#[derive(Debug)]
pub enum Event<'a> {
    /// The run begins.
    Started {
        /// Tests that are run or named as ignored.
        tests: usize,
        /// Tests that were not chosen.
        filtered_out: usize,
    },
    /// A test begins. Tests that run side by side begin in the order of the suite, and may be reported later.
    TestStarted(&'a str),
    /// A test prints something, to the host or on a serial port, while it runs.
    Printed(&'a [u8]),
    /// A test is over. Told in the order of the suite.
    TestFinished(&'a TestReport),
    /// The run is over.
    Finished(&'a Summary),
}

/// A run in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that did not, those that say nothing about the program included.
    pub failed: usize,
    /// Of those, the ones that say nothing about the program.
    pub not_simulated: usize,
    /// Tests that are marked `#[ignore]` and were not run.
    pub ignored: usize,
    /// Tests that were not begun, because an earlier one failed.
    pub not_run: usize,
    /// Tests that were not chosen.
    pub filtered_out: usize,
    /// Time on the chip, of all tests together.
    pub simulated: Duration,
    /// Time of the host.
    pub wall: Duration,
}

impl Summary {
    fn count(&mut self, report: &TestReport) {
        self.simulated += report.simulated;
        match &report.outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Ignored => self.ignored += 1,
            Outcome::Failed(failure) => {
                self.failed += 1;
                self.not_simulated += usize::from(failure.is_bench());
            }
        }
    }
}

/// What workers tell.
enum Message {
    Started(usize),
    Printed(Vec<u8>),
    Finished(usize, TestReport),
}

/// Runs the chosen tests of a suite and tells what happens.
///
/// # Errors
/// The ROM image of the rig has the wrong size; nothing was run.
pub fn run(
    suite: &Suite,
    rig: &Rig,
    options: &Options,
    mut on_event: impl FnMut(Event<'_>),
) -> Result<Summary, RomSizeError> {
    rig.machine()?;
    let begin = Instant::now();
    let chosen: Vec<&Test> = suite.tests.iter().filter(|test| options.selection.chooses(test)).collect();
    let mut summary = Summary { filtered_out: suite.tests.len() - chosen.len(), ..Summary::default() };
    on_event(Event::Started { tests: chosen.len(), filtered_out: summary.filtered_out });

    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, messages) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.get().min(chosen.len()) {
            let (sender, chosen) = (sender.clone(), &chosen);
            let (next, stopped) = (&next, &stopped);
            scope.spawn(move || work(chosen, rig, options, (next, stopped), &sender));
        }
        drop(sender);
        // Reports wait for those before them.
        let (mut told, mut waiting) = (0, BTreeMap::new());
        for message in messages {
            match message {
                Message::Started(index) => on_event(Event::TestStarted(&chosen[index].name)),
                Message::Printed(bytes) => on_event(Event::Printed(&bytes)),
                Message::Finished(index, report) => {
                    waiting.insert(index, report);
                }
            }
            while let Some(report) = waiting.remove(&told) {
                told += 1;
                summary.count(&report);
                on_event(Event::TestFinished(&report));
            }
        }
        summary.not_run = chosen.len() - told;
    });
    summary.wall = begin.elapsed();
    on_event(Event::Finished(&summary));
    Ok(summary)
}

/// Takes one test after another until there are none.
fn work(
    chosen: &[&Test],
    rig: &Rig,
    options: &Options,
    (next, stopped): (&AtomicUsize, &AtomicBool),
    sender: &mpsc::Sender<Message>,
) {
    // The receiver goes away only if it panics, which ends all of this.
    let tell = |message| drop(sender.send(message));
    while !stopped.load(Ordering::SeqCst) {
        let index = next.fetch_add(1, Ordering::SeqCst);
        let Some(test) = chosen.get(index) else { return };
        if options.selection.ignores(test) {
            tell(Message::Finished(index, ignored(test)));
            continue;
        }
        tell(Message::Started(index));
        let report = attempt(rig, options, test, &mut |bytes| tell(Message::Printed(bytes.to_vec())));
        if options.fail_fast && !report.is_good() {
            stopped.store(true, Ordering::SeqCst);
        }
        tell(Message::Finished(index, report));
    }
}

fn ignored(test: &Test) -> TestReport {
    TestReport {
        name: test.name.clone(),
        outcome: Outcome::Ignored,
        printed: String::new(),
        serial: Vec::new(),
        reports: Vec::new(),
        backtrace: None,
        simulated: Duration::ZERO,
        wall: Duration::ZERO,
    }
}

impl From<&Summary> for hil_model::verdict::Exit {
    /// What a program ends with: a failure of the program under test outweighs what says nothing about it.
    fn from(summary: &Summary) -> Self {
        match summary {
            it if it.failed > it.not_simulated => Self::Failed,
            it if it.failed > 0 => Self::Bench,
            it if it.passed == 0 => Self::NothingRan,
            _ => Self::Passed,
        }
    }
}

impl From<&Failure> for hil_model::verdict::Verdict {
    fn from(failure: &Failure) -> Self {
        if failure.is_bench() { Self::BenchError } else { Self::Failed }
    }
}
