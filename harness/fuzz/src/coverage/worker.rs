//! One thread of a campaign: a device of its own, and inputs one after the other.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, PoisonError};

use simulator::cpu::Edge;

use super::compared::{Rank, changes};
use super::corpus::{Corpus, bucket};
use super::device::FuzzedDevice;
use super::finding::Finding;
use super::input::Input;
use super::mutate::Mutator;
use super::progress::Progress;
use super::shrink::shrink;
use super::store::{Store, StoreError, name};

/// What the threads of a campaign share.
pub(super) struct Shared {
    corpus: Mutex<Corpus>,
    store: Option<Store>,
    /// Inputs that could not be saved.
    unsaved: Mutex<Vec<Input>>,
    /// Executions that have begun.
    pub(super) executions: AtomicU64,
    pub(super) limit: u64,
    pub(super) stop: AtomicBool,
}

impl Shared {
    pub(super) fn new(store: Option<Store>, limit: u64) -> Self {
        Self {
            corpus: Mutex::new(Corpus::new()),
            store,
            unsaved: Mutex::default(),
            executions: AtomicU64::new(0),
            limit,
            stop: AtomicBool::new(false),
        }
    }

    /// A thread that panicked has left the corpus as it was before or after one input.
    pub(super) fn corpus(&self) -> MutexGuard<'_, Corpus> {
        self.corpus.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unsaved(&self) -> MutexGuard<'_, Vec<Input>> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether one more input may be executed.
    fn may_execute(&self) -> bool {
        !self.is_stopped()
            && self
                .executions
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < self.limit).then_some(n + 1))
                .is_ok()
    }

    /// Saves an input now, or at the end if that cannot be.
    pub(super) fn save(&self, input: &Input, tell: &Sender<Progress>) {
        let Some(Err(error)) = self.store.as_ref().map(|store| store.save(input)) else { return };
        let mut unsaved = self.unsaved();
        unsaved.push(input.clone());
        if unsaved.len() == 1 {
            let _ = tell.send(Progress::Trouble(format!("{error}; it is tried again at the end")));
        }
    }

    /// Tries again to save what could not be saved; the last error, and how many inputs are lost.
    pub(super) fn save_rest(&self) -> Option<(StoreError, usize)> {
        let store = self.store.as_ref()?;
        let errors: Vec<_> = self.unsaved().drain(..).filter_map(|input| store.save(&input).err()).collect();
        let lost = errors.len();
        errors.into_iter().next_back().map(|error| (error, lost))
    }
}

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is part of the corpus.
    Kept,
    /// Others cover what it covers.
    Redundant,
    /// It shows something that must not happen.
    Finding,
}

/// One thread's part.
pub(super) struct Worker<'a> {
    device: FuzzedDevice,
    shared: &'a Shared,
    mutator: Mutator<'a>,
    tell: Sender<Progress>,
    /// Buckets of edges that are known, by this device's numbers of edges.
    seen: Vec<u8>,
    /// Inputs that comparisons suggest, the most likely ones first.
    suggested: BTreeMap<Rank, VecDeque<Input>>,
    /// Names of those that were suggested already: similar inputs suggest the same.
    tried: HashSet<String>,
    /// Findings that this thread has seen already.
    causes: BTreeSet<String>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(device: FuzzedDevice, shared: &'a Shared, mutator: Mutator<'a>, tell: Sender<Progress>) -> Self {
        Self {
            device,
            shared,
            mutator,
            tell,
            seen: Vec::new(),
            suggested: BTreeMap::new(),
            tried: HashSet::new(),
            causes: BTreeSet::new(),
        }
    }

    /// Executes inputs until the campaign is stopped.
    pub(super) fn run(&mut self) {
        while self.shared.may_execute() {
            self.advance();
        }
    }

    /// Executes one input more, and says which.
    pub(super) fn advance(&mut self) -> Input {
        let input = self.next_input();
        if self.execute(&input) == Fate::Kept {
            self.shared.save(&input, &self.tell);
        }
        input
    }

    fn next_input(&mut self) -> Input {
        if let Some(input) = self.next_suggested() {
            return input;
        }
        let (one, other) = {
            let corpus = self.shared.corpus();
            let random = &mut self.mutator.random;
            (corpus.choose(random), corpus.choose(random))
        };
        let nothing = Input::Messages(Vec::new());
        let (one, other) = (one.as_ref().map(|it| &it.input), other.as_ref().map(|it| &it.input));
        self.mutator.mutate(one.unwrap_or(&nothing), other.unwrap_or(&nothing))
    }

    /// A number is tried at once; what is less likely, every other time.
    fn next_suggested(&mut self) -> Option<Input> {
        let number = self.suggested.get_mut(&Rank::Number).and_then(VecDeque::pop_front);
        if number.is_some() || self.mutator.random.bool() {
            return number;
        }
        self.suggested.values_mut().find_map(VecDeque::pop_front)
    }

    /// Executes inputs of the folder and the seeds, without counting them. Returns what became of each, until the campaign
    /// was stopped.
    pub(super) fn load(&mut self, inputs: &[Input]) -> Vec<Fate> {
        inputs.iter().map_while(|input| (!self.shared.is_stopped()).then(|| self.execute(input))).collect()
    }

    /// Executes an input.
    fn execute(&mut self, input: &Input) -> Fate {
        let execution = self.device.execute(input);
        let new = self.take_new_edges();
        if let Some(finding) = Finding::of(&execution, input, self.device.deaths()) {
            self.found(finding);
            // What it does after it has gone wrong leads nowhere.
            return Fate::Finding;
        }
        let Some(taken) = new else { return Fate::Redundant };
        let is_kept = self.shared.corpus().offer(input, &taken, execution.instructions);
        if is_kept {
            let compared = self.device.execute_with_comparisons(input);
            let changes = changes(input, &compared);
            // The newest input's first: one step leads to the next.
            for (rank, change) in changes.into_iter().rev() {
                if let Some(changed) = change.apply(input)
                    && self.tried.insert(name(&changed))
                {
                    self.suggested.entry(rank).or_default().push_front(changed);
                }
            }
        }
        if is_kept { Fate::Kept } else { Fate::Redundant }
    }

    /// The edges that were taken, if any bucket of them is new to this thread.
    fn take_new_edges(&mut self) -> Option<Vec<(Edge, u8)>> {
        let (seen, mut taken, mut is_new) = (&mut self.seen, Vec::new(), false);
        self.device.take_edges(|number, count| {
            let (number, bucket) = (number as usize, bucket(count));
            if seen.len() <= number {
                seen.resize(number + 1, 0);
            }
            is_new |= seen[number] & bucket == 0;
            taken.push((number, bucket));
        });
        if !is_new {
            return None;
        }
        let corpus = self.shared.corpus();
        let named = taken.iter().filter_map(|(number, bucket)| {
            let edge = self.device.edge(*number as u32)?;
            // What other threads know counts from now on.
            self.seen[*number] |= bucket | corpus.buckets(edge);
            Some((edge, *bucket))
        });
        Some(named.collect())
    }

    fn found(&mut self, finding: Finding) {
        let is_new = self.causes.insert(finding.fingerprint.clone());
        if !is_new || !self.shared.corpus().is_new_cause(&finding.fingerprint) {
            return;
        }
        let shared = self.shared;
        let executions = shared.executions.load(Ordering::Relaxed);
        let smallest = shrink(&mut self.device, finding, &|| shared.is_stopped());
        let smallest = Finding { executions, ..smallest };
        let mut corpus = self.shared.corpus();
        if corpus.is_new_cause(&smallest.fingerprint) {
            corpus.findings.insert(smallest.fingerprint.clone(), smallest.clone());
            let _ = self.tell.send(Progress::Finding(Box::new(smallest)));
        }
    }
}
