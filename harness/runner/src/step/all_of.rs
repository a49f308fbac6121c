//! `all-of`: all must hold, whatever the order in which they come true. Limits count from the group's start.

use std::collections::BTreeSet;

use super::group::one_by_one;
use super::run::{At, Held, Run};
use crate::context::Context;
use hil_scenario::step::AllOf;

impl Run for AllOf {
    async fn run(&self, cx: &mut Context, at: &mut At<'_>) -> Held {
        let before = cx.window.taken.replace(BTreeSet::new());
        let base = cx.window.limit_base.replace(cx.journal.now());
        let result = one_by_one(cx, at, &self.0).await;
        cx.window.limit_base = base;
        let (journal, window) = (cx.journal.clone(), &mut cx.window);
        journal.read(0, |entries| window.end_all_of(before, entries));
        result.map(|()| String::new())
    }
}
