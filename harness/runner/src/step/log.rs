//! `log`: a remark.

use super::run::{At, Held, Run};
use crate::context::Context;
use hil_model::observation::Observation;
use hil_scenario::step::Log;

impl Run for Log {
    /// Remarks are ours, whoever carries out the rest.
    const IS_OURS: bool = true;

    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let text = cx.variables.redact(&self.0).into_owned();
        cx.journal.record(Observation::Note { text });
        Ok(String::new())
    }

    fn end(&self, cx: &mut Context) {
        end_remark(cx);
    }
}

/// Stimuli before and after a remark are one group.
pub(super) fn end_remark(cx: &mut Context) {
    if !cx.sequential {
        cx.end_step(false);
    }
}
