//! Scenarios side by side: threads, retries, early ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Instant;

use super::attempt::{attempt, dead_on_arrival};
use super::options::{Cancel, CancelReason, RunOptions};
use crate::event::{Attempt, Place, RunEvent, ScenarioReport};
use crate::scenario::{Scenario, ScenarioFile};
use crate::target::BenchError;
use crate::time::display;
use crate::verdict::Verdict;

/// A scenario that is to run, and its file.
#[derive(Clone)]
pub struct Planned {
    /// The file.
    pub file: Arc<ScenarioFile>,
    /// One of its scenarios.
    pub scenario: Arc<Scenario>,
}

/// Runs all scenarios and tells `sink` what happens; the reports come back in the order of the plan.
pub fn run(
    plan: &[Planned],
    options: &RunOptions,
    cancel: &Cancel,
    mut sink: impl FnMut(&RunEvent),
) -> Vec<ScenarioReport> {
    let next = AtomicUsize::new(0);
    let (events, received) = mpsc::channel::<(usize, RunEvent)>();
    let mut reports: Vec<Option<ScenarioReport>> = vec![None; plan.len()];
    std::thread::scope(|scope| {
        let jobs = options.jobs.min(options.target.devices().unwrap_or(usize::MAX));
        for _ in 0..jobs.clamp(1, plan.len().max(1)) {
            let (events, next) = (events.clone(), &next);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(planned) = plan.get(index) else { return };
                    let report = scenario(planned, index, options, cancel, &events);
                    if options.fail_fast && !report.verdict.is_good() {
                        cancel.fail_fast();
                    }
                    // The receiver lives until all workers have ended.
                    let _ = events.send((index, RunEvent::ScenarioFinished(report)));
                }
            });
        }
        drop(events);
        for (index, event) in received {
            sink(&event);
            if let RunEvent::ScenarioFinished(report) = event {
                reports[index] = Some(report);
            }
        }
    });
    reports.into_iter().flatten().collect()
}

fn scenario(
    planned: &Planned,
    index: usize,
    options: &RunOptions,
    cancel: &Cancel,
    events: &mpsc::Sender<(usize, RunEvent)>,
) -> ScenarioReport {
    let Planned { file, scenario } = planned;
    let mut report = ScenarioReport {
        id: scenario.id.clone(),
        title: scenario.title.clone(),
        file: file.source.path.clone(),
        line: Place::of(&file.source, scenario.span).line,
        tags: file.tags.iter().map(|t| t.value.clone()).collect(),
        verdict: Verdict::Skipped,
        reason: None,
        attempts: Vec::new(),
    };
    if let Some(reason) = skip_reason(planned, options) {
        report.reason = Some(reason);
        return report;
    }
    for number in 1..=options.retries + 1 {
        if let Some(reason) = cancel.reason() {
            if report.attempts.is_empty() {
                (report.verdict, report.reason) = match reason {
                    CancelReason::Interrupt => (Verdict::Interrupted, Some("interrupted before it ran".to_owned())),
                    CancelReason::FailFast => {
                        (Verdict::Skipped, Some("another scenario failed (--fail-fast)".to_owned()))
                    }
                };
            }
            break;
        }
        let started = RunEvent::ScenarioStarted { id: scenario.id.clone(), attempt: number };
        // The receiver lives until all workers have ended.
        let _ = events.send((index, started));
        let label = if number == 1 { index.to_string() } else { format!("{index}r{number}") };
        let done = watched(planned, label, options, cancel);
        report.verdict = match done.verdict {
            Verdict::Passed if number > 1 => Verdict::Flaky,
            verdict => verdict,
        };
        report.attempts.push(done);
        if !matches!(report.verdict, Verdict::Failed | Verdict::BenchError) {
            break;
        }
    }
    report
}

/// Runs an attempt on a thread of its own and gives up on it when it takes too long: a device that spins for ever cannot
/// be stopped from within.
fn watched(planned: &Planned, label: String, options: &RunOptions, cancel: &Cancel) -> Attempt {
    let (done, result) = mpsc::channel();
    let began = Instant::now();
    let thread = std::thread::Builder::new().name(planned.scenario.id.clone()).spawn({
        let (planned, options, cancel) = (planned.clone(), options.clone(), cancel.clone());
        move || {
            // Nobody listens any more after the wall limit.
            let _ = done.send(attempt(&planned, &label, &options, &cancel));
        }
    });
    let error = match thread {
        Err(e) => BenchError::System(e),
        Ok(_) => match result.recv_timeout(options.wall_limit) {
            Ok(attempt) => return attempt,
            Err(RecvTimeoutError::Timeout) => BenchError::Stuck(display(options.wall_limit)),
            Err(RecvTimeoutError::Disconnected) => BenchError::Crashed,
        },
    };
    dead_on_arrival(&error, began.elapsed())
}

/// Why the target cannot run a scenario, if it cannot.
pub fn skip_reason(planned: &Planned, options: &RunOptions) -> Option<String> {
    let offered = options.target.capabilities(options.broker.kind());
    let need = planned.scenario.needs.iter().find(|need| !offered.contains(&need.capability))?;
    let (target, broker) = (options.target.name(), &options.broker);
    let whose = match need.capability {
        crate::scenario::Capability::BrokerControl => format!("the broker {broker}"),
        _ => format!("target {target}"),
    };
    Some(format!("{whose} has no `{}`, needed by {}", need.capability, need.by))
}
