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
        let outer = Outer::of(cx, "iteration");
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
        outer.restore(cx);
        result
    }
}

/// What a variable was before a step that uses its name.
pub(super) struct Outer {
    name: String,
    value: Option<String>,
    is_text: bool,
}

impl Outer {
    pub(super) fn of(cx: &Context, name: &str) -> Self {
        let value = cx.variables.get(name).map(str::to_owned);
        Self { name: name.to_owned(), value, is_text: cx.variables.is_text(name) }
    }

    pub(super) fn restore(self, cx: &mut Context) {
        match (self.value, self.is_text) {
            (Some(value), true) => cx.variables.set_text(self.name, value),
            (Some(value), false) => cx.variables.set(self.name, value),
            (None, _) => cx.variables.remove(&self.name),
        }
    }
}
