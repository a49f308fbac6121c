//! Commands, and what they must cause.

use std::time::Duration;

use super::case::{Case, Effect};
use super::writer::{payload, quoted};
use crate::action::Sent;
use crate::device::for_topic;
use hil_model::time::display;

/// How long a device may need to come back after a packet that was too large for it.
const OVERSIZE_PAUSE: Duration = Duration::from_secs(2);

impl Case<'_> {
    /// A command by itself: all that it must cause, and nothing else.
    pub(super) fn command(&mut self, sent: &Sent) {
        let before = self.state.clone();
        let effect = self.apply(sent);
        let what =
            format!("{} ({})", if effect == Effect::Rejected { "Rejected" } else { "Accepted" }, sent.class.describe());
        self.steps.named(what);
        self.send(sent, effect);
        match effect {
            Effect::Rejected => self.rejected(sent),
            Effect::Changed | Effect::Unchanged => self.accepted(sent, effect),
        }
        if effect != Effect::Rejected {
            self.light(sent, &before);
        }
    }

    fn send(&mut self, sent: &Sent, effect: Effect) {
        let answer = match effect {
            Effect::Rejected => {
                self.device.rejection.answer.as_ref().map(|e| format!("response-matches: {}", quoted(e)))
            }
            _ => self.device.answer.as_ref().map(|answer| format!("response: {}", quoted(answer))),
        };
        let Some(answer) = answer.filter(|_| sent.ask) else {
            self.publish(sent, sent.qos, sent.retain);
            return;
        };
        let topic = quoted(&self.device.commands[sent.command].topic);
        let within = display(self.device.within);
        let value = payload(&sent.payload);
        self.limit += self.device.within;
        self.steps.push(&format!("request: {{ topic: {topic}, {value}, {answer}, within: {within} }}"));
    }

    /// Statuses of the new state, and flash written only if there is something new.
    fn accepted(&mut self, sent: &Sent, effect: Effect) {
        for index in self.device.commands[sent.command].statuses.clone() {
            self.status(index);
        }
        if self.offered.flash && self.device.stores_state() {
            self.steps.push(match effect {
                Effect::Unchanged => "expect-flash: { writes: 0, erases: 0 }",
                _ => "expect-flash: { writes: { at-least: 1 } }",
            });
        }
    }

    /// The status as it is published in this state.
    pub(super) fn status(&mut self, index: usize) {
        let status = &self.device.statuses[index];
        let qos = status.qos.map_or_else(String::new, |qos| format!(", qos: {qos}"));
        let retain = if status.retained { ", retain: true" } else { "" };
        let step = format!(
            "expect-message: {{ topic: {}, payload: {}{qos}{retain}, within: {} }}",
            quoted(&status.topic),
            quoted(&status.payload.fill(&self.state)),
            display(self.device.within)
        );
        self.limit += self.device.within;
        self.steps.push(&step);
    }

    /// No status, nothing in flash, one warning.
    fn rejected(&mut self, sent: &Sent) {
        self.silence();
        if self.offered.serial
            && let Some(log) = &self.device.rejection.log
        {
            let line = quoted(&for_topic(log, &self.device.commands[sent.command].topic));
            self.steps.push(&format!("expect-serial: {{ matches: {line} }}"));
            if let Some(warnings) = &self.device.rejection.warnings {
                let warnings = quoted(warnings);
                let settle = display(self.device.settle);
                self.steps
                    .named("Only one warning")
                    .push(&format!("expect-serial: {{ matches: {warnings}, absent: true, within: {settle} }}"));
            }
        }
        if self.offered.flash && self.device.stores_state() {
            self.steps.push("expect-flash: { writes: 0, erases: 0 }");
        }
    }

    /// Nothing is published from the stimulus on.
    fn silence(&mut self) {
        let mut pause = self.device.settle;
        for filter in self.device.rejection.silent.clone() {
            self.steps.push(&format!("expect-nothing: {{ topic: {}, for: {} }}", quoted(&filter), display(pause)));
            self.limit += pause;
            // The first has waited; the others look at the same time.
            pause = Duration::from_millis(1);
        }
    }

    /// Commands without a pause: the last state counts.
    pub(super) fn burst(&mut self, commands: &[Sent]) {
        self.steps.named("Without a pause");
        for sent in commands {
            self.apply(sent);
            self.publish(sent, sent.qos, sent.retain);
        }
        self.settled();
    }

    /// After the time in which everything settles, the statuses are those of the state.
    pub(super) fn settled(&mut self) {
        self.limit += self.device.settle;
        self.steps.delay(self.device.settle);
        self.retained_statuses("The state after all of it");
    }

    /// A message that is none of the device's business.
    pub(super) fn near_topic(&mut self, topic: &str, bytes: &[u8]) {
        self.steps.named("Not a topic of the device");
        self.steps.push(&format!("publish: {{ topic: {}, {} }}", quoted(topic), payload(bytes)));
        self.silence();
        if self.offered.serial
            && let Some(warnings) = &self.device.rejection.warnings
        {
            let step = format!("expect-serial: {{ matches: {}, absent: true, within: 1ms }}", quoted(warnings));
            self.steps.push(&step);
        }
    }

    /// The broker does not deliver it, or the device ends the connection: nothing of it is executed.
    pub(super) fn oversize(&mut self, command: usize, length: usize) {
        let topic = quoted(&self.device.commands[command].topic);
        let value = "0".repeat(length);
        self.steps
            .named("Larger than the device takes")
            .push(&format!("publish: {{ topic: {topic}, payload: \"{value}\" }}"));
        let pause = self.device.settle.max(OVERSIZE_PAUSE);
        self.limit += pause;
        self.steps.delay(pause);
        self.retained_statuses("Nothing of it is executed");
        if let Some(online) = self.device.online.clone() {
            self.limit += online.within;
            self.steps.push(&format!(
                "expect-retained: {{ topic: {}, payload: {}, within: {} }}",
                quoted(&online.topic),
                quoted(&online.payload),
                display(online.within)
            ));
        }
    }
}
