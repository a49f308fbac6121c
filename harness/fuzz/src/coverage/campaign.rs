//! A campaign: threads, limits, and what is told of it.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::corpus::corpus_hash;
use super::device::{BootError, FuzzedDevice, Image};
use super::dictionary::Dictionary;
use super::input::{Input, Publish};
use super::mutate::Mutator;
use super::progress::{Outcome, Progress, Statistics};
use super::store::{Store, StoreError};
use super::worker::{Fate, Shared, Worker};

/// How often statistics are told.
const TICK: Duration = Duration::from_millis(200);
/// Stack of a thread: the core's handlers call each other where the compiler has made no jumps of it.
pub(super) const STACK: usize = 16 * 1024 * 1024;

/// Why there is no campaign.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CampaignError {
    /// The device does not come as far as its input.
    #[error(transparent)]
    Boot(#[from] BootError),
    /// The folder of the corpus cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A thread ended by a panic: a fault of this program. What was found until then is saved.
    #[error("a thread of the fuzzer panicked ({0}); this is a fault of hil")]
    Thread(String),
}

/// Coverage-guided fuzzing of one image.
#[derive(Debug, Clone)]
pub struct Campaign {
    image: Image,
    dictionary: Dictionary,
    corpus: Option<PathBuf>,
    seed: u64,
    jobs: usize,
    executions: u64,
    time: Option<Duration>,
}

impl Campaign {
    /// A campaign on one thread, without limits, with seed 0 and a corpus in memory.
    pub fn new(image: Image) -> Self {
        let dictionary = Dictionary::default();
        Self { image, dictionary, corpus: None, seed: 0, jobs: 1, executions: u64::MAX, time: None }
    }

    /// Topics, words and first inputs.
    #[must_use]
    pub fn with_dictionary(self, dictionary: Dictionary) -> Self {
        Self { dictionary, ..self }
    }

    /// Keeps the corpus in this folder, and begins with what is in it.
    #[must_use]
    pub fn with_corpus(self, folder: impl Into<PathBuf>) -> Self {
        Self { corpus: Some(folder.into()), ..self }
    }

    /// Where the random choices begin; on one thread, the same seed, corpus and count of executions is the same campaign.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Threads, at least one.
    #[must_use]
    pub fn with_jobs(self, jobs: usize) -> Self {
        Self { jobs: jobs.max(1), ..self }
    }

    /// Ends after so many executions; those for loading, comparing and shrinking do not count.
    #[must_use]
    pub fn with_executions(self, executions: u64) -> Self {
        Self { executions, ..self }
    }

    /// Ends after so much time.
    #[must_use]
    pub fn with_time(self, time: Duration) -> Self {
        Self { time: Some(time), ..self }
    }

    /// Fuzzes until `stop` says so or a limit is reached. `stop` and `tell` are called on this thread, several times a
    /// second.
    ///
    /// # Errors
    /// [`CampaignError`]
    pub fn run(&self, stop: &dyn Fn() -> bool, tell: &mut dyn FnMut(Progress)) -> Result<Outcome, CampaignError> {
        let store = self.corpus.as_deref().map(Store::open).transpose()?;
        let (on_disk, troubles) = store.as_ref().map(Store::load).transpose()?.unwrap_or_default();
        troubles.iter().for_each(|trouble| tell(Progress::Trouble(format!("{trouble}; it is left as it is"))));
        let began = Instant::now();
        let shared = Shared::new(store.clone(), self.executions);
        let (sender, receiver) = mpsc::channel();
        let ended = std::thread::scope(|scope| {
            let shared = &shared;
            let work = {
                let sender = sender.clone();
                move || -> Result<(), BootError> { self.first_worker(scope, shared, sender, store, on_disk) }
            };
            let first = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            drop(sender);
            let first = first.map_err(|error| CampaignError::Thread(error.to_string()))?;
            self.follow(shared, &receiver, began, stop, tell);
            joined(first)?.map_err(CampaignError::Boot)
        });
        let unsaved = shared.save_rest();
        if let (Err(_), Some((error, lost))) = (&ended, &unsaved) {
            tell(Progress::Trouble(format!("{error}; {lost} inputs are not saved")));
        }
        ended?;
        let statistics = statistics(&shared, began);
        let corpus = shared.corpus();
        Ok(Outcome {
            statistics,
            findings: corpus.findings.values().cloned().collect(),
            corpus_hash: corpus_hash(corpus.entries.iter().map(|entry| &entry.input)),
            unsaved,
        })
    }

    /// The inputs that the campaign executes first on one thread, without a corpus on disk: what its speed is measured with.
    ///
    /// # Errors
    /// [`BootError`]
    pub fn first_inputs(&self, count: usize) -> Result<Vec<Input>, BootError> {
        let shared = Shared::new(None, u64::MAX);
        let (tell, _untold) = mpsc::channel();
        let mut worker = self.worker(0, &shared, tell)?;
        worker.load(&self.seeds());
        Ok((0..count).map(|_| worker.advance()).collect())
    }

    /// The thread that loads the corpus, and then works with the others that it starts.
    fn first_worker<'scope, 'env: 'scope>(
        &'env self,
        scope: &'scope std::thread::Scope<'scope, 'env>,
        shared: &'scope Shared,
        tell: mpsc::Sender<Progress>,
        store: Option<Store>,
        on_disk: Vec<Input>,
    ) -> Result<(), BootError> {
        let mut worker = self.worker(0, shared, tell.clone())?;
        let fates = worker.load(&on_disk);
        let redundant =
            on_disk.iter().zip(&fates).filter(|(_, fate)| **fate == Fate::Redundant).map(|(input, _)| input);
        for trouble in redundant.filter_map(|input| store.as_ref()?.remove(input).err()) {
            let _ = tell.send(Progress::Trouble(trouble.to_string()));
        }
        let kept = fates.iter().filter(|fate| **fate == Fate::Kept).count();
        let _ = tell.send(Progress::Loaded { found: on_disk.len(), kept });
        let seeds = self.seeds();
        let fates = worker.load(&seeds);
        let new = seeds.iter().zip(fates).filter(|(_, fate)| *fate == Fate::Kept);
        new.for_each(|(seed, _)| shared.save(seed, &tell));
        let mut others = Vec::new();
        for job in 1..self.jobs {
            let (trouble, tell) = (tell.clone(), tell.clone());
            let work = move || self.worker(job, shared, tell).map(|mut worker| worker.run());
            match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work) {
                Ok(thread) => others.push(thread),
                Err(error) => {
                    let _ = trouble.send(Progress::Trouble(format!("no more than {job} threads: {error}")));
                    break;
                }
            }
        }
        worker.run();
        for other in others {
            match other.join() {
                Ok(booted) => booted?,
                // The first thread's end tells of it.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(())
    }

    fn worker<'a>(
        &'a self,
        job: usize,
        shared: &'a Shared,
        tell: mpsc::Sender<Progress>,
    ) -> Result<Worker<'a>, BootError> {
        let device = FuzzedDevice::boot(&self.image, self.seed)?;
        let random = Rng::with_seed(self.seed ^ (job as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        Ok(Worker::new(device, shared, Mutator { dictionary: &self.dictionary, random }, tell))
    }

    /// Inputs to begin with: each of the dictionary's alone.
    fn seeds(&self) -> Vec<Input> {
        let message = |(topic, payload): &(String, Vec<u8>)| {
            let (topic, payload) = (topic.clone(), payload.clone());
            Input::Messages(vec![Publish { topic, qos: 1, retain: false, waits: true, asks: false, payload }])
        };
        let seeds = self.dictionary.seeds.iter().map(message);
        std::iter::once(Input::Bytes(vec![vec![0xD0, 0]])).chain(seeds).collect()
    }

    /// Tells what the threads have to tell until they have ended, and stops them when it is time.
    fn follow(
        &self,
        shared: &Shared,
        receiver: &Receiver<Progress>,
        began: Instant,
        stop: &dyn Fn() -> bool,
        tell: &mut dyn FnMut(Progress),
    ) {
        let mut next = began + TICK;
        loop {
            match receiver.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(progress) => tell(progress),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if Instant::now() >= next {
                next = Instant::now() + TICK;
                tell(Progress::Statistics(statistics(shared, began)));
            }
            if stop() || self.time.is_some_and(|time| began.elapsed() >= time) {
                shared.stop.store(true, Ordering::Relaxed);
            }
        }
    }
}

fn statistics(shared: &Shared, began: Instant) -> Statistics {
    let (executions, elapsed) = (shared.executions.load(Ordering::Relaxed), began.elapsed());
    let corpus = shared.corpus();
    Statistics {
        executions,
        per_second: executions as f64 / elapsed.as_secs_f64().max(1e-9),
        edges: corpus.edges(),
        corpus: corpus.entries.len(),
        findings: corpus.findings.len(),
        since_last_new_edge: corpus.last_new_edge.elapsed(),
        elapsed,
    }
}

pub(super) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> Result<T, CampaignError> {
    thread.join().map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        CampaignError::Thread(
            text.or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned())).unwrap_or_default(),
        )
    })
}
