//! One report among those to be joined, checked by itself.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::MergeError;
use hil_model::event::{RunEvent, RunInfo, ScenarioReport, Summary};

/// A finished run of one share.
pub(super) struct Shard {
    pub(super) path: PathBuf,
    pub(super) info: RunInfo,
    /// Phases and faults of its boards, in their order.
    pub(super) board_events: Vec<RunEvent>,
    pub(super) scenarios: Vec<ScenarioReport>,
    pub(super) summary: Summary,
}

impl Shard {
    /// `slice:2/3`, or `the whole plan`.
    pub(super) fn name(&self) -> String {
        share_name(&self.info)
    }

    pub(super) fn new(path: PathBuf, events: Vec<RunEvent>) -> Result<Self, MergeError> {
        let (mut info, mut summary, mut scenarios, mut board_events) = (None, None, vec![], vec![]);
        for event in events {
            match event {
                RunEvent::RunStarted(head) => info = info.or(Some(head)),
                RunEvent::ScenarioStarted { .. } => {}
                RunEvent::BoardPhase { .. } | RunEvent::BoardFailed { .. } => board_events.push(event),
                RunEvent::ScenarioFinished(scenario) => scenarios.push(scenario),
                RunEvent::RunFinished(end) => summary = Some(end),
            }
        }
        let unfinished =
            |path, problem: &str, shard| MergeError::Unfinished { path, problem: problem.to_owned(), shard };
        let Some(info) = info else {
            return Err(unfinished(path, "its head (run-started) is missing", "its shard is unknown".to_owned()));
        };
        let shard = share_name(&info);
        let Some(summary) = summary else {
            return Err(unfinished(path, "its end (run-finished) is missing", shard));
        };
        let mut ids = BTreeSet::new();
        if let Some(twice) = scenarios.iter().find(|s| !ids.insert(s.id.as_str())) {
            let what = format!("scenario {} is reported twice in one file", twice.id);
            return Err(MergeError::Overlap { first: path.clone(), second: path, what });
        }
        // A run that was interrupted may lack scenarios that had not begun.
        if scenarios.len() != info.total && !summary.interrupted {
            let problem = format!("it has {} of its {} scenarios", scenarios.len(), info.total);
            return Err(unfinished(path, &problem, shard));
        }
        Ok(Self { path, info, board_events, scenarios, summary })
    }
}

pub(super) fn share_name(info: &RunInfo) -> String {
    match &info.partition {
        Some(p) => format!("{}:{}/{}", p.kind, p.index, p.total),
        None => "the whole plan".to_owned(),
    }
}
