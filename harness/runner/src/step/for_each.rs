//! `for`: the steps, for each value of a list, with `${iteration}` from 1.

use super::repeat::Outer;
use super::run;
use super::run::{At, Held, Run};
use crate::context::Context;
use hil_scenario::step::{ForEach, Values};

impl Run for ForEach {
    /// It has children, which are told one by one.
    const IS_OURS: bool = true;

    async fn run(&self, cx: &mut Context, at: &mut At<'_>) -> Held {
        let At { recorder, source, path } = at;
        let Values::Known(values) = &self.values else { return Ok("no list is known".to_owned()) };
        let (each, iteration) = (Outer::of(cx, &self.each.value), Outer::of(cx, "iteration"));
        let mut result = Ok(format!("{} values", values.len()));
        'values: for (number, value) in (1..).zip(values) {
            cx.variables.set_json(&self.each.value, value);
            cx.variables.set("iteration", number.to_string());
            for (i, step) in self.steps.iter().enumerate() {
                let path = format!("{path}.{} ({} = {value})", i + 1, self.each.value);
                if let Err(error) = Box::pin(run(cx, recorder, source, step, &path)).await {
                    result = Err(error);
                    break 'values;
                }
            }
        }
        each.restore(cx);
        iteration.restore(cx);
        result
    }
}
