//! `delay`: scenario time passes.

use super::run::{At, Held, Run};
use crate::context::Context;
use crate::failure::Unmet;
use hil_scenario::step::Delay;

impl Run for Delay {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let Self(duration) = *self;
        let now = cx.journal.now();
        let end = cx.until(now + duration);
        match cx.device.pause_points() {
            Some(points) if cx.sequential => points.run_for(duration.min(end.since(now))).await,
            _ => tokio::time::sleep_until(cx.journal.instant(end)).await,
        }
        if cx.sequential && now + duration > cx.deadline {
            return Err(Unmet::timeout("in", cx.timeout).into());
        }
        Ok(String::new())
    }

    fn end(&self, cx: &mut Context) {
        cx.window.stream_from = None;
        cx.end_step(cx.sequential);
    }
}
