//! `delay`: scenario time passes.

use std::time::Duration;

use super::Held;
use crate::context::Context;
use crate::failure::Unmet;

pub(super) async fn run(cx: &mut Context, duration: Duration) -> Held {
    let now = cx.journal.now();
    let end = (now + duration).min(cx.deadline);
    match cx.device.pause_points() {
        Some(points) if cx.sequential => points.run_for(duration.min(end.since(now))).await,
        _ => tokio::time::sleep_until(cx.journal.instant(end)).await,
    }
    if cx.sequential && now + duration > cx.deadline {
        return Err(Unmet::timeout("in", cx.timeout).into());
    }
    Ok(String::new())
}
