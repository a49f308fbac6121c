//! Cases by number, and how one ends.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use proptest::strategy::{BoxedStrategy, Strategy as _, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRng, TestRunner};

use super::action::{Action, Maker};
use super::device::DeviceDescription;
use super::lower::lower;
use super::offered::Offered;
use hil_model::event::{Attempt, Failure, ScenarioReport};
use hil_model::hash::fnv1a;
use hil_model::observation::Entry;
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
    /// The campaign is to end.
    Interrupted,
}

/// A case that failed.
#[derive(Debug, Clone)]
pub struct Failed {
    /// What was wrong first.
    pub failure: Failure,
    /// The action at which that was; behind the last one for the look at the end. `None`: in the setup.
    pub action: Option<usize>,
    /// The scenario.
    pub text: String,
    /// All about its run.
    pub report: ScenarioReport,
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
        }
    }

    /// What cases are drawn from.
    pub fn drawer(&self) -> Drawer<'_> {
        let is_without_root = matches!(self.options.broker, BrokerChoice::Embedded);
        let maker = Maker { device: &self.device, offered: &self.offered, is_without_root };
        let strategy = |tier: &Tier| match tier {
            Tier::Properties => (*tier, maker.tier_1()),
            Tier::Sequences => (*tier, maker.tier_2()),
        };
        Drawer { cases: self, strategies: self.tiers.iter().map(strategy).collect() }
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

    /// Runs these actions, looking at no more than is offered here.
    pub fn run_with(&self, actions: &[Action], offered: &Offered, cancel: &Cancel) -> Outcome {
        let lowered = lower(actions, &self.device, offered);
        let (mut report, mut attempt) = match self.attempt(&lowered.text, cancel) {
            Ok(run) => run,
            Err(outcome) => return outcome,
        };
        self.look_at_model(&mut attempt);
        let (verdict, failure) = (attempt.verdict, attempt.failures.first().cloned());
        report.attempts.push(attempt);
        match (verdict, failure) {
            (Verdict::Passed | Verdict::Flaky, _) => Outcome::Passed,
            (Verdict::Failed, Some(failure)) => {
                let step = failure.step.strip_prefix("step ").and_then(|path| path.split('.').next()?.parse().ok());
                let action = match (step, failure.step.as_str()) {
                    (Some(step), _) => lowered.owners.get(usize::wrapping_sub(step, 1)).copied(),
                    (None, "always") => Some(actions.len()),
                    _ => None,
                };
                report.verdict = Verdict::Failed;
                Outcome::Failed(Box::new(Failed { failure, action, text: lowered.text, report }))
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
        Some((*tier, strategy.new_tree(&mut runner).ok()?))
    }
}
