//! `broker`: the broker's own life.

use super::run::{At, Held, Run};
use crate::context::Context;
use hil_model::observation::Observation;
use hil_scenario::step::BrokerAction;
use hil_targets::BenchError;
use hil_targets::broker::Broker;

impl Run for BrokerAction {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let action = *self;
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
}
