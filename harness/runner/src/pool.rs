//! Scenarios side by side: threads, retries, early ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Instant;

use super::attempt::{attempt, dead_on_arrival, variables_of, with_teardown_cut};
use super::ending::{Countdown, Ending};
use super::fleet;
use super::hang::hung;
use super::options::{Cancel, CancelReason, RunOptions, RunsOn};
use super::redact;
use hil_model::event::{Attempt, BoardReport, BoardState, RunEvent, ScenarioReport};
use hil_model::time::display;
use hil_model::verdict::Verdict;
use hil_scenario::{Capability, Scenario, ScenarioFile};
use hil_targets::{BenchError, Target, Watch};

/// A scenario that is to run, and its file.
#[derive(Clone)]
pub struct Planned {
    /// The file.
    pub file: Arc<ScenarioFile>,
    /// One of its scenarios.
    pub scenario: Arc<Scenario>,
}

/// What a run leaves.
#[derive(Debug)]
pub struct Finished {
    /// In the order of the plan.
    pub scenarios: Vec<ScenarioReport>,
    /// What became of the boards, if it ran on a bench.
    pub boards: Vec<BoardReport>,
    /// How many boards fewer than were wanted were fit to the end.
    pub missing_boards: usize,
}

/// Where events go: with the scenario's place in the plan, if they are about one.
pub(super) type Sender = mpsc::Sender<(Option<usize>, RunEvent)>;

/// Runs all scenarios and tells `sink` what happens.
pub fn run(plan: &[Planned], options: &RunOptions, cancel: &Cancel, mut sink: impl FnMut(&RunEvent)) -> Finished {
    let (events, received) = mpsc::channel();
    let mut reports: Vec<Option<ScenarioReport>> = vec![None; plan.len()];
    let boards = std::thread::scope(|scope| {
        let running = scope.spawn(|| match &options.runs_on {
            RunsOn::Target(target) => {
                side_by_side(plan, target, options, cancel, events);
                Vec::new()
            }
            RunsOn::Boards { boards, .. } => fleet::run(plan, options, boards, cancel, events),
        });
        for (index, event) in received {
            sink(&event);
            if let (Some(index), RunEvent::ScenarioFinished(report)) = (index, event) {
                reports[index] = Some(report);
            }
        }
        // What made it crash has been printed; the scenarios that it leaves are missing from the reports.
        running.join().unwrap_or_default()
    });
    let wanted = if let RunsOn::Boards { min, .. } = &options.runs_on { *min } else { 0 };
    let fit = boards.iter().filter(|b| matches!(b.state, BoardState::Fit | BoardState::NotNeeded)).count();
    Finished { scenarios: reports.into_iter().flatten().collect(), boards, missing_boards: wanted.saturating_sub(fit) }
}

/// Runs the plan on as many devices of a target as are wanted.
fn side_by_side(plan: &[Planned], target: &Arc<dyn Target>, options: &RunOptions, cancel: &Cancel, events: Sender) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let jobs = options.jobs.min(target.devices().unwrap_or(usize::MAX));
        for _ in 0..jobs.clamp(1, plan.len().max(1)) {
            let (events, next) = (events.clone(), &next);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(planned) = plan.get(index) else { return };
                    let mut report = plan_report(planned);
                    // The receiver lives until all workers have ended.
                    let tell = |event| drop(events.send((Some(index), event)));
                    match skip_reason(planned, options) {
                        Some(reason) => report.reason = Some(reason),
                        None => {
                            let place = Place { target, topic_root: options.topic_root.as_deref(), board: None };
                            run_on(&mut report, planned, &place, &index.to_string(), options, cancel, &tell);
                        }
                    }
                    tell(RunEvent::ScenarioFinished(report));
                }
            });
        }
    });
}

/// The report of a scenario that has not run.
pub(super) fn plan_report(planned: &Planned) -> ScenarioReport {
    let Planned { file, scenario } = planned;
    ScenarioReport {
        id: scenario.id.clone(),
        title: scenario.title.clone(),
        file: file.source.path.clone(),
        line: file.source.place(scenario.span).line,
        tags: file.tags.iter().map(|t| t.value.clone()).collect(),
        verdict: Verdict::Skipped,
        reason: None,
        expects_nothing: !scenario.expects_something,
        attempts: Vec::new(),
    }
}

/// What a scenario is run on.
pub(super) struct Place<'a> {
    pub(super) target: &'a Arc<dyn Target>,
    /// Put before every topic.
    pub(super) topic_root: Option<&'a str>,
    /// Its name, if it is a board of a bench.
    pub(super) board: Option<&'a str>,
}

/// Runs a scenario, again if it fails and that is wanted. Attempts that are in the report already were on other boards.
pub(super) fn run_on(
    report: &mut ScenarioReport,
    planned: &Planned,
    place: &Place<'_>,
    label: &str,
    options: &RunOptions,
    cancel: &Cancel,
    tell: &dyn Fn(RunEvent),
) {
    let variables = variables_of(&planned.scenario, place, &options.broker);
    for number in 1..=options.retries + 1 {
        if ended_early(report, cancel) {
            break;
        }
        let attempt = u32::try_from(report.attempts.len()).unwrap_or(u32::MAX).saturating_add(1);
        tell(RunEvent::ScenarioStarted { id: planned.scenario.id.clone(), attempt });
        let label = if number == 1 { label.to_owned() } else { format!("{label}r{number}") };
        let done = watched(planned, label, place, options, cancel);
        let mut done = redact::attempt(done, &variables);
        done.board = place.board.map(str::to_owned);
        report.verdict = match done.verdict {
            Verdict::Passed if number > 1 => Verdict::Flaky,
            verdict => verdict,
        };
        if report.verdict == Verdict::Skipped {
            let reason =
                "no step that asks something of the device was carried out: what decides in `if` or `for` left none";
            report.reason = Some(reason.to_owned());
        }
        report.attempts.push(done);
        let is_boards_fault = report.attempts.last().is_some_and(|attempt| fleet::fault_of(attempt).is_some());
        let again = matches!(report.verdict, Verdict::Failed | Verdict::BenchError);
        if !again || (is_boards_fault && place.board.is_some()) {
            break;
        }
    }
    if options.fail_fast && !report.verdict.is_good() {
        cancel.end(CancelReason::FailFast);
    }
}

/// Whether the run ends before this scenario's next attempt. If it is its first, the report says why there is none.
pub(super) fn ended_early(report: &mut ScenarioReport, cancel: &Cancel) -> bool {
    let Some(reason) = cancel.reason() else { return false };
    if report.attempts.is_empty() {
        (report.verdict, report.reason) = match reason {
            CancelReason::Interrupt => (Verdict::Interrupted, Some("interrupted before it ran".to_owned())),
            CancelReason::FailFast => (Verdict::Skipped, Some("another scenario failed (--fail-fast)".to_owned())),
            CancelReason::Hang => {
                let reason = "the device of another scenario hangs, and cannot be stopped before hil ends";
                (Verdict::Skipped, Some(reason.to_owned()))
            }
        };
    }
    true
}

/// Runs an attempt on a thread of its own. One that takes too long or is interrupted is asked to end with its teardown; it is given
/// up when it does not, or when its device hangs: it cannot be stopped from without.
fn watched(planned: &Planned, label: String, place: &Place<'_>, options: &RunOptions, cancel: &Cancel) -> Attempt {
    let (done, result) = mpsc::channel();
    let began = Instant::now();
    let (watch, ending) = (Watch::default(), Ending::new(cancel));
    let thread = std::thread::Builder::new().name(planned.scenario.id.clone()).spawn({
        let (planned, options, watch, ending) = (planned.clone(), options.clone(), watch.clone(), ending.clone());
        let (target, topic_root) = (Arc::clone(place.target), place.topic_root.map(str::to_owned));
        move || {
            let place = Place { target: &target, topic_root: topic_root.as_deref(), board: None };
            let ended = attempt(&planned, &label, &place, &options, &ending, watch);
            // Whoever hears of the end may open the board's port.
            drop(target);
            // Nobody listens any more to what was given up.
            let _ = done.send(ended);
        }
    });
    if let Err(e) = thread {
        return dead_on_arrival(&BenchError::System(e), began.elapsed());
    }
    let mut looks = watch.looks();
    let has_teardown = !planned.scenario.teardown.is_empty();
    let mut countdown = Countdown::new(&ending, has_teardown);
    loop {
        let left = options.wall_limit.saturating_sub(began.elapsed());
        let pause = if countdown.has_begun() { Watch::TICK } else { Watch::TICK.min(left) };
        match result.recv_timeout(pause) {
            Ok(attempt) => return attempt,
            Err(RecvTimeoutError::Disconnected) => return dead_on_arrival(&BenchError::Crashed, began.elapsed()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(hang) = looks.look() {
            cancel.end(CancelReason::Hang);
            return hung(hang, &watch, began.elapsed());
        }
        let is_late = began.elapsed() >= options.wall_limit;
        if is_late {
            ending.begin();
        }
        if countdown.is_over() {
            let limit = if is_late { options.wall_limit } else { countdown.whole() };
            let mut given_up = dead_on_arrival(&BenchError::Stuck(display(limit)), began.elapsed());
            if has_teardown {
                given_up = with_teardown_cut(given_up);
            }
            if cancel.is_interrupted() {
                given_up.verdict = Verdict::Interrupted;
            }
            return given_up;
        }
    }
}

/// Why nothing of what the run has can run a scenario, if that is so.
pub fn skip_reason(planned: &Planned, options: &RunOptions) -> Option<String> {
    match &options.runs_on {
        RunsOn::Target(target) => {
            if let Some(reason) = target.unfit(&planned.scenario, options.broker.kind()) {
                return Some(reason);
            }
            let offered = target.capabilities(options.broker.kind());
            lacking(planned, &offered, &format!("target {}", target.name()), options)
        }
        RunsOn::Boards { boards, .. } => fleet::skip_reason(planned, options, boards),
    }
}

/// What a scenario needs that is not offered.
pub(super) fn lacking(planned: &Planned, offered: &[Capability], whose: &str, options: &RunOptions) -> Option<String> {
    let need = planned.scenario.needs.iter().find(|need| !offered.contains(&need.capability))?;
    let whose = match need.capability {
        Capability::BrokerControl => format!("the broker {}", options.broker),
        _ => whose.to_owned(),
    };
    Some(format!("{whose} has no `{}`, needed by {}", need.capability, need.by))
}
