//! `expect-led`: a colour, or a timed pattern.

mod color;
mod late;
mod light;
mod look;
mod pattern;

pub(crate) use late::{LateLook, wait};

use super::Held;
use crate::context::Context;
use crate::failure::StepError;
use hil_scenario::step::{ExpectLed, LedExpectation};
use look::{Look, Seen};

pub(super) async fn run(cx: &mut Context, expect: &ExpectLed) -> Held {
    let look = Look::new(cx, expect);
    let seen = judge(&look, expect).await?;
    if let Some(change) = seen.used {
        look.light.use_up(cx, change);
    }
    Ok(seen.text)
}

async fn judge(look: &Look, expect: &ExpectLed) -> Result<Seen, StepError> {
    match &expect.expected {
        LedExpectation::Color { color, hold } => color::run(look, expect, color, *hold).await,
        LedExpectation::Pattern { phases, cycles, tolerance } => {
            pattern::run(look, expect, pattern::Pattern::new(phases, *cycles, *tolerance)).await
        }
    }
}
