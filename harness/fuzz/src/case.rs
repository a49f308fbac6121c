//! Cases by number, and how one ends.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use proptest::strategy::{BoxedStrategy, Strategy as _, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRng, TestRunner};

use super::action::{Action, Maker};
use super::device::DeviceDescription;
use super::lower::{Lowered, lower};
use super::offered::Offered;
use hil_model::event::{Attempt, Failure, ScenarioReport};
use hil_model::hash::fnv1a;
use hil_model::observation::{Entry, Observation};
use hil_model::verdict::Verdict;
use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, invariants, run};
use hil_scenario::Loader;

/// How cases are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Commands, one by one.
    Properties,
    /// Commands among all that happens to devices.
    Sequences,
}

impl Tier {
    /// Its number on the command line.
    pub const fn number(self) -> u8 {
        match self {
            Self::Properties => 1,
            Self::Sequences => 2,
        }
    }
}

/// Makes and runs the cases of one device on one target.
pub struct Cases {
    device: Arc<DeviceDescription>,
    offered: Offered,
    options: RunOptions,
    tiers: Vec<Tier>,
    seed: u64,
    /// Runs so far: on a shared broker, no two have the same topics and client identifiers.
    runs: AtomicU64,
    /// What the simulator does not model and the device uses at its start: known after the first case.
    unmodelled: OnceLock<BTreeSet<String>>,
    /// Whether the device has taken its connection back once.
    was_back: AtomicBool,
    /// Whether one message of each status has followed on the start: known after the first case.
    answers_once: OnceLock<bool>,
}

/// What cases are drawn from; of one thread, since strategies cannot be shared.
pub struct Drawer<'a> {
    cases: &'a Cases,
    strategies: Vec<(Tier, BoxedStrategy<Vec<Action>>)>,
}

/// How a case ended.
pub enum Outcome {
    /// As the model says.
    Passed,
    /// Otherwise.
    Failed(Box<Failed>),
    /// It says nothing about the device.
    Bench(String),
    /// The device was there, and does not come to its start any more.
    Gone,
    /// The campaign is to end.
    Interrupted,
}

/// How long a device may need to come back that was there, if its description does not tell.
const LONGEST_ABSENCE: Duration = Duration::from_secs(30);

/// A case that failed.
#[derive(Debug, Clone)]
pub struct Failed {
    /// What was wrong first.
    pub failure: Failure,
    /// The action at which that was; behind the last one for the look at the end. `None`: in the setup.
    pub action: Option<usize>,
    /// A right command was not answered any more, or the broker has sent the device's will.
    pub is_silent: bool,
    /// The scenario.
    pub text: String,
    /// All about its run.
    pub report: ScenarioReport,
}

impl Failed {
    /// Whether it has failed before the first action.
    pub fn is_in_setup(&self) -> bool {
        self.failure.step.starts_with("setup")
    }

    /// What the simulator does not model, if it has failed for that.
    pub fn unmodelled(&self) -> Option<&str> {
        let seq = self.failure.related.last()?;
        let entry = self.report.attempts.last()?.journal.iter().find(|entry| entry.seq == *seq)?;
        match &entry.what {
            Observation::Unmodelled { what, .. } => Some(what),
            _ => None,
        }
    }
}

impl Cases {
    /// Cases of these tiers; `tiers` is not empty.
    pub fn new(device: Arc<DeviceDescription>, options: RunOptions, tiers: &[Tier], seed: u64) -> Self {
        let offered = Offered::by(&options.runs_on, &options.broker);
        Self {
            device,
            offered,
            options,
            tiers: tiers.to_vec(),
            seed,
            runs: AtomicU64::new(0),
            unmodelled: OnceLock::new(),
            was_back: AtomicBool::new(false),
            answers_once: OnceLock::new(),
        }
    }

    /// What cases are drawn from.
    pub fn drawer(&self) -> Drawer<'_> {
        let maker = self.maker();
        let strategy = |tier: &Tier| match tier {
            Tier::Properties => (*tier, maker.tier_1()),
            Tier::Sequences => (*tier, maker.tier_2()),
        };
        Drawer { cases: self, strategies: self.tiers.iter().map(strategy).collect() }
    }

    fn maker(&self) -> Maker<'_> {
        let is_without_root = matches!(self.options.broker, BrokerChoice::Embedded);
        Maker { device: &self.device, offered: &self.offered, is_without_root }
    }

    /// Commands that these actions come to, with those that bring the device to its start and see whether it is there.
    pub fn sent(&self, actions: &[Action]) -> usize {
        self.lowered(actions, &self.offered).sent
    }

    /// The device.
    pub fn device(&self) -> &DeviceDescription {
        &self.device
    }

    /// What the target offers.
    pub const fn offered(&self) -> &Offered {
        &self.offered
    }

    /// Runs these actions.
    pub fn run(&self, actions: &[Action], cancel: &Cancel) -> Outcome {
        self.run_with(actions, &self.offered, cancel)
    }

    /// Runs these actions, looking at no more than is offered here. Where nothing but silence tells of its death, a device that does
    /// not come to its start is given time to come back.
    pub fn run_with(&self, actions: &[Action], offered: &Offered, cancel: &Cancel) -> Outcome {
        let outcome = self.run_once(actions, offered, cancel);
        let was_there = self.runs.load(Ordering::Relaxed) > 1;
        match outcome {
            Outcome::Failed(failed) if failed.is_in_setup() && self.offered.probes && was_there => {
                match self.comes_back(cancel) {
                    Some(_) => self.run_once(actions, offered, cancel),
                    None if cancel.is_ending() => Outcome::Interrupted,
                    None => Outcome::Gone,
                }
            }
            outcome => outcome,
        }
    }

    /// How long the device may need to come back: `online: { within: .. }`.
    pub fn longest_absence(&self) -> Duration {
        self.device.online.as_ref().map_or(LONGEST_ABSENCE, |online| online.within)
    }

    /// How long it takes the device to come to its start again; `None`: longer than it may.
    pub fn comes_back(&self, cancel: &Cancel) -> Option<Duration> {
        let began = Instant::now();
        while began.elapsed() < self.longest_absence() && !cancel.is_ending() {
            match self.run_once(&[], &self.offered, cancel) {
                Outcome::Failed(failed) if failed.is_in_setup() => {}
                Outcome::Passed | Outcome::Failed(_) => return Some(began.elapsed()),
                Outcome::Bench(_) | Outcome::Gone | Outcome::Interrupted => return None,
            }
        }
        None
    }

    /// A scenario of these actions, and no run.
    pub fn text(&self, actions: &[Action]) -> String {
        self.lowered(actions, &self.offered).text
    }

    /// Steps of a scenario of these actions that stand before those of one of them.
    pub fn steps_before(&self, actions: &[Action], at: usize) -> usize {
        self.lowered(actions, &self.offered).owners.iter().take_while(|owner| **owner < at).count()
    }

    /// Whether the device has ever taken its connection back: if not, its client identifier may be another.
    pub fn was_back(&self) -> bool {
        self.was_back.load(Ordering::Relaxed)
    }

    fn lowered(&self, actions: &[Action], offered: &Offered) -> Lowered {
        let answers_once = self.answers_once.get().copied().unwrap_or_default();
        lower(actions, &self.device, &Offered { answers_once, ..*offered })
    }

    /// Whether one message of each status followed on the last command.
    fn has_answered_once(&self, journal: &[Entry]) -> bool {
        let Some(start) = self.device.start.last() else { return false };
        let behind = journal.iter().rev().take_while(|entry| !matches!(entry.what, Observation::Published(_)));
        let came: Vec<&str> = behind
            .filter_map(|entry| match &entry.what {
                Observation::Received(message) => Some(message.topic.as_str()),
                _ => None,
            })
            .collect();
        let statuses = &self.device.commands[start.command].statuses;
        let mut topics = statuses.iter().map(|index| &self.device.statuses[*index].topic);
        topics.all(|topic| came.iter().filter(|other| **other == topic.as_str()).count() == 1)
    }

    fn run_once(&self, actions: &[Action], offered: &Offered, cancel: &Cancel) -> Outcome {
        let lowered = self.lowered(actions, offered);
        let (mut report, mut attempt) = match self.attempt(&lowered.text, cancel) {
            Ok(run) => run,
            Err(outcome) => return outcome,
        };
        self.look_at_model(&mut attempt);
        if attempt.steps.iter().any(|step| step.ok && step.title.starts_with("take-over ")) {
            self.was_back.store(true, Ordering::Relaxed);
        }
        let (verdict, failure) = (attempt.verdict, attempt.failures.first().cloned());
        if offered.blind {
            self.answers_once.get_or_init(|| verdict == Verdict::Passed && self.has_answered_once(&attempt.journal));
        }
        report.attempts.push(attempt);
        match (verdict, failure) {
            (Verdict::Passed | Verdict::Flaky, _) => Outcome::Passed,
            (Verdict::Failed, Some(mut failure)) => {
                let step = failure.step.strip_prefix("step ").and_then(|path| path.split('.').next()?.parse().ok());
                let action = match (step, failure.step.as_str()) {
                    (Some(step), _) => lowered.owners.get(usize::wrapping_sub(step, 1)).copied(),
                    (None, invariants::ALWAYS) => Some(actions.len()),
                    _ => None,
                };
                let is_probe = step.is_some_and(|step| lowered.probes.contains(&usize::wrapping_sub(step, 1)));
                report.verdict = Verdict::Failed;
                let has_lost = is_probe && failure.code == "hil::expect_nothing";
                let is_silent = has_lost || is_probe && !self.has_answered(&report);
                if is_silent {
                    let what = if has_lost { "has lost its connection" } else { "does not answer any more" };
                    failure.title = format!("the device {what}: {}", failure.title);
                }
                Outcome::Failed(Box::new(Failed { failure, action, is_silent, text: lowered.text, report }))
            }
            (Verdict::Interrupted, _) => Outcome::Interrupted,
            (_, failure) => Outcome::Bench(failure.map_or_else(|| "no reason".to_owned(), |failure| failure.title)),
        }
    }

    /// What the simulator does not model and the device has used in the first case, which is its start alone.
    pub fn unmodelled_at_start(&self) -> impl Iterator<Item = &str> {
        self.unmodelled.get().into_iter().flatten().map(String::as_str)
    }

    /// A case in which the device did what it must fails all the same if something was used that the simulator does not model,
    /// beyond what the device uses at its start.
    fn look_at_model(&self, attempt: &mut Attempt) {
        if attempt.verdict != Verdict::Passed {
            return;
        }
        let known = self.unmodelled.get_or_init(|| attempt.unmodelled().into_iter().map(str::to_owned).collect());
        if let Some(failure) = invariants::unmodelled(&attempt.journal, |what| !known.contains(what)) {
            attempt.verdict = Verdict::Failed;
            attempt.failures.push(failure);
        }
    }

    /// Whether anything came after the last message that was sent, but what comes by itself.
    fn has_answered(&self, report: &ScenarioReport) -> bool {
        let journal = report.attempts.last().map_or(&[][..], |attempt| &attempt.journal);
        let comes_by_itself =
            |topic: &str| self.device.statuses.iter().any(|status| status.every.is_some() && status.topic == topic);
        let mut behind = journal.iter().rev().take_while(|entry| !matches!(entry.what, Observation::Published(_)));
        behind.any(|entry| match &entry.what {
            Observation::Received(message) => !comes_by_itself(&message.topic),
            _ => false,
        })
    }

    /// Runs a scenario by itself.
    fn attempt(&self, text: &str, cancel: &Cancel) -> Result<(ScenarioReport, Attempt), Outcome> {
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        let options = RunOptions { run_id: format!("{}-{number}", self.options.run_id), ..self.options.clone() };
        alone(text, &options, cancel)
    }
}

/// What of this journal the simulator does not model and `counts`, as a failure.
pub fn unmodelled(journal: &[Entry], counts: impl Fn(&str) -> bool) -> Option<Failure> {
    invariants::unmodelled(journal, counts)
}

/// Runs a scenario by itself.
pub(super) fn alone(text: &str, options: &RunOptions, cancel: &Cancel) -> Result<(ScenarioReport, Attempt), Outcome> {
    let file = match Loader::new().load_text(Path::new("fuzz.yaml"), text) {
        Ok(file) => Arc::new(file),
        Err(errors) => return Err(Outcome::Bench(format!("the case is no scenario: {errors}"))),
    };
    let Some(scenario) = file.scenarios.first().cloned() else {
        return Err(Outcome::Bench("a case without a scenario".to_owned()));
    };
    let planned = [Planned { scenario: Arc::new(scenario), file }];
    let finished = run(&planned, options, cancel, |_| {});
    let Some(mut report) = finished.scenarios.into_iter().next() else {
        return Err(Outcome::Bench("the case was lost with the thread that ran it".to_owned()));
    };
    match report.attempts.pop() {
        Some(attempt) => Ok((report, attempt)),
        None if cancel.is_ending() => Err(Outcome::Interrupted),
        None => Err(Outcome::Bench(report.reason.unwrap_or_else(|| "it was not run".to_owned()))),
    }
}

impl Drawer<'_> {
    /// The case with this number, from 0, and its tier: the same for the same seed, whatever ran before it. `None`: proptest
    /// has rejected it.
    pub fn draw(&self, number: u64) -> Option<(Tier, impl ValueTree<Value = Vec<Action>> + use<>)> {
        let (tier, strategy) = &self.strategies[usize::try_from(number % self.strategies.len() as u64).unwrap_or(0)];
        let mut seed = [0; 32];
        for (index, chunk) in seed.chunks_mut(8).enumerate() {
            let parts = [self.cases.seed, number, u64::from(tier.number()), index as u64];
            let bytes = parts.into_iter().flat_map(u64::to_le_bytes);
            chunk.copy_from_slice(&fnv1a(bytes).to_le_bytes());
        }
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let config = Config { failure_persistence: None, rng_seed: RngSeed::Fixed(0), ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, rng);
        let of_tier = number / self.strategies.len() as u64;
        let listed = match tier {
            Tier::Properties => self.cases.maker().listed(of_tier),
            Tier::Sequences if of_tier == 0 => self.cases.maker().first_sequence(),
            Tier::Sequences => None,
        };
        Some((*tier, listed.as_ref().unwrap_or(strategy).new_tree(&mut runner).ok()?))
    }
}
