//! `touch` and its parts: only Wokwi carries them out, by itself.

use super::run::{At, Held, Run};
use crate::context::Context;
use hil_scenario::Capability;
use hil_scenario::step::Touch;
use hil_targets::BenchError;

impl Run for Touch {
    async fn run(&self, _cx: &mut Context, _at: &mut At<'_>) -> Held {
        Err(BenchError::Capability(Capability::Touch).into())
    }
}
