//! The suite `bench`: a case for each board, so that a board that is lost is seen where CI systems show tests.
//!
//! | board | case |
//! |---|---|
//! | fit, no fault | success |
//! | fit to the end after a fault | success with a `flakyError` for each fault |
//! | not needed | `skipped` |
//! | quarantined, not available | `skipped`, with its last fault as message; all faults are in `system-out` |
//!
//! A lost board is no `error`: the others have run its scenarios, the exit code is 0, and JUnit must not be red where the run
//! is green. Scenarios for which no board was left are errors in their own suites. With fewer boards than `--min-boards`
//! the run ends with exit code 3, and JUnit must be red as well: the suite then has one more case, `min-boards`, which is
//! the `error`. It is not one of the boards, as which of several lost ones was one too many is not to be told.
//!
//! A run without boards has no such suite. The cases count among the tests: on a bench their number is that of scenarios
//! and boards.

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestRerun, TestSuite};

use crate::board;
use crate::text::clean;
use hil_model::event::{BoardFault, BoardReport, BoardState, Summary};

/// Name of the suite, and class of its cases; suites of scenarios are called after files.
const NAME: &str = "bench";
/// The case that is an error when there were too few boards.
const MIN_BOARDS: &str = "min-boards";
/// Type of errors, as the runner calls failures that are a board's fault.
const CODE: &str = "hil::bench::board";

/// The suite, if the run had boards.
pub(super) fn suite(summary: &Summary) -> Option<TestSuite> {
    let shortfall = board::shortfall(summary);
    if summary.boards.is_empty() && shortfall.is_none() {
        return None;
    }
    let mut suite = TestSuite::new(NAME);
    for one in &summary.boards {
        let is_alone = summary.boards.iter().filter(|other| other.id == one.id).count() == 1;
        // Benches of different shards may use one id for different boards.
        let name = if is_alone { clean(&one.id) } else { format!("{} ({})", clean(&one.id), clean(&one.place)) };
        suite.add_test_case(case(name, one));
    }
    suite.add_test_cases(shortfall.map(|message| too_few(message, summary)));
    Some(suite)
}

fn case(name: String, one: &BoardReport) -> TestCase {
    let mut case = TestCase::new(name, status(one));
    case.set_classname(NAME);
    case.add_property(Property::new("place", clean(&one.place)));
    case.add_property(Property::new("state", board::state(one.state)));
    case.add_property(Property::new("attempts", one.attempts.to_string()));
    if !one.faults.is_empty() {
        case.set_system_out(one.faults.iter().map(description).collect::<String>());
    }
    case
}

fn status(one: &BoardReport) -> TestCaseStatus {
    let mut status = match one.state {
        BoardState::Fit => TestCaseStatus::success(),
        BoardState::NotNeeded | BoardState::Failed | BoardState::NotAvailable | BoardState::Quarantined => {
            TestCaseStatus::skipped()
        }
    };
    match one.faults.last() {
        _ if one.state == BoardState::Fit => {
            status.add_reruns(one.faults.iter().map(rerun));
        }
        Some(last) => {
            status.set_message(format!("{}: {}", board::state(one.state), board::fault(last)));
        }
        None if one.state == BoardState::NotNeeded => {
            status.set_message("not needed: there was nothing for it to do");
        }
        None => {
            status.set_message(board::state(one.state));
        }
    }
    status
}

fn rerun(fault: &BoardFault) -> TestRerun {
    let mut rerun = TestRerun::new(NonSuccessKind::Error);
    rerun.set_type(CODE).set_message(board::fault(fault)).set_description(description(fault));
    rerun
}

fn too_few(message: String, summary: &Summary) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    let lost = summary.boards.iter().filter(|b| board::is_lost(b.state));
    let lines = lost.map(|b| format!("{}: {}\n", clean(&b.id), board::faults(b).join("; ")));
    status.set_type(CODE).set_description(format!("{message}\n{}", lines.collect::<String>()));
    status.set_message(message);
    let mut case = TestCase::new(MIN_BOARDS, status);
    case.set_classname(NAME);
    case
}

/// The fault, the last lines of the board, what to do.
fn description(fault: &BoardFault) -> String {
    let serial = board::serial(fault).into_iter().map(|line| format!("   | {line}\n"));
    let help = clean(&fault.help);
    let help = if help.is_empty() { help } else { format!("   = help: {help}\n") };
    format!("{}\n{}{help}", board::fault(fault), serial.collect::<String>())
}
