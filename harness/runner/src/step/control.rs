//! `set-control`: a button is pressed, or let go of.

use std::sync::Arc;

use super::{Held, part};
use crate::context::Context;
use hil_model::observation::Observation;
use hil_scenario::step::SetControl;
use hil_scenario::{Capability, Source};
use hil_targets::BenchError;

pub(super) fn run(cx: &mut Context, source: &Arc<Source>, set: &SetControl) -> Held {
    let controls = cx.device.controls().ok_or(BenchError::Capability(Capability::Controls))?;
    controls.set(&set.part.value, &set.control.value, set.value).map_err(|error| {
        let is_part = error.names_the_part();
        part::unknown(source, &error, if is_part { &set.part } else { &set.control })
    })?;
    let (part, control) = (set.part.value.clone(), set.control.value.clone());
    cx.journal.record(Observation::Control { part, control, value: set.value });
    Ok(String::new())
}
