//! An attempt whose device hangs: its thread is left to itself, and what it has written to the journal is told.

use std::time::Duration;

use super::shorten::shortened;
use hil_model::event::{Attempt, Failure};
use hil_model::observation::Observation;
use hil_model::time::SimTime;
use hil_model::verdict::Verdict;
use hil_targets::{Hang, Watch};

/// The attempt as far as it has come.
pub(super) fn hung(hang: Hang, watch: &Watch, wall_time: Duration) -> Attempt {
    // The device may stand still in the middle of an entry.
    let entries = watch.journal().and_then(|journal| journal.try_to_vec()).unwrap_or_default();
    let at = entries.last().map_or(SimTime::ZERO, |entry| entry.at);
    let step = entries.iter().rev().find_map(|entry| match &entry.what {
        Observation::Step { path, title } => Some((path.clone(), title.clone())),
        _ => None,
    });
    let (step, step_title) =
        step.unwrap_or_else(|| ("start".to_owned(), "bring up broker, observer and device".to_owned()));
    let last = entries.last().map_or(0, |entry| entry.seq);
    let failure = Failure {
        verdict: Verdict::Failed,
        title: hang.to_string(),
        code: super::invariants::DEVICE_DIED.to_owned(),
        step,
        step_title,
        place: None,
        expected: None,
        actual: None,
        help: Some(hang.help().to_owned()),
        at,
        related: if entries.is_empty() { Vec::new() } else { (last.saturating_sub(5)..=last).collect() },
    };
    Attempt {
        verdict: Verdict::Failed,
        board: None,
        device_time: at,
        wall_time,
        steps: Vec::new(),
        failures: vec![failure],
        journal: shortened(entries),
    }
}
