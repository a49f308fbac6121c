//! Commands, and what they must cause.

use std::time::Duration;

use super::case::{Case, Effect, published};
use super::unclear::broken;
use super::writer::{payload, quoted};
use crate::action::Sent;
use crate::device::for_topic;
use hil_model::time::display;

/// A topic on which nothing ever comes.
const NOBODY: &str = "hil/nobody";
/// How long a device may need to come back after a packet that was too large for it.
const OVERSIZE_PAUSE: Duration = Duration::from_secs(2);

impl Case<'_> {
    /// A command by itself: all that it must cause, and nothing else.
    pub(super) fn command(&mut self, sent: &Sent) {
        let before = self.state.clone();
        let effect = self.apply(sent);
        let what = match effect {
            Effect::Rejected => "Rejected",
            Effect::Changed(_) | Effect::Unchanged(_) => "Accepted",
            Effect::Unclear(_) => "Accepted or rejected",
        };
        self.steps.named(format!("{what} ({})", sent.class.describe()));
        self.send(sent, &effect);
        self.is_alive = false;
        match &effect {
            Effect::Rejected => self.rejected(sent),
            Effect::Changed(command) => self.accepted(*command, true),
            Effect::Unchanged(command) => self.accepted(*command, false),
            Effect::Unclear(ways) => self.unclear(ways),
        }
        if matches!(effect, Effect::Changed(_) | Effect::Unchanged(_)) {
            self.light(sent, &before);
        }
    }

    fn send(&mut self, sent: &Sent, effect: &Effect) {
        let answer = match effect {
            Effect::Rejected => {
                self.device.rejection.answer.as_ref().map(|e| format!("response-matches: {}", quoted(e)))
            }
            Effect::Unclear(_) => None,
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
    fn accepted(&mut self, command: usize, changes: bool) {
        let statuses = self.device.commands[command].statuses.clone();
        self.is_alive = self.device.is_answered(command);
        for index in &statuses {
            self.status(*index);
        }
        self.once(&statuses, self.offered.answers_once && self.offered.always_once);
        if statuses.is_empty() {
            // Nothing tells when it is done.
            self.rest();
        }
        if self.offered.flash && self.device.stores_state() {
            self.steps.push(match changes {
                false => "expect-flash: { writes: 0, erases: 0 }",
                true => "expect-flash: { writes: { at-least: 1 } }",
            });
        }
    }

    /// Of statuses that come once, or that are all `known` to come once, none comes again.
    pub(super) fn once(&mut self, statuses: &[usize], known: bool) {
        let mut pause = self.device.settle;
        for index in statuses {
            let status = &self.device.statuses[*index];
            let is_once = status.once || (known && status.every.is_none());
            if !is_once {
                continue;
            }
            let step = format!("expect-nothing: {{ topic: {}, for: {} }}", quoted(&status.topic), display(pause));
            self.steps.named("No second time").push(&step);
            self.limit += pause;
            pause = Duration::from_millis(1);
        }
    }

    /// The status as it is published in this state.
    pub(super) fn status(&mut self, index: usize) {
        let step = published(&self.device.statuses[index], &self.state, self.device.within, true);
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
        if self.offered.probes {
            self.probe();
        }
    }

    /// Nothing is published from the stimulus on; what comes by itself says what it must.
    fn silence(&mut self) {
        let filters = self.device.rejection.silent.iter().map(|filter| quoted(filter));
        let mut unwanted: Vec<String> = filters.map(|filter| format!("topic: {filter}")).collect();
        for status in self.device.statuses.iter().filter(|status| status.every.is_some()) {
            unwanted.extend(broken(status, &self.state, None));
        }
        self.none_of(&unwanted);
        self.no_will();
    }

    /// None of these messages comes while everything settles.
    pub(super) fn none_of(&mut self, unwanted: &[String]) {
        let mut pause = self.device.settle;
        if unwanted.is_empty() {
            self.rest();
        }
        for message in unwanted {
            self.steps.push(&format!("expect-nothing: {{ {message}, for: {} }}", display(pause)));
            self.limit += pause;
            // The first has waited; the others look at the same time.
            pause = Duration::from_millis(1);
        }
    }

    /// Commands without a pause: the last state counts.
    pub(super) fn burst(&mut self, commands: &[Sent]) {
        self.steps.named("Without a pause");
        for sent in commands {
            self.hand_over(sent, sent.qos, sent.retain);
        }
        self.settled();
    }

    /// A command whose effects are looked at later.
    pub(super) fn hand_over(&mut self, sent: &Sent, qos: u8, retain: bool) -> Effect {
        let effect = self.apply(sent);
        self.is_known &= !matches!(effect, Effect::Unclear(_));
        self.is_alive = false;
        self.publish(sent, qos, retain);
        effect
    }

    /// All settles. What comes meanwhile belongs to what was done before: a pause alone would leave it to the next expectation.
    pub(super) fn rest(&mut self) {
        let pause = self.device.settle;
        self.limit += pause;
        self.steps.push(&at_rest(pause));
    }

    /// After the time in which everything settles, the statuses are those of the state.
    pub(super) fn settled(&mut self) {
        if self.device.statuses.iter().any(|status| status.retained) {
            self.limit += self.device.settle;
            self.steps.delay(self.device.settle);
        } else {
            self.rest();
        }
        if self.is_known {
            self.retained_statuses("The state after all of it");
        } else {
            self.bring_to_start();
        }
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
        self.is_alive = false;
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

/// An expectation that holds: nobody uses its topic.
pub(super) fn at_rest(pause: Duration) -> String {
    format!("expect-nothing: {{ topic: \"{NOBODY}\", for: {} }}", display(pause))
}
