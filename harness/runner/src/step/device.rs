//! `reset`, `power`, `broker`.

use super::Held;
use crate::context::Context;
use crate::failure::{StepError, Unmet};
use hil_model::observation::Observation;
use hil_scenario::Capability;
use hil_scenario::step::{BrokerAction, PowerAction};
use hil_targets::broker::Broker;
use hil_targets::{BenchError, Power};

pub(super) async fn reset(cx: &mut Context) -> Held {
    cx.device.reset().ok_or(BenchError::Capability(Capability::Reset))?.reset().await?;
    Ok(String::new())
}

pub(super) async fn power(cx: &mut Context, action: PowerAction) -> Held {
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

pub(super) async fn broker(cx: &mut Context, action: BrokerAction) -> Held {
    let Broker::Embedded(broker) = cx.broker.clone() else { return Err(BenchError::ForeignBroker.into()) };
    let journal = cx.journal.clone();
    let said = |event: &str| journal.record(Observation::Broker { event: event.to_owned() });
    if matches!(action, BrokerAction::Stop | BrokerAction::Restart) {
        cx.observer.disconnect().await;
        broker.stop().await;
        said("stopped");
    }
    if matches!(action, BrokerAction::Start | BrokerAction::Restart) && !broker.is_running() {
        broker.resume().await?;
        said("started");
        // Before the device can be back: nothing that it says is missed.
        cx.observer.reconnect().await?;
    }
    Ok(String::new())
}
