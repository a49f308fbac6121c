//! What groups of steps have in common.

use super::run;
use super::run::At;
use crate::context::Context;
use crate::failure::StepError;
use hil_scenario::step::StepNode;

/// The steps until one does not hold.
pub(super) async fn one_by_one(cx: &mut Context, at: &mut At<'_>, steps: &[StepNode]) -> Result<(), StepError> {
    for (i, step) in steps.iter().enumerate() {
        let path = format!("{}.{}", at.path, i + 1);
        Box::pin(run(cx, at.recorder, at.source, step, &path)).await?;
    }
    Ok(())
}
