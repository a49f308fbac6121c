//! `network`: the device's link and its faults.

use super::run::{At, Held, Run};
use crate::context::Context;
use hil_scenario::Capability;
use hil_scenario::step::NetworkAction;
use hil_targets::BenchError;

impl Run for NetworkAction {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        // The wire has it in the journal, whatever it is.
        cx.wire.apply(self);
        if let Self::Radio(fault) = self {
            cx.device.radio().ok_or(BenchError::Capability(Capability::Wifi))?.apply(fault)?;
        }
        Ok(String::new())
    }
}
