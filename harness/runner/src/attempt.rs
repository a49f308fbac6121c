//! One attempt at a scenario: its world is built, its steps are carried out, its world is taken down.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use chrono::Utc;

use super::context::{Context, Window};
use super::ending::{Early, Ending, TEARDOWN_LIMIT};
use super::failure::{StepError, Unmet, bench_failure};
use super::observer::Observer;
use super::options::{BrokerChoice, RunOptions};
use super::pool::{Place, Planned};
use super::record::Recorder;
use super::serial_log::SerialLog;
use super::step;
use super::{filters, invariants, late, shorten};
use hil_model::event::{Attempt, Failure};
use hil_model::hash::fnv1a;
use hil_model::observation::{Entry, Observation};
use hil_model::time::{SimTime, display};
use hil_model::verdict::Verdict;
use hil_scenario::{DEFAULT_TIMEOUT, Scenario, SourcedStep, Variables};
use hil_targets::broker::{Broker, EmbeddedBroker};
use hil_targets::clock::{self, Due, Pace};
use hil_targets::disturb::Disturbed;
use hil_targets::journal::Journal;
use hil_targets::wire::Wire;
use hil_targets::{Bench, BenchError, Watch};

/// After this long without a message, a device that was stopped has said its last on a shared broker.
const QUIET: Duration = Duration::from_millis(300);
/// Longest wait for that.
const LAST_MESSAGES_LIMIT: Duration = Duration::from_secs(3);
/// Limit of a scenario that its device carries out by itself; no more than a guard behind the device's own.
const CARRIED_LIMIT: Duration = Duration::from_secs(86_400);

/// Runs one attempt, on the current thread. `label` tells its device and topics on a shared broker
/// apart from those of its siblings and of earlier attempts.
pub(super) fn attempt(
    planned: &Planned,
    label: &str,
    place: &Place<'_>,
    options: &RunOptions,
    ending: &Ending,
    watch: Watch,
) -> Attempt {
    let began = Instant::now();
    let pace = place.target.pace(options.broker.kind());
    let runtime = match clock::runtime(pace) {
        Ok(runtime) => runtime,
        Err(e) => return dead_on_arrival(&BenchError::System(e), began.elapsed()),
    };
    let local = tokio::task::LocalSet::new();
    let attempt = local.block_on(&runtime, async {
        let mut world = match World::build(planned, label, place, options, (pace, watch)).await {
            Ok(world) => world,
            Err(error) => return dead_on_arrival(&error, began.elapsed()),
        };
        let interrupted = world.play(planned, ending).await;
        world.take_down().await;
        world.report(interrupted, began.elapsed())
    });
    drop(local);
    // Tasks that block (a name look-up without an answer) must not hold the scenario up.
    runtime.shutdown_background();
    attempt
}

/// An attempt that ended in a bench error before its first step.
pub(super) fn dead_on_arrival(error: &BenchError, wall_time: Duration) -> Attempt {
    let base = Failure {
        verdict: Verdict::BenchError,
        title: String::new(),
        code: String::new(),
        step: "start".to_owned(),
        step_title: "bring up broker, observer and device".to_owned(),
        place: None,
        expected: None,
        actual: None,
        help: None,
        at: SimTime::ZERO,
        related: Vec::new(),
    };
    Attempt {
        verdict: Verdict::BenchError,
        board: None,
        device_time: SimTime::ZERO,
        wall_time,
        steps: Vec::new(),
        failures: vec![bench_failure(error, base)],
        journal: Vec::new(),
    }
}

/// The same, of an attempt whose teardown was not carried out to its end.
pub(super) fn with_teardown_cut(attempt: Attempt) -> Attempt {
    let cut = dead_on_arrival(&BenchError::TeardownCut(display(TEARDOWN_LIMIT)), Duration::ZERO).failures;
    let cut = cut.into_iter().map(|failure| failure_at(failure, "teardown", "the teardown", attempt.device_time));
    let failures = attempt.failures.into_iter().chain(cut).collect();
    Attempt { failures, ..attempt }
}

fn failure_at(failure: Failure, step: &str, step_title: &str, at: SimTime) -> Failure {
    Failure { at, step: step.to_owned(), step_title: step_title.to_owned(), ..failure }
}

/// The scenario's variables, which also know what no report may show.
pub(super) fn variables_of(scenario: &Scenario, place: &Place<'_>, broker: &BrokerChoice) -> Variables {
    let mut variables = scenario.variables();
    if let BrokerChoice::External(url) = broker {
        variables.hide(url.secrets());
    }
    variables.hide(place.target.secrets());
    variables
}

/// Resolves when the bench fails beside the steps.
async fn lost(observer: Rc<Observer>, device: impl Future<Output = BenchError>, journal: Journal) -> BenchError {
    tokio::select! {
        biased;
        reason = observer.lost() => BenchError::BrokerLost(reason),
        reason = device => reason,
        full = journal.full() => BenchError::JournalFull(full),
    }
}

struct World {
    cx: Context,
    recorder: Recorder,
    timeout: Duration,
    wall_limit: Duration,
    /// Whether any step of the file asks something of the device.
    expects_something: bool,
    /// Whether the topic root is this attempt's own, to be left as if it had never been.
    is_private: bool,
}

impl World {
    async fn build(
        planned: &Planned,
        label: &str,
        place: &Place<'_>,
        options: &RunOptions,
        (pace, watch): (Pace, Watch),
    ) -> Result<Self, BenchError> {
        let scenario = &planned.scenario;
        let journal = Journal::new();
        watch.sees(&journal);
        let broker = match &options.broker {
            BrokerChoice::Embedded => Broker::Embedded(Rc::new(EmbeddedBroker::start(None).await?)),
            BrokerChoice::External(url) => Broker::External(Rc::new(url.clone())),
        };
        let due = (pace == Pace::JumpWhenQuiet).then(Due::default);
        if let Some(due) = &due {
            tokio::task::spawn_local(due.clone().keep_pace(journal.clone()));
        }
        // A root that the user names may be a device's own: what is retained there is not ours to remove.
        let (root, is_private) = match (place.topic_root, &options.broker) {
            (Some(root), _) => (root.to_owned(), false),
            (None, BrokerChoice::External(_)) if place.target.takes_topic_root() => {
                (format!("hil-{}/{label}/", options.run_id), true)
            }
            (None, _) => (String::new(), false),
        };
        let wire = Wire::new(broker.clone(), journal.clone(), due, root.clone());
        if let Some(disturbance) = &options.disturbance {
            wire.disturb(Disturbed::new(disturbance, scenario, journal.clone(), root.clone()));
        }
        let variables = variables_of(scenario, place, &options.broker);
        let filters = match &options.broker {
            BrokerChoice::External(_) if root.is_empty() => filters::observed(planned, &variables),
            _ => vec!["#".to_owned()],
        };
        let client_id = |suffix: &str| match &options.broker {
            BrokerChoice::Embedded => suffix.to_owned(),
            BrokerChoice::External(_) => format!("hil{}-{label}{suffix}", options.run_id),
        };
        let observer =
            Observer::connect(broker.clone(), wire.clone(), journal.clone(), root.clone(), client_id("o"), filters)
                .await?;
        let given = || planned.file.device.client_id.clone().unwrap_or_else(|| client_id("device"));
        let device_id = place.target.client_id().map_or_else(given, str::to_owned);
        let bench = Bench {
            journal: journal.clone(),
            wire: wire.clone(),
            config: planned.file.device.clone(),
            topic_root: root.clone(),
            client_id: client_id("device"),
            credentials: broker.credentials(),
            // Not of the id: that holds the path, and the same scenario is to run alike wherever it lies.
            seed: options.seed ^ fnv1a(scenario.title.bytes()),
            deaths: options.deaths.clone(),
            watch,
        };
        let mut device = place.target.open(bench)?;
        let timeout = planned.file.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let journal_age = journal.now().since(SimTime::ZERO);
        device.prepare(scenario, timeout)?;
        if let Some(pins) = device.pins() {
            for (part, pin) in step::pins(scenario, &variables) {
                // The step itself tells of a pin that does not exist.
                let _ = pins.watch(&part, &pin);
            }
        }
        let cx = Context {
            deadline: journal.now() + timeout,
            is_cut: Cell::new(false),
            timeout,
            journal,
            observer: Rc::new(observer),
            device,
            broker,
            wire,
            variables,
            marks: HashMap::new(),
            window: Window::default(),
            serial: SerialLog::default(),
            requests: 0,
            sequential: scenario.has_only_wokwi_steps(),
            capabilities: place.target.capabilities(options.broker.kind()),
            began: Utc::now() - journal_age,
            id: scenario.id.clone(),
            client_id: device_id,
            late: None,
        };
        let wall_limit = options.wall_limit;
        let expects_something = scenario.expects_something;
        Ok(Self { cx, recorder: Recorder::default(), timeout, wall_limit, expects_something, is_private })
    }

    /// Carries out setup, steps and teardown; whether it was interrupted before the teardown.
    async fn play(&mut self, planned: &Planned, ending: &Ending) -> bool {
        if let Err(error) = self.cx.device.start().await {
            let failed = dead_on_arrival(&error, Duration::ZERO);
            self.recorder.failures.extend(failed.failures);
            return false;
        }
        // What it took to bring the device up is none of the scenario's time. What it carries out itself it limits itself.
        let is_carried = self.cx.device.carrier().is_some();
        self.cx.begin_timeout(if is_carried { CARRIED_LIMIT } else { self.timeout });
        if self.cx.sequential
            && let Some(points) = self.cx.device.pause_points()
        {
            points.pause();
            self.cx.journal.note("all steps are Wokwi's: the device's time stands still between them");
        }
        let mut lost =
            std::pin::pin!(lost(Rc::clone(&self.cx.observer), self.cx.device.lost(), self.cx.journal.clone()));
        let early = tokio::select! {
            biased;
            early = ending.steps_are_over() => Some(early),
            reason = &mut lost => Some(Early::Lost(reason)),
            () = self.steps(planned) => None,
        };
        let (is_early, is_interrupted) = (early.is_some(), matches!(early, Some(Early::Interrupted)));
        let is_lost = matches!(early, Some(Early::Lost(_)));
        match early {
            Some(early) => self.ended_early(early, planned, ending),
            None => self.judge(planned),
        }
        if self.teardown_is_impossible(is_early) {
            if !planned.scenario.teardown.is_empty() {
                self.cx.journal.note("no teardown: the simulation has ended with the step that failed");
            }
            return is_interrupted;
        }
        // A bench that fails now does not end what is left of the teardown.
        let mut lost_meanwhile = None;
        let look = async {
            if !is_lost {
                lost_meanwhile = Some(lost.await);
            }
            std::future::pending::<()>().await;
        };
        let is_cut = tokio::select! {
            biased;
            () = ending.teardown_is_over() => true,
            () = look => false,
            () = self.teardown(planned) => false,
        };
        if let Some(reason) = lost_meanwhile {
            self.lost(&reason, "teardown", "while the teardown ran");
        }
        if is_cut && !planned.scenario.teardown.is_empty() {
            let (step, title) = self.current_step();
            self.lost(&BenchError::TeardownCut(display(TEARDOWN_LIMIT)), &step, &title);
        }
        if !is_early && let Some(error) = self.cx.device.unreadable().await {
            self.lost(&error, "end", "what the console has printed");
            // It explains whatever else has failed.
            self.recorder.failures.rotate_right(1);
        }
        if !is_early && let Err(error) = late::judge(&mut self.cx, &mut self.recorder).await {
            self.lost(&error, "end", "what the lights have shown");
        }
        is_interrupted
    }

    async fn steps(&mut self, planned: &Planned) {
        let scenario = &planned.scenario;
        let main = [("setup", &scenario.setup), ("step", &scenario.steps)];
        for (name, steps) in main {
            if self.list(name, steps).await.is_err() {
                break;
            }
        }
    }

    /// What is judged when the steps have ended, besides them.
    fn judge(&mut self, planned: &Planned) {
        let broken = self.cx.journal.read(0, |entries| invariants::check(entries, planned.file.may_reset));
        self.recorder.failures.extend(broken);
        let pending = self.cx.device.power().and_then(|power| power.pending_failure());
        if let Some(missing) = pending.filter(|_| self.recorder.failures.is_empty()) {
            self.recorder.failures.push(invariants::pending_power_failure(missing, self.cx.journal.now()));
        }
    }

    /// The steps have ended in the middle of one.
    fn ended_early(&mut self, early: Early, planned: &Planned, ending: &Ending) {
        // From now on the teardown has its limit.
        ending.begin();
        self.recorder.probing = false;
        self.cx.window.leave_groups();
        self.cx.late = None;
        let follows = if planned.scenario.teardown.is_empty() { "" } else { ": the teardown follows" };
        match early {
            Early::Interrupted => self.cx.journal.note(format!("interrupted{follows}")),
            Early::WallLimit => {
                let (step, title) = self.current_step();
                self.lost(&BenchError::Stuck(display(self.wall_limit)), &step, &title);
                self.cx.journal.note(format!("the limit in wall time has passed{follows}"));
            }
            Early::Lost(reason @ BenchError::JournalFull(_)) => {
                let (step, title) = self.current_step();
                self.lost(&reason, &step, &title);
            }
            Early::Lost(reason) => self.lost(&reason, "run", "while the scenario ran"),
        }
    }

    /// The step that was begun last.
    fn current_step(&self) -> (String, String) {
        let step = |entries: &[Entry]| {
            entries.iter().rev().find_map(|entry| match &entry.what {
                Observation::Step { path, title } => Some((path.clone(), title.clone())),
                _ => None,
            })
        };
        let before = || ("start".to_owned(), "before the first step".to_owned());
        self.cx.journal.read(0, step).unwrap_or_else(before)
    }

    /// Whether it is the device that would carry the teardown out, and it no longer does.
    fn teardown_is_impossible(&mut self, is_early: bool) -> bool {
        let has_failed = !self.recorder.failures.is_empty();
        self.cx.device.carrier().is_some_and(|carrier| is_early || (has_failed && carrier.is_over()))
    }

    /// All of its steps, also after one that does not hold: what is to be switched off is switched off.
    async fn teardown(&mut self, planned: &Planned) {
        self.cx.begin_timeout(self.timeout);
        for (i, step) in planned.scenario.teardown.iter().enumerate() {
            self.recorder.rearm();
            // Recorded where it happened.
            let _ = self.one("teardown", i, step).await;
        }
    }

    /// The bench failed beside the steps.
    fn lost(&mut self, reason: &BenchError, step: &str, step_title: &str) {
        let failed = dead_on_arrival(reason, Duration::ZERO);
        let at = self.cx.journal.now();
        self.recorder.failures.extend(failed.failures.into_iter().map(|f| failure_at(f, step, step_title, at)));
    }

    async fn list(&mut self, name: &str, steps: &[SourcedStep]) -> Result<(), StepError> {
        for (i, step) in steps.iter().enumerate() {
            self.one(name, i, step).await?;
        }
        Ok(())
    }

    /// One step of a list, unless the scenario's time has ended before it.
    async fn one(&mut self, name: &str, index: usize, sourced: &SourcedStep) -> Result<(), StepError> {
        let path = format!("{name} {}", index + 1);
        let Self { cx, recorder, timeout, .. } = self;
        // In Wokwi only time that passes in a step can be too long.
        if cx.journal.now() >= cx.deadline && !cx.sequential {
            let place =
                super::failure::StepPlace { path: &path, title: "", source: &sourced.source, span: sourced.step.span };
            let unmet = Unmet::timeout("before", *timeout);
            return Err(recorder.failed(unmet.into(), &place, cx));
        }
        step::run(cx, recorder, &sourced.source, &sourced.step, &path).await
    }

    async fn take_down(&mut self) {
        let (journal, end) = (self.cx.journal.clone(), self.cx.journal.end());
        self.cx.device.stop().await;
        self.cx.wire.end();
        if self.is_private {
            // Its last statuses may still be on their way, and its will, retained too, comes only now.
            let _due = self.cx.wire.hold("the device's last messages", 2 * LAST_MESSAGES_LIMIT);
            let last = |entries: &[Entry]| {
                entries.iter().rev().find(|e| matches!(e.what, Observation::Received(_))).map(|e| e.seq)
            };
            let limit = journal.now() + LAST_MESSAGES_LIMIT;
            let mut from = end;
            while let Some(seq) = journal.wait(from, (journal.now() + QUIET).min(limit), last).await {
                from = seq + 1;
            }
            self.cx.observer.clean_up().await;
        }
        self.cx.observer.disconnect().await;
        if let Broker::Embedded(broker) = &self.cx.broker {
            broker.stop().await;
        }
    }

    fn report(self, interrupted: bool, wall_time: Duration) -> Attempt {
        let failures = self.recorder.failures;
        let verdict = match failures.first() {
            _ if interrupted => Verdict::Interrupted,
            // What asks something of the device stands in branches that were not taken.
            None if self.expects_something && !self.recorder.has_judged => Verdict::Skipped,
            None => Verdict::Passed,
            Some(first) => first.verdict,
        };
        Attempt {
            verdict,
            board: None,
            device_time: self.cx.journal.now(),
            wall_time,
            steps: self.recorder.steps,
            failures,
            journal: shorten::shortened(self.cx.journal.to_vec()),
        }
    }
}
