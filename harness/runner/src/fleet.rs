//! Scenarios on the boards of a bench: spread over equal ones, taken from those that fail.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::failure::BOARD;
use super::options::{Cancel, RunOptions};
use super::pool::{Place, Planned, Sender, ended_early, lacking, plan_report, run_on};
use super::queue::{Queue, Waiting};
use hil_bench::{Board, Fault, Phase, Ready, keep_line};
use hil_model::event::{Attempt, BoardFault, BoardReport, BoardState, RunEvent, ScenarioReport};
use hil_model::observation::{Observation, SerialStream};
use hil_model::verdict::Verdict;
use hil_scenario::Capability;
use hil_targets::Target;
use hil_targets::console::Lines;

/// After so many faults a board gets nothing more to do.
const MOST_FAULTS: usize = 2;
/// On so many boards a scenario is tried that fail under it: then it may be the scenario.
const MOST_BOARDS: usize = 3;

/// What the workers of all boards share.
struct Fleet<'a> {
    plan: &'a [Planned],
    options: &'a RunOptions,
    cancel: &'a Cancel,
    queue: Queue<'a>,
    events: Sender,
    reports: Mutex<Vec<Option<BoardReport>>>,
    /// What the boards were found to offer, when their ports were open.
    offered: Mutex<Vec<(String, Vec<Capability>)>>,
    /// Told apart on the broker: two attempts never share a client identifier.
    attempts: AtomicUsize,
}

/// Runs the plan on the boards; what they say goes to `events`. What became of the boards comes back.
pub(super) fn run(
    plan: &[Planned],
    options: &RunOptions,
    boards: &[Arc<Board>],
    cancel: &Cancel,
    events: Sender,
) -> Vec<BoardReport> {
    let mut queued = Vec::new();
    for (index, planned) in plan.iter().enumerate() {
        match skip_reason(planned, options, boards) {
            None => queued.push(index),
            Some(reason) => {
                let report = ScenarioReport { reason: Some(reason), ..plan_report(planned) };
                let _ = events.send((Some(index), RunEvent::ScenarioFinished(report)));
            }
        }
    }
    let fleet = Fleet {
        plan,
        options,
        cancel,
        queue: Queue::new(queued.into_iter(), cancel),
        events,
        reports: Mutex::new(vec![None; boards.len()]),
        offered: Mutex::new(Vec::new()),
        attempts: AtomicUsize::new(0),
    };
    std::thread::scope(|scope| {
        for (index, board) in boards.iter().enumerate() {
            let fleet = &fleet;
            scope.spawn(move || {
                let report = Worker::new(fleet, board).serve();
                fleet.reports.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(report);
            });
        }
    });
    let Fleet { queue, events, reports, offered, .. } = fleet;
    let offered = offered.into_inner().unwrap_or_else(PoisonError::into_inner);
    let reports: Vec<_> = reports.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect();
    for Waiting { index, attempts } in queue.left() {
        let mut report = ScenarioReport { attempts, ..plan_report(&plan[index]) };
        if !ended_early(&mut report, cancel) {
            (report.verdict, report.reason) = match nobody_left(&reports) {
                Some(reason) => (Verdict::BenchError, Some(reason)),
                // None was lost: it turned out that none can run it.
                None => (
                    Verdict::Skipped,
                    offered
                        .iter()
                        .find_map(|(id, offered)| lacking(&plan[index], offered, &format!("board {id}"), options)),
                ),
            };
        }
        let _ = events.send((Some(index), RunEvent::ScenarioFinished(report)));
    }
    reports
}

/// Why no board can run a scenario, going by what is known of them before they are touched.
pub(super) fn skip_reason(planned: &Planned, options: &RunOptions, boards: &[Arc<Board>]) -> Option<String> {
    let mut reasons =
        boards.iter().map(|board| lacking(planned, &board.capabilities(), &format!("board {}", board.id), options));
    let first = reasons.next()??;
    reasons.all(|reason| reason.is_some()).then_some(if boards.len() == 1 {
        first
    } else {
        format!("none of the boards can: {first}")
    })
}

/// Which boards were lost, if any was.
fn nobody_left(reports: &[BoardReport]) -> Option<String> {
    let lost: Vec<_> = reports
        .iter()
        .filter(|r| matches!(r.state, BoardState::Quarantined | BoardState::NotAvailable | BoardState::Failed))
        .filter_map(|r| Some(format!("{} (phase {}: {})", r.id, r.faults.last()?.phase, r.faults.last()?.title)))
        .collect();
    (!lost.is_empty()).then(|| format!("no board that can run it is left: {}", lost.join("; ")))
}

/// One board's.
struct Worker<'a> {
    fleet: &'a Fleet<'a>,
    board: &'a Board,
    report: BoardReport,
}

impl<'a> Worker<'a> {
    fn new(fleet: &'a Fleet<'a>, board: &'a Board) -> Self {
        let report = BoardReport {
            id: board.id.clone(),
            place: board.place.clone(),
            state: BoardState::NotNeeded,
            attempts: 0,
            faults: Vec::new(),
        };
        Self { fleet, board, report }
    }

    fn serve(mut self) -> BoardReport {
        let queue = &self.fleet.queue;
        while queue.wants_a_board() {
            let ready = self.prepare();
            queue.prepared();
            let Some(ready) = ready else { break };
            self.report.state = BoardState::Fit;
            self.begins(Phase::Run);
            let all_done = self.scenarios(&ready);
            self.begins(Phase::Release);
            if let Err(fault) = ready.release(self.board.limits.release) {
                self.fault(fault, None);
            }
            if all_done || self.is_out() {
                break;
            }
            self.board.revive();
        }
        self.report
    }

    /// The board, ready to run; tried again after a first fault.
    fn prepare(&mut self) -> Option<Ready> {
        let (fleet, board) = (self.fleet, self.board);
        let is_cancelled = || fleet.cancel.reason().is_some();
        loop {
            match board.prepare(&is_cancelled, &mut |phase| self.begins(phase)) {
                Ok(ready) => return ready,
                Err(fault) => self.fault(fault, None),
            }
            if self.is_out() {
                return None;
            }
            board.revive();
        }
    }

    /// Runs what there is for it. Whether that was all, and the board is still fit.
    fn scenarios(&mut self, ready: &Ready) -> bool {
        let fleet = self.fleet;
        let Fleet { plan, options, queue, .. } = fleet;
        let offered = ready.capabilities(options.broker.kind());
        let entry = (self.board.id.clone(), offered.clone());
        fleet.offered.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        while let Some(mut waiting) = queue.take(|index| lacking(&plan[index], &offered, "", options).is_none()) {
            let index = waiting.index;
            let topic_root = self.board.topic_root.as_deref().or(options.topic_root.as_deref());
            let target: Arc<dyn Target> = Arc::clone(&ready.target) as _;
            let place = Place { target: &target, topic_root, board: Some(&self.board.id) };
            let mut report =
                ScenarioReport { attempts: std::mem::take(&mut waiting.attempts), ..plan_report(&plan[index]) };
            let number = self.fleet.attempts.fetch_add(1, Ordering::Relaxed);
            let before = report.attempts.len();
            run_on(&mut report, &plan[index], &place, &format!("b{number}"), options, fleet.cancel, &|event| {
                fleet.tell_of(index, event);
            });
            self.report.attempts += report.attempts.len() - before;
            let fault = report.attempts.last().and_then(fault_of);
            let Some(fault) = fault else {
                self.fleet.tell_of(index, RunEvent::ScenarioFinished(report));
                queue.done(None);
                continue;
            };
            self.fault(fault, Some(&report.id));
            if report.attempts.len() < MOST_BOARDS && self.fleet.cancel.reason().is_none() {
                queue.done(Some(Waiting { index, attempts: report.attempts }));
            } else {
                self.fleet.tell_of(index, RunEvent::ScenarioFinished(report));
                queue.done(None);
            }
            return false;
        }
        true
    }

    fn begins(&self, phase: Phase) {
        self.fleet.tell(RunEvent::BoardPhase { board: self.board.id.clone(), phase });
    }

    fn is_out(&self) -> bool {
        matches!(self.report.state, BoardState::Quarantined | BoardState::NotAvailable)
    }

    fn fault(&mut self, fault: Fault, scenario: Option<&str>) {
        let Fault { phase, title, help, serial, is_final } = fault;
        let is_last = is_final || self.report.faults.len() + 1 >= MOST_FAULTS;
        self.report.state = match (is_last, phase) {
            (false, _) => BoardState::Failed,
            (true, Phase::Lock) => BoardState::NotAvailable,
            (true, _) => BoardState::Quarantined,
        };
        let fault = BoardFault { phase, scenario: scenario.map(str::to_owned), title, help, serial, is_last };
        self.report.faults.push(fault.clone());
        self.fleet.tell(RunEvent::BoardFailed { board: self.board.id.clone(), fault });
    }
}

impl Fleet<'_> {
    fn tell(&self, event: RunEvent) {
        // The receiver lives until all workers have ended.
        let _ = self.events.send((None, event));
    }

    fn tell_of(&self, index: usize, event: RunEvent) {
        // As above.
        let _ = self.events.send((Some(index), event));
    }
}

/// The board's fault that ended an attempt, if one did.
pub(super) fn fault_of(attempt: &Attempt) -> Option<Fault> {
    let failure = attempt.failures.iter().find(|failure| failure.code == BOARD)?;
    Some(Fault {
        phase: Phase::Run,
        title: failure.title.clone(),
        help: failure.help.clone().unwrap_or_default(),
        serial: last_lines(attempt),
        is_final: false,
    })
}

/// The last lines that a device has printed in an attempt.
fn last_lines(attempt: &Attempt) -> Vec<String> {
    let mut lines = Lines::default();
    let mut last = VecDeque::new();
    for entry in &attempt.journal {
        if let Observation::Serial { stream: SerialStream::Output, data } = &entry.what {
            lines.push(&data.0).into_iter().for_each(|line| keep_line(&mut last, line));
        }
    }
    last.into()
}
