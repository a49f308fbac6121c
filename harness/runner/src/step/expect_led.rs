//! `expect-led`: a colour, or a timed pattern.

mod color;
mod late;
mod light;
mod look;
mod pattern;

pub(crate) use late::LateLook;

use super::part;
use super::run::{At, Held, Run};
use crate::context::Context;
use crate::failure::StepError;
use hil_scenario::step::{ExpectLed, LedExpectation, PartProperty};
use hil_targets::PartError;
use look::{Look, Seen};

impl Run for ExpectLed {
    async fn run(&self, cx: &mut Context, at: &mut At<'_>) -> Held {
        if let Some(parts) = cx.device.parts()
            && let Err(error @ PartError::NotSimulated { .. }) =
                parts.shows(&self.part.value, PartProperty::Brightness, self.index)
        {
            return Err(part::unknown(at.source, &error, &self.part));
        }
        if cx.device.late_light().is_some() {
            return late::wait(cx, self).await;
        }
        let look = Look::new(cx, self);
        let seen = judge(&look, self).await?;
        if let Some(change) = seen.used {
            look.light.use_up(cx, change);
        }
        Ok(seen.text)
    }
}

async fn judge(look: &Look, expect: &ExpectLed) -> Result<Seen, StepError> {
    match &expect.expected {
        LedExpectation::Color { color, hold } => color::run(look, expect, color, *hold).await,
        LedExpectation::Pattern { phases, cycles, tolerance } => {
            pattern::run(look, expect, pattern::Pattern::new(phases, *cycles, *tolerance)).await
        }
    }
}
