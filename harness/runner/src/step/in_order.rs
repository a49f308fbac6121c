//! `in-order`: one after the other, each looks only at what came after the one before it.

use super::group::one_by_one;
use super::run::{At, Held, Run};
use crate::context::Context;
use hil_scenario::step::InOrder;

impl Run for InOrder {
    async fn run(&self, cx: &mut Context, at: &mut At<'_>) -> Held {
        let from = cx.messages_from();
        let before = cx.window.order_from.replace(from);
        let result = one_by_one(cx, at, &self.0).await;
        let reached = cx.window.order_from.take();
        cx.window.order_from = before.map(|b| b.max(reached.unwrap_or(b)));
        result.map(|()| String::new())
    }
}
