//! `retry`: the steps until all of them hold, with `${iteration}` from 1.

use super::repeat::Outer;
use super::run;
use super::run::{At, Held, Run};
use crate::context::Context;
use crate::failure::StepError;
use hil_model::time::display;
use hil_scenario::step::Retry;

impl Run for Retry {
    /// It has children, which are told one by one.
    const IS_OURS: bool = true;

    async fn run(&self, cx: &mut Context, at: &mut At<'_>) -> Held {
        let outer = Outer::of(cx, "iteration");
        let result = tries(self, cx, at).await;
        outer.restore(cx);
        result
    }
}

async fn tries(retry: &Retry, cx: &mut Context, at: &mut At<'_>) -> Held {
    let began = cx.journal.now();
    // The last try begins no later.
    let last = began + retry.within;
    let before = at.recorder.so_far();
    for number in 1_u64.. {
        let next = cx.journal.now() + retry.every;
        let failed = match one(retry, cx, at, number).await {
            Ok(()) => return Ok(format!("try {number} after {}", display(cx.journal.now().since(began)))),
            Err(failed) => failed,
        };
        let next = next.max(cx.journal.now());
        // What is wrong with the bench or the file does not pass; and the scenario's end is the end.
        if !matches!(failed, StepError::Unmet(_)) || next > last || next >= cx.deadline {
            at.recorder.remark(&format!("this was try {number} within {}", display(retry.within)));
            return Err(failed);
        }
        at.recorder.forget(before);
        tokio::time::sleep_until(cx.journal.instant(next)).await;
    }
    Ok(String::new())
}

async fn one(retry: &Retry, cx: &mut Context, at: &mut At<'_>, number: u64) -> Result<(), StepError> {
    cx.variables.set("iteration", number.to_string());
    for (i, step) in retry.steps.iter().enumerate() {
        let path = format!("{}.{} (try {number})", at.path, i + 1);
        Box::pin(run(cx, at.recorder, at.source, step, &path)).await?;
    }
    Ok(())
}
