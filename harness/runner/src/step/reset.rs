//! `reset`: as the reset button does.

use super::run::{At, Held, Run};
use crate::context::Context;
use hil_scenario::Capability;
use hil_scenario::step::Reset;
use hil_targets::BenchError;

impl Run for Reset {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        cx.device.reset().ok_or(BenchError::Capability(Capability::Reset))?.reset().await?;
        Ok(String::new())
    }
}
