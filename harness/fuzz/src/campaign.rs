//! Cases side by side, until time, number or Ctrl-C ends them.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use proptest::strategy::ValueTree as _;

use super::action::{Action, Sent};
use super::case::{Cases, Failed, Outcome, Tier};
use super::finding::{Cause, Finding};
use super::offered::Offered;
use super::payload::Class;
use super::shrink::{Shrunk, cut, shrink};
use super::statistics::Statistics;
use hil_model::time::display;
use hil_runner::Cancel;

/// Bench errors in a row after which there is no use in going on.
const MOST_BENCH_ERRORS: u64 = 5;
/// Cases that are shrunk of those that fail in the same way.
const MOST_ALIKE: u32 = 3;
/// How often [`Told::Statistics`] is told.
const TICK: Duration = Duration::from_secs(1);

/// When a campaign ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// After this wall time; what runs then runs to its end.
    Time(Duration),
    /// After so many cases.
    Executions(u64),
}

/// How a campaign is run.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Its end.
    pub limit: Limit,
    /// Cases at a time, at least 1.
    pub jobs: usize,
    /// Commands per second at most, on average, of each job.
    pub rate: Option<f64>,
    /// It ends with so many findings too; what runs then runs to its end.
    pub max_findings: Option<NonZeroUsize>,
}

/// What a campaign tells.
pub enum Told {
    /// A finding with a new cause.
    Finding(Box<Finding>),
    /// A case said nothing about the device.
    Bench {
        /// Its number.
        case: u64,
        /// Why.
        reason: String,
    },
    /// How far it is, each second.
    Statistics(Statistics),
}

/// How a campaign ended.
#[derive(Debug)]
pub struct Ended {
    /// Its counts.
    pub statistics: Statistics,
    /// Why it could not go on, if so.
    pub error: Option<String>,
}

/// What the workers share.
struct Shared<'a> {
    cases: &'a Cases,
    settings: Settings,
    cancel: &'a Cancel,
    began: Instant,
    next: AtomicU64,
    over: AtomicBool,
    errors_in_a_row: AtomicU64,
    /// How cases have failed before they were shrunk, and how often.
    seen: Mutex<HashMap<Cause, u32>>,
    /// Causes that are known.
    known: Mutex<HashSet<Cause>>,
    /// How the simplest case fails on a device that a finding has left in another state: code and title.
    lasting: Mutex<Option<(String, String)>>,
}

enum Message {
    Case { tier: Tier, commands: usize, failed: bool, bench: bool },
    Shrunk(usize),
    Finding(Box<Finding>),
    Bench(u64, String),
    Error(String),
}

/// Runs cases and tells `sink` what is found. [`check`] comes first.
pub fn run(cases: &Cases, settings: Settings, cancel: &Cancel, mut sink: impl FnMut(Told)) -> Ended {
    let (sender, received) = mpsc::channel();
    let shared = Shared {
        cases,
        settings,
        cancel,
        began: Instant::now(),
        next: AtomicU64::new(0),
        over: AtomicBool::new(false),
        errors_in_a_row: AtomicU64::new(0),
        seen: Mutex::default(),
        known: Mutex::default(),
        lasting: Mutex::default(),
    };
    let mut statistics = Statistics::default();
    let mut error = None;
    std::thread::scope(|scope| {
        for _ in 0..settings.jobs.max(1) {
            let (shared, sender) = (&shared, sender.clone());
            scope.spawn(move || shared.work(&sender));
        }
        drop(sender);
        let mut tick = Instant::now() + TICK;
        loop {
            let message = received.recv_timeout(tick.saturating_duration_since(Instant::now()));
            statistics.elapsed = shared.began.elapsed();
            match message {
                Ok(Message::Case { tier, commands, failed, bench }) => {
                    statistics.properties += u64::from(tier == Tier::Properties);
                    statistics.sequences += u64::from(tier == Tier::Sequences);
                    statistics.commands += commands as u64;
                    statistics.failed += u64::from(failed);
                    statistics.bench_errors += u64::from(bench);
                }
                Ok(Message::Shrunk(runs)) => statistics.shrinking += runs as u64,
                Ok(Message::Finding(finding)) => {
                    statistics.findings += 1;
                    if settings.max_findings.is_some_and(|most| statistics.findings >= most.get()) {
                        shared.over.store(true, Ordering::Relaxed);
                    }
                    sink(Told::Finding(finding));
                }
                Ok(Message::Bench(case, reason)) => sink(Told::Bench { case, reason }),
                Ok(Message::Error(reason)) => error = Some(reason),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if Instant::now() >= tick {
                sink(Told::Statistics(statistics));
                tick = Instant::now() + TICK;
            }
        }
    });
    statistics.elapsed = shared.began.elapsed();
    Ended { statistics, error }
}

/// Whether the device does at all what its description says of its start.
///
/// # Errors
/// It does not, or cannot be reached: there is nothing to be found then.
pub fn check(cases: &Cases, cancel: &Cancel) -> Result<(), NotReady> {
    match cases.run(&[], cancel) {
        Outcome::Passed | Outcome::Gone | Outcome::Interrupted => Ok(()),
        // It is there: what it does wrong then, the cases find.
        Outcome::Failed(failed) if !failed.is_in_setup() && cases.offered().probes => Ok(()),
        Outcome::Failed(failed) => Err(NotReady::Device(failed)),
        Outcome::Bench(reason) => Err(NotReady::Bench(reason)),
    }
}

/// Why a campaign does not begin.
#[derive(Debug)]
pub enum NotReady {
    /// The device does not come to its start.
    Device(Box<Failed>),
    /// It says nothing about the device.
    Bench(String),
}

impl Shared<'_> {
    fn work(&self, sender: &mpsc::Sender<Message>) {
        // The receiver lives until all workers have ended.
        let tell = |message| drop(sender.send(message));
        let drawer = self.cases.drawer();
        while let Some(number) = self.next() {
            let Some((tier, tree)) = drawer.draw(number) else { continue };
            let actions = tree.current();
            let commands = actions.iter().map(Action::commands).sum();
            let began = Instant::now();
            let outcome = self.cases.run(&actions, self.cancel);
            let case = |failed, bench| Message::Case { tier, commands, failed, bench };
            match outcome {
                Outcome::Interrupted => return,
                Outcome::Gone => {
                    tell(case(false, true));
                    if !self.over.swap(true, Ordering::Relaxed) {
                        let limit = display(self.cases.longest_absence());
                        tell(Message::Error(format!(
                            "the device was there, and does not come to its start for {limit}"
                        )));
                    }
                    return;
                }
                Outcome::Passed => {
                    self.errors_in_a_row.store(0, Ordering::Relaxed);
                    tell(case(false, false));
                }
                Outcome::Bench(reason) => {
                    tell(case(false, true));
                    tell(Message::Bench(number, reason.clone()));
                    if self.errors_in_a_row.fetch_add(1, Ordering::Relaxed) + 1 >= MOST_BENCH_ERRORS
                        && !self.over.swap(true, Ordering::Relaxed)
                    {
                        tell(Message::Error(reason));
                    }
                }
                Outcome::Failed(failed) => {
                    self.errors_in_a_row.store(0, Ordering::Relaxed);
                    tell(case(true, false));
                    self.failed(number, tree, *failed, &tell);
                }
            }
            let sent = if self.cases.offered().probes { self.cases.sent(&actions) } else { commands };
            self.pace(sent.max(commands), began);
        }
    }

    /// The number of the next case, if there is to be one.
    fn next(&self) -> Option<u64> {
        if self.cancel.is_ending() || self.over.load(Ordering::Relaxed) {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let goes_on = match self.settings.limit {
            Limit::Time(time) => self.began.elapsed() < time,
            Limit::Executions(count) => number < count,
        };
        goes_on.then_some(number)
    }

    fn failed(
        &self,
        number: u64,
        tree: impl proptest::strategy::ValueTree<Value = Vec<Action>>,
        failed: Failed,
        tell: &impl Fn(Message),
    ) {
        let device = self.cases.device();
        let actions = tree.current();
        let is_seen = !self.is_worth_it(Cause::as_seen(&failed, &actions, device));
        if is_seen || self.is_lasting(&failed) {
            return;
        }
        if failed.failure.code == TAKE_OVER && !self.cases.was_back() {
            if !self.over.swap(true, Ordering::Relaxed) {
                let title = &failed.failure.title;
                tell(Message::Error(format!("{title}, and nobody ever has: is `client-id` that of the device?")));
            }
            return;
        }
        let after = self.began.elapsed();
        // Whether it has died, or only been silent.
        let is_lost =
            failed.is_silent || self.cases.offered().probes && failed.action.is_some() && is_unanswered(&failed);
        let back = if is_lost { self.cases.comes_back(self.cancel) } else { None };
        let is_gone = is_lost && back.is_none();
        let remark = is_lost.then(|| match back {
            Some(time) => format!("It came to its start again after {}.", rounded(time)),
            None => format!(
                "It did not come to its start again for {}: not shrunk by runs, and the campaign ends with it.",
                display(self.cases.longest_absence())
            ),
        });
        let Shrunk { actions, failed, runs } = match is_gone {
            true => cut(self.cases, &actions, failed),
            false => shrink(self.cases, tree, failed, self.cancel),
        };
        tell(Message::Shrunk(runs));
        let cause = Cause::of(&failed, &actions, device);
        if !self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(cause.clone()) {
            return;
        }
        let (failed, is_stable) = match is_gone {
            true => (failed, true),
            false => self.confirmed(&actions, failed, &cause),
        };
        let title = title(&cause, &failed, device.name.as_str());
        tell(Message::Finding(Box::new(Finding {
            cause,
            title,
            failure: failed.failure,
            text: failed.text,
            report: failed.report,
            commands: actions.iter().map(Action::commands).sum(),
            case: number,
            is_stable,
            remark: remark.filter(|_| is_gone || failed.is_silent),
            after,
        })));
        if is_gone {
            self.over.store(true, Ordering::Relaxed);
        } else if self.cases.offered().probes {
            self.look_at_simplest();
        }
    }

    /// Whether a device that a finding has left in another state fails like this in any case.
    fn is_lasting(&self, failed: &Failed) -> bool {
        let lasting = self.lasting.lock().unwrap_or_else(PoisonError::into_inner);
        lasting.as_ref().is_some_and(|(code, title)| *code == failed.failure.code && *title == failed.failure.title)
    }

    /// Sees whether the device is as it was before it had shown a finding: nobody restarts it.
    fn look_at_simplest(&self) {
        let Some(start) = self.cases.device().start.last() else { return };
        let sent = Sent {
            command: start.command,
            payload: start.payload.clone().into_bytes(),
            class: Class::Valid,
            qos: 1,
            retain: false,
            ask: false,
        };
        let offered = Offered { always_once: true, ..*self.cases.offered() };
        let outcome = self.cases.run_with(&[Action::Command(sent)], &offered, self.cancel);
        let lasting = match outcome {
            Outcome::Failed(failed) => Some((failed.failure.code, failed.failure.title)),
            _ => None,
        };
        *self.lasting.lock().unwrap_or_else(PoisonError::into_inner) = lasting;
    }

    /// Whether to shrink what failed like this: what looks alike may have several causes, but not many.
    fn is_worth_it(&self, seen: Cause) -> bool {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(seen).or_default();
        *count += 1;
        *count <= MOST_ALIKE
    }

    /// Runs it again: once with as few kinds of checks as show it, so that it runs on more targets, else as it is.
    fn confirmed(&self, actions: &[Action], failed: Failed, cause: &Cause) -> (Failed, bool) {
        let code = failed.failure.code.as_str();
        let all = self.cases.offered();
        let fewer = all.without_probes(!failed.is_silent).without(
            code != "hil::expect_serial",
            code != "hil::expect_led",
            code != "hil::expect_flash",
        );
        for offered in [&fewer, all] {
            if let Outcome::Failed(again) = self.cases.run_with(actions, offered, self.cancel)
                && Cause::of(&again, actions, self.cases.device()) == *cause
            {
                return (*again, true);
            }
        }
        // What was interrupted, and what hangs, has not been disproved.
        (failed, self.cancel.is_ending())
    }

    /// Waits until the next case may begin.
    fn pace(&self, commands: usize, began: Instant) {
        let Some(rate) = self.settings.rate.filter(|rate| *rate > 0.0) else { return };
        let until = began + Duration::from_secs_f64(commands as f64 / rate);
        while !self.cancel.is_ending() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(Duration::from_millis(100)));
        }
    }
}

/// The code of a failure to take a connection back.
const TAKE_OVER: &str = "hil::take_over";

/// Whether a message was missing altogether.
fn is_unanswered(failed: &Failed) -> bool {
    matches!(failed.failure.code.as_str(), "hil::expect_message" | "hil::request")
}

/// In tenths of a second.
fn rounded(time: Duration) -> String {
    display(Duration::from_millis(100 * u64::try_from(time.as_millis() / 100).unwrap_or(0)))
}

/// Characters of a failure's title that a finding's title has at most.
const LONGEST_TITLE: usize = 100;

/// A finding in one line.
fn title(cause: &Cause, failed: &Failed, device: &str) -> String {
    let what = &failed.failure.title;
    let shown: String = what.chars().take(LONGEST_TITLE).collect();
    let more = if shown.len() < what.len() { "..." } else { "" };
    format!("Fuzzing {device}, {}: {shown}{more}", cause.describe())
}
