//! What no scenario may do, whatever its steps expect: panic, halt, break the data sheet's timing.

use crate::event::Failure;
use crate::journal::{Entry, Observation};
use crate::target::{HALTED, PANICKED, RETURNED};
use crate::time::SimTime;
use crate::verdict::Verdict;

/// Beginnings of power events that no scenario asks for.
const FATAL: [&str; 3] = [PANICKED, HALTED, RETURNED];

/// Failures that the journal shows by itself, the first of each kind.
pub(super) fn check(entries: &[Entry]) -> Vec<Failure> {
    let fatal = entries.iter().find_map(|e| match &e.what {
        Observation::Power { event } if FATAL.iter().any(|f| event.starts_with(f)) => {
            Some(failure(e, "hil::device_died", event.clone(), "the serial lines just before it say more"))
        }
        _ => None,
    });
    let waveform = entries.iter().find_map(|e| match &e.what {
        Observation::Waveform { part, problem } => Some(failure(
            e,
            "hil::waveform",
            format!("the waveform for {part} breaks the WS2812's timing: {problem}"),
            "see the data sheet's tolerances in docs/fidelity.md",
        )),
        _ => None,
    });
    fatal.into_iter().chain(waveform).collect()
}

/// A power failure that was armed and has not happened when the steps are over.
pub(super) fn pending_power_failure(missing: u32, at: SimTime) -> Failure {
    let entry = Entry { seq: 0, at, wall: std::time::Duration::ZERO, what: Observation::Note { text: String::new() } };
    let help = "a fault that was not injected proves nothing: lower the number, or end the scenario later";
    Failure {
        expected: Some("a power failure in the middle of a flash operation".to_owned()),
        actual: Some(format!("{missing} more flash operations would have been needed")),
        related: Vec::new(),
        ..failure(&entry, "hil::power", "the armed power failure has not happened".to_owned(), help)
    }
}

fn failure(entry: &Entry, code: &str, title: String, help: &str) -> Failure {
    Failure {
        verdict: Verdict::Failed,
        title,
        code: code.to_owned(),
        step: "always".to_owned(),
        step_title: "what no scenario may do".to_owned(),
        place: None,
        expected: None,
        actual: None,
        help: Some(help.to_owned()),
        at: entry.at,
        related: (entry.seq.saturating_sub(5)..=entry.seq).collect(),
    }
}
