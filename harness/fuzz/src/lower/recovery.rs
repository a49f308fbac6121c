//! Connections that end, networks that are down, power that fails.

use std::time::Duration;

use super::case::{Case, Effect};
use super::writer::quoted;
use crate::action::{How, Sent};
use crate::device::{Model, Online};
use hil_model::time::display;

/// How long a device may need to come back when it has tried in vain.
const LONGEST_PAUSE: Duration = Duration::from_secs(40);
/// Until then a device that has connected has subscribed too.
const SUBSCRIBED: Duration = Duration::from_secs(1);
/// Until then a command that is stored has been.
const STORED: Duration = Duration::from_secs(1);

impl Case<'_> {
    /// The connection ends; the device returns and reports its state.
    pub(super) fn reconnect(&mut self, how: How) {
        if how == How::TakeOver {
            self.take_over();
            return;
        }
        let Some(online) = self.device.online.clone() else { return };
        self.steps.named("The connection ends").push(how.step());
        self.returns(&online, LONGEST_PAUSE);
        if online.statuses {
            for index in self.caused() {
                self.status(index);
            }
        }
        self.settled();
    }

    /// Another client connects as the device, which the broker then disconnects; the device takes its connection back, and each
    /// command is answered as before.
    fn take_over(&mut self) {
        let Some(client_id) = self.device.client_id.clone() else { return };
        // What is retained for it, it would be given again.
        for command in std::mem::take(&mut self.retained) {
            let topic = quoted(&self.device.commands[command].topic);
            self.steps.push(&format!("publish: {{ topic: {topic}, payload: \"\", retain: true }}"));
            self.limit += self.device.settle;
            self.steps.delay(self.device.settle);
        }
        let within = self.device.online.as_ref().map_or(LONGEST_PAUSE, |online| online.within);
        self.limit += within;
        self.steps.named("Its connection is taken over");
        self.steps.push(&format!("take-over: {{ client-id: {}, within: {} }}", quoted(&client_id), display(within)));
        match self.device.online.clone() {
            Some(online) => {
                self.returns(&online, within);
                if online.statuses {
                    for index in self.caused() {
                        self.status(index);
                    }
                }
            }
            None => {
                self.limit += SUBSCRIBED;
                self.steps.delay(SUBSCRIBED);
            }
        }
        self.settled();
        self.probe_once();
    }

    /// The statuses that do not come by themselves.
    fn caused(&self) -> Vec<usize> {
        (0..self.device.statuses.len()).filter(|index| self.device.statuses[*index].every.is_none()).collect()
    }

    fn returns(&mut self, online: &Online, within: Duration) {
        self.limit += within;
        let (topic, payload) = (quoted(&online.topic), quoted(&online.payload));
        let within = display(within);
        self.steps
            .named("It is back")
            .push(&format!("expect-message: {{ topic: {topic}, payload: {payload}, within: {within} }}"));
    }

    /// The network is down: what is sent meanwhile is applied when it is up again.
    pub(super) fn away(&mut self, seconds: u32, commands: &[Sent]) {
        let Some(online) = self.device.online.clone() else { return };
        self.steps.push("network: down");
        for sent in commands {
            // Of QoS 0 nothing is promised, and a retained message would be given to it as such.
            self.hand_over(sent, sent.qos.max(1), false);
        }
        let pause = Duration::from_secs(seconds.into());
        self.limit += pause;
        self.steps.delay(pause);
        self.steps.push("network: up");
        self.returns(&online, LONGEST_PAUSE);
        self.settled();
    }

    /// The connection breaks within the delivery of a command, which is delivered again.
    pub(super) fn cut_delivery(&mut self, bytes: u32, sent: &Sent) {
        let Some(online) = self.device.online.clone() else { return };
        self.steps.push(&format!("network: {{ drop: {{ packet: publish, to: device, after-bytes: {bytes} }} }}"));
        self.hand_over(sent, sent.qos.max(1), false);
        self.returns(&online, LONGEST_PAUSE);
        self.settled();
    }

    /// Power fails while a command is stored: what is restored is the state before or after it, and in the end it is
    /// applied, since it was not acknowledged before it was stored.
    pub(super) fn power_cut(&mut self, operation: u32, sent: &Sent) {
        let Some(online) = self.device.online.clone() else { return };
        let before = self.state.clone();
        let effect = self.apply(sent);
        if !matches!(effect, Effect::Changed(_)) {
            self.is_known &= !matches!(effect, Effect::Unclear(_));
            // Nothing is stored, so power would not fail.
            self.publish(sent, sent.qos.max(1), false);
            self.settled();
            return;
        }
        self.steps.push(&format!("power: {{ off-at: flash-write {operation} }}"));
        self.publish(sent, sent.qos.max(1), false);
        self.limit += STORED;
        self.steps.delay(STORED);
        self.steps.push("power: \"on\"");
        let restored = |state| self.device.model.as_ref().and_then(|Model(model)| model.restored(state));
        if self.offered.serial
            && let (Some(old), Some(new)) = (restored(&before), restored(&self.state))
        {
            let within = display(self.device.within);
            let either = [old, new]
                .map(|text| format!("{{ expect-serial: {{ matches: {}, within: {within} }} }}", quoted(&text)));
            self.limit += self.device.within;
            self.steps
                .named("The state before or after the command, never a third")
                .push(&format!("any-of: [{}]", either.join(", ")));
        }
        self.returns(&online, LONGEST_PAUSE);
        self.settled();
    }
}
