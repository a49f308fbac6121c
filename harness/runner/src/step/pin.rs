//! `expect-pin`: the level of a pin at this moment.

use std::sync::Arc;

use super::{Held, part};
use crate::context::Context;
use crate::failure::Unmet;
use hil_scenario::step::ExpectPin;
use hil_scenario::{Capability, Source};
use hil_targets::{BenchError, PartError};

pub(super) fn run(cx: &mut Context, source: &Arc<Source>, expect: &ExpectPin) -> Held {
    let pins = cx.device.pins().ok_or(BenchError::Capability(Capability::Pins))?;
    let (part, pin) = (&expect.part, &expect.pin);
    let level = pins.level(&part.value, &pin.value).map_err(|error| {
        let name = if matches!(error, PartError::Part { .. }) { part } else { pin };
        part::unknown(source, &error, name)
    })?;
    let name = format!("{}:{}", part.value, pin.value);
    let shown = |level: bool| format!("{name} is {}", u8::from(level));
    if level == expect.value {
        return Ok(shown(level));
    }
    Err(Unmet::new("hil::expect_pin", format!("{name} has the other level"))
        .at(pin.span)
        .expected(shown(expect.value))
        .actual(shown(level))
        .help("as in Wokwi, the pin is read once, now: let time pass before, with `wait-serial` or `delay`")
        .into())
}
