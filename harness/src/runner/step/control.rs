//! `set-control`: a button is pressed, or let go of.

use std::sync::Arc;

use super::{Held, part};
use crate::journal::Observation;
use crate::runner::context::Context;
use crate::scenario::step::SetControl;
use crate::scenario::{Capability, Source};
use crate::target::{BenchError, PartError};
use simulator::machine::ControlError;

pub(super) fn run(cx: &mut Context, source: &Arc<Source>, set: &SetControl) -> Held {
    let controls = cx.device.controls().ok_or(BenchError::Capability(Capability::Controls))?;
    controls.set(&set.part.value, &set.control.value, set.value).map_err(|error| {
        let is_part = matches!(error, PartError::Part { .. } | PartError::Control(ControlError::Part { .. }));
        part::unknown(source, &error, if is_part { &set.part } else { &set.control })
    })?;
    let (part, control) = (set.part.value.clone(), set.control.value.clone());
    cx.journal.record(Observation::Control { part, control, value: set.value });
    Ok(String::new())
}
