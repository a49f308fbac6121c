//! `expect-chip-output`: only Wokwi carries it out, by itself.

use super::run::{At, Held, Run};
use crate::context::Context;
use hil_scenario::Capability;
use hil_scenario::step::ExpectChipOutput;
use hil_targets::BenchError;

impl Run for ExpectChipOutput {
    async fn run(&self, _cx: &mut Context, _at: &mut At<'_>) -> Held {
        Err(BenchError::Capability(Capability::CustomChips).into())
    }
}
