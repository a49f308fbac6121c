//! `if`: the steps of the branch that is taken.

use super::run;
use super::run::{At, Held, Run};
use crate::context::Context;
use hil_scenario::step::Choice;

impl Run for Choice {
    /// It has children, which are told one by one.
    const IS_OURS: bool = true;

    async fn run(&self, cx: &mut Context, at: &mut At<'_>) -> Held {
        let capabilities = cx.capabilities.clone();
        let holds = self.holds(&|capability| capabilities.contains(&capability));
        let (branch, name) = if holds { (&self.then, "then") } else { (&self.otherwise, "else") };
        for (i, step) in branch.0.iter().enumerate() {
            let path = format!("{}.{name}.{}", at.path, i + 1);
            Box::pin(run(cx, at.recorder, at.source, step, &path)).await?;
        }
        Ok(match (holds, branch.0.is_empty()) {
            (true, _) => "it holds".to_owned(),
            (false, true) => "it does not hold: nothing is done".to_owned(),
            (false, false) => "it does not hold".to_owned(),
        })
    }
}
