//! What a scenario's attempt leaves behind: its steps and failures.

use super::context::Context;
use super::failure::{StepError, StepPlace};
use super::late::LateStep;
use hil_model::event::{Failure, StepReport};
use hil_model::observation::Observation;
use hil_model::time::SimTime;
use hil_targets::journal::Position;

/// Steps and failures of one attempt.
#[derive(Default)]
pub(super) struct Recorder {
    pub(super) steps: Vec<StepReport>,
    pub(super) failures: Vec<Failure>,
    /// Steps that are judged when the run is over.
    pub(super) late: Vec<LateStep>,
    /// Whether the failure on its way up was recorded already, at the innermost step.
    reported: bool,
    /// Whether any step that asks something of the device was carried out.
    pub(super) has_judged: bool,
    /// Within `any-of`: what does not hold is no failure yet.
    pub(super) probing: bool,
}

/// How much has been recorded.
#[derive(Debug, Clone, Copy)]
pub(super) struct SoFar {
    steps: usize,
    failures: usize,
    late: usize,
}

impl Recorder {
    /// A step has ended; `Ok` holds what it says for itself.
    pub(super) fn ended(
        &mut self,
        result: Result<String, StepError>,
        place: &StepPlace<'_>,
        from: SimTime,
        cx: &Context,
    ) -> Result<(), StepError> {
        if self.probing {
            return result.map(drop);
        }
        let ok = result.is_ok();
        self.steps.push(StepReport {
            path: place.path.to_owned(),
            title: place.title.to_owned(),
            line: place.source.place(place.span).line,
            from,
            to: cx.journal.now(),
            ok,
        });
        match result {
            Ok(text) => {
                if !text.is_empty() {
                    cx.journal.record(Observation::Outcome { path: place.path.to_owned(), ok, text });
                }
                Ok(())
            }
            Err(error) => Err(self.failed(error, place, cx)),
        }
    }

    /// Records a failure, once, at the innermost step that it happened in.
    pub(super) fn failed(&mut self, error: StepError, place: &StepPlace<'_>, cx: &Context) -> StepError {
        if self.probing || self.reported {
            return error;
        }
        self.reported = true;
        let (failure, error) = error.into_failure(place, &cx.journal);
        let text = failure.title.clone();
        cx.journal.record(Observation::Outcome { path: place.path.to_owned(), ok: false, text });
        self.failures.push(failure);
        error
    }

    /// A step was judged after the run, by a record of the lights that begins at journal entry `first`. What fails so failed
    /// before anything else did.
    pub(super) fn judged(
        &mut self,
        result: Result<String, StepError>,
        place: &StepPlace<'_>,
        first: Position,
        cx: &Context,
    ) {
        let error = match result {
            Ok(text) => {
                let text = format!("{text} of simulated time, judged after the run");
                cx.journal.record(Observation::Outcome { path: place.path.to_owned(), ok: true, text });
                return;
            }
            Err(error) => error,
        };
        let (mut failure, _) = error.into_failure(place, &cx.journal);
        failure.related.iter_mut().for_each(|seq| *seq += first);
        if let Some(step) = self.steps.iter_mut().rev().find(|step| step.path == place.path) {
            step.ok = false;
            failure.at = step.to;
        }
        let text = failure.title.clone();
        cx.journal.record(Observation::Outcome { path: place.path.to_owned(), ok: false, text });
        self.failures.insert(0, failure);
    }

    /// What has been recorded so far.
    pub(super) const fn so_far(&self) -> SoFar {
        SoFar { steps: self.steps.len(), failures: self.failures.len(), late: self.late.len() }
    }

    /// Forgets what was recorded since: the steps are tried again.
    pub(super) fn forget(&mut self, before: SoFar) {
        self.steps.truncate(before.steps);
        self.failures.truncate(before.failures);
        self.late.truncate(before.late);
        self.reported = false;
    }

    /// Says more of the failure that was recorded last.
    pub(super) fn remark(&mut self, remark: &str) {
        if let Some(failure) = self.failures.last_mut() {
            let help = failure.help.take().map_or_else(String::new, |help| format!("{help}; "));
            failure.help = Some(format!("{help}{remark}"));
        }
    }

    /// The next failure is a new one (the teardown's).
    pub(super) fn rearm(&mut self) {
        self.reported = false;
    }
}
