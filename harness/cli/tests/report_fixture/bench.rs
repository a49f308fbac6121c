//! A run on a bench of five boards: two are lost, one fails once, and for some scenarios no board is left.

use hil_model::event::{BoardFault, BoardReport, BoardState, RunEvent, RunInfo, ScenarioReport, Summary};
use hil_model::phase::Phase;
use hil_model::verdict::Verdict;
use hil_report::add_boards;

use super::*;

pub const NO_BOARD: &str = "no board that can run it is left: light-2 (phase flash: no chip answers in download mode)";

pub fn phase(board: &str, phase: Phase) -> RunEvent {
    RunEvent::BoardPhase { board: board.to_owned(), phase }
}

pub fn failed(board: &str, fault: &BoardFault) -> RunEvent {
    RunEvent::BoardFailed { board: board.to_owned(), fault: fault.clone() }
}

pub fn board(id: &str, place: &str, state: BoardState, attempts: usize, faults: &[BoardFault]) -> BoardReport {
    BoardReport { id: id.to_owned(), place: place.to_owned(), state, attempts, faults: faults.to_vec() }
}

pub fn no_chip(is_last: bool) -> BoardFault {
    BoardFault {
        phase: Phase::Flash,
        scenario: None,
        title: "port /dev/ttyUSB1: no chip answers in download mode".to_owned(),
        help: "hold BOOT, press RESET once, let go of BOOT; or wire DTR and RTS".to_owned(),
        serial: vec![
            "ESP-ROM:esp32c3-api1-20210207".to_owned(),
            "rst:0x1 (POWERON),boot:0xc (SPI_FAST_FLASH_BOOT)".to_owned(),
        ],
        is_last,
    }
}

pub fn unplugged() -> BoardFault {
    BoardFault {
        phase: Phase::Run,
        scenario: Some("blink/basic".to_owned()),
        title: "port usb:7CDFA1A2B3C4: it has gone and did not come back within 10s".to_owned(),
        help: "cable, hub, supply".to_owned(),
        serial: vec!["I (188) mqtt: connected".to_owned()],
        is_last: false,
    }
}

pub fn locked() -> BoardFault {
    BoardFault {
        phase: Phase::Lock,
        scenario: None,
        title: "kept by another run (process 4711, since 2026-11-20T11:58:00Z)".to_owned(),
        help: "wait for it, or raise `limits.lock`".to_owned(),
        serial: vec![],
        is_last: true,
    }
}

fn on(board: &str, mut scenario: ScenarioReport) -> ScenarioReport {
    scenario.attempts.iter_mut().for_each(|attempt| attempt.board = Some(board.to_owned()));
    scenario
}

/// Lost its board, and passed on another.
fn moved() -> ScenarioReport {
    let mut first = attempt(Verdict::BenchError, 190, 10_200, Log::default().boot());
    first.board = Some("light-3".to_owned());
    first.failures = vec![Failure {
        help: Some(unplugged().help),
        ..failure(Verdict::BenchError, "hil::bench::board", &unplugged().title)
    }];
    let mut moved = on("light-1", blink());
    moved.attempts.insert(0, first);
    moved
}

/// No board was left that could have run it.
pub fn stranded(id: &str, reason: &str) -> ScenarioReport {
    let reason = Some(reason.to_owned());
    ScenarioReport { reason, ..scenario(id, "Needs what only one board has", Verdict::BenchError, vec![]) }
}

pub fn bench_scenarios() -> Vec<ScenarioReport> {
    let stranded = ["power/brownout", "power/cut", "power/dip", "power/glitch", "power/slow-rise", "power/twice"]
        .map(|id| stranded(id, NO_BOARD));
    let mut all = vec![moved(), on("light-1", rejected_hue()), on("light-3", flaky())];
    all.extend(stranded);
    all
}

pub fn bench_info(scenarios: &[ScenarioReport]) -> RunInfo {
    let (target, target_reason) = ("serial".to_owned(), "--bench bench.yaml".to_owned());
    RunInfo { target, target_reason, broker: "mqtt://192.168.1.10".to_owned(), ..info(scenarios) }
}

pub fn boards() -> Vec<BoardReport> {
    vec![
        board("light-1", "/dev/ttyUSB0", BoardState::Fit, 2, &[]),
        board("light-2", "/dev/ttyUSB1", BoardState::Quarantined, 0, &[no_chip(false), no_chip(true)]),
        board("light-3", "usb:7CDFA1A2B3C4", BoardState::Fit, 3, &[unplugged()]),
        board("light-4", "rfc2217://lab-3:4001", BoardState::NotAvailable, 0, &[locked()]),
        board("spare", "rfc2217://lab-3:4002", BoardState::NotNeeded, 0, &[]),
    ]
}

/// The events of a run on these boards, each as it was reported at the end.
pub fn on_boards(scenarios: &[ScenarioReport], boards: Vec<BoardReport>, missing: usize) -> Vec<RunEvent> {
    let mut events = events(bench_info(scenarios), scenarios, false);
    let mut told = vec![];
    for board in boards.iter().filter(|b| b.state != BoardState::NotNeeded) {
        told.push(phase(&board.id, Phase::Lock));
        told.extend(board.faults.iter().map(|fault| failed(&board.id, fault)));
    }
    events.splice(1..1, told);
    add_boards(summary(&mut events), boards, missing);
    events
}

/// The end of a run.
pub fn summary(events: &mut [RunEvent]) -> &mut Summary {
    match events.last_mut() {
        Some(RunEvent::RunFinished(summary)) => summary,
        other => panic!("the end is last: {other:?}"),
    }
}

/// Everything that a bench can do to a run, with one board fewer than wanted.
pub fn bench_run() -> Vec<RunEvent> {
    on_boards(&bench_scenarios(), boards(), 1)
}

/// All scenarios passed, and one board was lost.
pub fn good_bench_run() -> Vec<RunEvent> {
    on_boards(&[on("light-1", blink())], boards()[..2].to_vec(), 0)
}
