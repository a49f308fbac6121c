//! `take-over`: another client connects as the device.

use super::run::{At, Held, Run};
use crate::context::Context;
use crate::failure::Unmet;
use hil_model::time::display;
use hil_scenario::step::TakeOver;

impl Run for TakeOver {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let within = self.within.unwrap_or(Self::WITHIN);
        let client_id = self.client_id.as_ref().map_or(&cx.client_id, |id| &id.value);
        // The broker may be outside: scenario time follows the wall clock until it has told us.
        let _due = cx.wire.hold(format!("the return of {client_id}"), within);
        let end = (cx.journal.now() + within).min(cx.deadline);
        let taken = cx.observer.take_over(client_id).await?;
        let back = tokio::time::timeout_at(cx.journal.instant(end), taken.closed()).await;
        match back {
            Ok(reason) => Ok(format!("the device is back: {reason}")),
            Err(_) => {
                taken.disconnect().await;
                let title = format!("nobody has taken back the connection of {client_id} within {}", display(within));
                let unmet = Unmet::new("hil::take_over", title);
                let unmet = match &self.client_id {
                    Some(client_id) => unmet.at(client_id.span),
                    None => unmet,
                };
                Err(unmet
                    .expected("the device connects again, with the same client identifier")
                    .actual("no connection with it")
                    .help("is this the client identifier of the device? `mosquitto -v`, or another broker's log, tells it")
                    .into())
            }
        }
    }
}
