//! `expect-led`: a colour, or a timed pattern.

mod color;
mod light;
mod pattern;

use super::Held;
use crate::runner::context::Context;
use crate::scenario::step::{ExpectLed, LedExpectation};
use light::Light;

pub(super) async fn run(cx: &mut Context, expect: &ExpectLed) -> Held {
    let light = Light::new(cx, expect);
    match &expect.expected {
        LedExpectation::Color { color, hold } => color::run(cx, expect, &light, color, *hold).await,
        LedExpectation::Pattern { phases, cycles, tolerance } => {
            pattern::run(cx, expect, &light, pattern::Pattern::new(phases, *cycles, *tolerance)).await
        }
    }
}
