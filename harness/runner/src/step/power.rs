//! `power`: the device's supply.

use super::run::{At, Held, Run};
use crate::context::Context;
use crate::failure::{StepError, Unmet};
use hil_model::observation::Observation;
use hil_scenario::Capability;
use hil_scenario::step::PowerAction;
use hil_targets::{BenchError, Power};

impl Run for PowerAction {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let action = *self;
        let power = cx.device.power().ok_or(BenchError::Capability(Capability::Power))?;
        if let PowerAction::OffAtFlashWrite(k) = action {
            power.fail_at_flash_operation(k);
            cx.journal.record(Observation::Fault { what: format!("power will fail in flash operation {k} from now") });
            return Ok(String::new());
        }
        has_failed(power)?;
        match action {
            PowerAction::Off => power.set(false).await?,
            PowerAction::On => power.set(true).await?,
            _ => {
                power.set(false).await?;
                power.set(true).await?;
            }
        }
        Ok(String::new())
    }
}

/// A fault that was armed but never happened proves nothing: the scenario must not pass on it.
fn has_failed(power: &dyn Power) -> Result<(), StepError> {
    match power.pending_failure() {
        None => Ok(()),
        Some(missing) => Err(Unmet::new("hil::power", "the armed power failure has not happened")
            .expected("a power failure in the middle of a flash operation")
            .actual(format!("{missing} more flash operations would have been needed"))
            .help("the device wrote less than the scenario assumes: lower the number, or wait longer before this step")
            .into()),
    }
}
