//! `mark`: a place in the journal.

use super::log::end_remark;
use super::run::{At, Held, Run};
use crate::context::Context;
use hil_scenario::step::Mark;

impl Run for Mark {
    /// Marks are ours, whoever carries out the rest.
    const IS_OURS: bool = true;

    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        cx.marks.insert(self.0.value.clone(), cx.journal.end());
        Ok(String::new())
    }

    fn end(&self, cx: &mut Context) {
        end_remark(cx);
    }
}
