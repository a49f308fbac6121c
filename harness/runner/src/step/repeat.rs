//! `repeat`: the steps, several times, with `${iteration}` from 1.

use super::run;
use super::run::{At, Held, Run};
use crate::context::Context;
use hil_scenario::step::Repeat;

impl Run for Repeat {
    /// It has children, which are told one by one.
    const IS_OURS: bool = true;

    async fn run(&self, cx: &mut Context, at: &mut At<'_>) -> Held {
        let (repeat, At { recorder, source, path }) = (self, at);
        let outer = cx.variables.get("iteration").map(str::to_owned);
        let mut result = Ok(String::new());
        'iterations: for iteration in 1..=repeat.times {
            cx.variables.set("iteration", iteration.to_string());
            for (i, step) in repeat.steps.iter().enumerate() {
                let path = format!("{path}.{} (iteration {iteration})", i + 1);
                if let Err(error) = Box::pin(run(cx, recorder, source, step, &path)).await {
                    result = Err(error);
                    break 'iterations;
                }
            }
        }
        match outer {
            Some(value) => cx.variables.set("iteration", value),
            None => cx.variables.remove("iteration"),
        }
        result
    }
}
