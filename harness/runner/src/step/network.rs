//! `network`: the device's link and its faults.

use super::run::{At, Held, Run};
use crate::context::Context;
use hil_scenario::step::NetworkAction;

impl Run for NetworkAction {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        cx.wire.apply(self);
        Ok(String::new())
    }
}
