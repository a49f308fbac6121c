//! Steps that the device carries out by itself: the runner follows it.

use super::Held;
use crate::context::Context;
use crate::failure::Unmet;
use hil_model::time::display;
use hil_scenario::{Command, Step};
use hil_targets::{BenchError, Carried};

/// Whether the device carries out this step. Remarks are ours, and groups have children.
pub(super) fn is_carried(cx: &mut Context, command: &Command) -> bool {
    !matches!(command, Command::Log(_) | Command::Mark(_) | Command::Repeat(_)) && cx.device.carrier().is_some()
}

pub(super) async fn run(cx: &mut Context, step: &Step) -> Held {
    let capability = step.command.needs().first().copied().unwrap_or(hil_scenario::Capability::Serial);
    let carrier = cx.device.carrier().ok_or(BenchError::Capability(capability))?;
    match carrier.next_step().await? {
        Carried::Held => Ok(String::new()),
        Carried::NotHeld { title } => Err(Unmet::new("hil::wokwi", title)
            .help("this is Wokwi's own verdict on the step: docs/wokwi.md, mode B")
            .into()),
        Carried::TimedOut(limit) => {
            let title = format!("the step had not ended after {} of simulated time", display(limit));
            Err(Unmet::new("hil::timeout", title).help("raise `timeout:` at the top of the file (default 30s)").into())
        }
    }
}
