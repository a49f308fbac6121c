//! `expect-led` on a light that is known only after the run: the step waits as long as what it expects may take, and is judged
//! when the record is there.

use std::time::Duration;

use super::light::Light;
use super::look::{Look, Seen};
use super::{Held, judge};
use crate::context::{Context, DEFAULT_WITHIN};
use crate::failure::StepError;
use hil_model::time::SimTime;
use hil_scenario::step::{ExpectLed, LedExpectation};
use hil_targets::journal::{Journal, Position};
use hil_targets::late::TimeAxis;

/// The device's time and scenario time are known to belong together no better than this.
const MARGIN: Duration = Duration::from_millis(300);
/// The record is to reach a little beyond what the firmware has said.
const SETTLED: Duration = Duration::from_millis(50);

/// A step's look that is still to be taken. Times are of the scenario.
pub(crate) struct LateLook {
    expect: ExpectLed,
    /// When its window began.
    from: SimTime,
    /// When its limit began to count.
    base: SimTime,
    /// The firmware said that it shows what is expected: then nothing more was waited for.
    hinted: bool,
}

/// Waits for a light of which nothing is known yet, and remembers what to look for.
pub(crate) async fn wait(cx: &mut Context, expect: &ExpectLed) -> Held {
    let now = cx.journal.now();
    let base = cx.window.limit_base.unwrap_or(now);
    let device_time = expect.within.unwrap_or(DEFAULT_WITHIN) + length(expect);
    let needed = cx.device.late_light().map_or(device_time, |light| light.scenario_time(device_time));
    let end = (base + needed + MARGIN).max(now).min(cx.deadline);
    let over = tokio::time::sleep_until(cx.journal.instant(end));
    let hinted = tokio::select! {
        biased;
        () = hint(cx, expect) => true,
        () = over => false,
    };
    let from = cx.window.from_time;
    cx.late = Some(LateLook { expect: expect.clone(), from, base, hinted });
    Ok("to be judged when the run is over".to_owned())
}

/// Until the firmware says that the light shows what is expected, and the simulation has gone on for as long as that takes.
async fn hint(cx: &mut Context, expect: &ExpectLed) {
    let Some(journal) = cx.device.late_light().and_then(|light| light.hints()) else {
        return std::future::pending().await;
    };
    let key = (expect.part.value.clone(), expect.index);
    let used = cx.window.hinted.get(&key).copied();
    // How a hint is known is all the same.
    let expect = ExpectLed { evidence: None, ..expect.clone() };
    let light = Light::in_record(&journal, &expect, cx.window.from_time, used);
    let look = Look { journal, light, limit: cx.limit(expect.within), deadline: cx.deadline };
    let Ok(seen) = judge(&look, &expect).await else { return std::future::pending().await };
    if let Some(change) = seen.used {
        cx.window.hinted.insert(key, (change.seq, change.at));
    }
    let length = length(&expect);
    if !length.is_zero() {
        let needed = cx.device.late_light().map_or(length, |light| light.scenario_time(length));
        tokio::time::sleep(needed.saturating_sub(length) + SETTLED).await;
    }
}

/// How long what is expected takes once it has begun.
fn length(expect: &ExpectLed) -> Duration {
    match &expect.expected {
        LedExpectation::Color { hold, .. } => hold.unwrap_or_default(),
        LedExpectation::Pattern { phases, cycles, tolerance } => {
            let cycle: Duration = phases.iter().map(|phase| phase.duration).sum();
            cycle.saturating_mul(*cycles) + 2 * *tolerance
        }
    }
}

impl LateLook {
    /// The light that it looks at.
    pub(crate) fn light(&self) -> (String, u16) {
        (self.expect.part.value.clone(), self.expect.index)
    }

    /// Takes it, in a record of the lights on the device's own time. `None`: the record does not reach far enough to tell.
    pub(crate) async fn take(
        &self,
        record: &Journal,
        axis: &TimeAxis,
        used: Option<(Position, SimTime)>,
    ) -> Option<Result<Seen, StepError>> {
        let light = Light::in_record(record, &self.expect, axis.device(self.from), used);
        let limit = axis.device(self.base) + self.expect.within.unwrap_or(DEFAULT_WITHIN);
        let end = record.now();
        let look = Look { journal: record.clone(), light, limit, deadline: end };
        let result = judge(&look, &self.expect).await;
        let known = match &result {
            Ok(seen) => seen.until <= end,
            // Nothing that was right came in time; but the whole of that time must be known, unless the firmware said that it
            // had come.
            Err(_) => self.hinted || limit + length(&self.expect) <= end,
        };
        known.then_some(result)
    }
}
