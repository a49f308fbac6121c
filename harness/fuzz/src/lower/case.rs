//! One case as a scenario.

use std::collections::BTreeSet;
use std::time::Duration;

use super::command::at_rest;
use super::writer::{Steps, payload, quoted};
use crate::action::{Action, How, Sent};
use crate::device::{DeviceDescription, StatusRule};
use crate::grammar::Said;
use crate::json::Reading;
use crate::offered::Offered;
use hil_model::time::display;
use hil_targets::reference::State;

/// A case as a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lowered {
    /// The scenario. Its first line is its name.
    pub text: String,
    /// The action of each of its steps; one more than there are actions is the look at the end.
    pub owners: Vec<usize>,
    /// Steps, by their places, that ask whether the device still answers.
    pub probes: Vec<usize>,
    /// Commands that are sent in all of it.
    pub sent: usize,
}

/// What is known while a case is written.
pub(super) struct Case<'a> {
    pub(super) device: &'a DeviceDescription,
    pub(super) offered: Offered,
    pub(super) steps: Steps,
    pub(super) state: State,
    /// Commands with a retained message, by their places.
    pub(super) retained: BTreeSet<usize>,
    /// The longest that the case may last.
    pub(super) limit: Duration,
    /// The last command that was certainly accepted and is answered, and its payload.
    pub(super) last: Option<(usize, Vec<u8>)>,
    /// Whether the state is that of the device.
    pub(super) is_known: bool,
    /// Whether the device has shown that it lives since it was given something.
    pub(super) is_alive: bool,
}

/// Limit of a case without its actions.
const BASE_LIMIT: Duration = Duration::from_secs(60);

/// Writes a case: the device is brought to its start, the actions are done, and in the end its statuses are looked at.
pub fn lower(actions: &[Action], device: &DeviceDescription, offered: &Offered) -> Lowered {
    let mut case = Case {
        device,
        offered: *offered,
        steps: Steps::default(),
        state: device.state.clone(),
        retained: BTreeSet::new(),
        limit: BASE_LIMIT,
        last: device
            .start
            .iter()
            .rev()
            .find(|start| device.is_answered(start.command))
            .map(|start| (start.command, start.payload.clone().into_bytes())),
        is_known: true,
        is_alive: true,
    };
    for (index, action) in actions.iter().enumerate() {
        case.steps.begin(index);
        case.action(action);
    }
    case.steps.begin(actions.len());
    case.end();
    let text = case.text();
    let sent = text.matches("publish: { topic").count() + text.matches("request: { topic").count();
    Lowered { text, owners: case.steps.owners, probes: case.steps.probes, sent }
}

impl Case<'_> {
    fn action(&mut self, action: &Action) {
        match action {
            Action::Command(sent) => self.command(sent),
            Action::Burst(commands) => self.burst(commands),
            Action::NearTopic { topic, payload } => self.near_topic(topic, payload),
            Action::Oversize { command, length } => self.oversize(*command, *length),
            Action::Reconnect(how) => self.reconnect(*how),
            Action::Away { seconds, commands } => self.away(*seconds, commands),
            Action::CutDelivery { bytes, sent } => self.cut_delivery(*bytes, sent),
            Action::PowerCut { operation, sent } => self.power_cut(*operation, sent),
            Action::Delay(millis) => {
                let duration = Duration::from_millis((*millis).into());
                self.limit += duration;
                self.steps.delay(duration);
            }
        }
    }

    /// The statuses that the broker keeps are those of the state.
    fn end(&mut self) {
        // What stands before is a step without a stimulus, or none at all.
        self.retained_statuses("In the end");
        if !self.is_alive {
            self.probe();
        }
    }

    /// All retained statuses, as a new subscriber is given them.
    pub(super) fn retained_statuses(&mut self, name: &str) {
        let mut name = Some(name);
        for status in self.device.statuses.iter().filter(|status| status.retained) {
            if let Some(name) = name.take() {
                self.steps.named(name);
            }
            let within = self.device.within;
            let step = retained(status, &self.state, within);
            self.limit += within;
            self.steps.push(&step);
        }
    }

    /// What a command does by the grammar: whether it is accepted, and whether it changes the state.
    pub(super) fn apply(&mut self, sent: &Sent) -> Effect {
        let (command, said) = match self.device.judge(sent.command, &sent.payload) {
            Reading::Taken(taken) => taken,
            Reading::Refused => return Effect::Rejected,
            Reading::Either(all) => {
                let after = |(command, said): (usize, Said)| {
                    let mut state = self.state.clone();
                    said.apply(&mut state);
                    (command, state)
                };
                return Effect::Unclear(all.into_iter().map(after).collect());
            }
            Reading::Anything => return Effect::Unclear(Vec::new()),
        };
        let before = self.state.clone();
        said.apply(&mut self.state);
        if self.device.is_answered(command) {
            self.last = Some((command, sent.payload.clone()));
        }
        if before == self.state { Effect::Unchanged(command) } else { Effect::Changed(command) }
    }

    /// `publish: {..}` of a command.
    pub(super) fn publish(&mut self, sent: &Sent, qos: u8, retain: bool) {
        if retain {
            self.retained.insert(sent.command);
        }
        let topic = quoted(&self.device.commands[sent.command].topic);
        let qos = if qos == 1 { String::new() } else { format!(", qos: {qos}") };
        let retain = if retain { ", retain: true" } else { "" };
        self.steps.push(&format!("publish: {{ topic: {topic}, {}{qos}{retain} }}", payload(&sent.payload)));
    }

    fn text(&self) -> String {
        let mut text =
            format!("name: \"fuzz\"\nversion: 1\ntags: [regression]\ntimeout: {}s\nsetup:\n", self.limit.as_secs() + 1);
        if let Some(online) = &self.device.online {
            text += &format!(
                "  - expect-retained: {{ topic: {}, payload: {}, within: {} }}\n",
                quoted(&online.topic),
                quoted(&online.payload),
                display(online.within)
            );
        }
        let keeps = self.device.statuses.iter().any(|status| status.retained);
        let sees_last = self.offered.blind && self.answers_start();
        for (index, start) in self.device.start.iter().enumerate() {
            let topic = quoted(&self.device.commands[start.command].topic);
            let value = quoted(&start.payload);
            text += &match &self.device.answer {
                Some(answer) => {
                    let answer = quoted(answer);
                    format!(
                        "  - request: {{ topic: {topic}, payload: {value}, response: {answer}, within: {} }}\n",
                        display(self.device.within)
                    )
                }
                None => format!("  - publish: {{ topic: {topic}, payload: {value} }}\n"),
            };
            let last = index + 1 == self.device.start.len();
            if last && sees_last {
                // Whether it is kept is looked at in the steps: a device that keeps nothing has come to its start all the same.
                for status in &self.device.commands[start.command].statuses {
                    let step = published(&self.device.statuses[*status], &self.device.state, self.device.within, false);
                    text += &format!("  - {step}\n");
                }
            }
            // How quickly commands may follow each other is for the case itself.
            let pause = if last { self.device.settle } else { self.device.settle.min(Duration::from_millis(50)) };
            text += &match last && !sees_last && !keeps {
                true => format!("  - {}\n", at_rest(pause)),
                false => format!("  - delay: {}\n", display(pause)),
            };
        }
        for status in self.device.statuses.iter().filter(|status| status.retained && !sees_last) {
            text += &format!("  - {}\n", retained(status, &self.device.state, self.device.within));
        }
        text += "steps:\n";
        text += self.steps.text();
        if self.steps.text().is_empty() {
            text += "  - log: nothing\n";
        }
        if !self.retained.is_empty() {
            text += "teardown:\n";
            for command in &self.retained {
                let topic = quoted(&self.device.commands[*command].topic);
                text += &format!("  - publish: {{ topic: {topic}, payload: \"\", retain: true }}\n");
            }
        }
        text
    }
}

/// What a command does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Effect {
    /// It is refused.
    Rejected,
    /// It is accepted as this command and changes nothing.
    Unchanged(usize),
    /// It is accepted as this command and changes something.
    Changed(usize),
    /// It is refused, or accepted as one of these commands, with the state behind it; none: nothing can be said.
    Unclear(Vec<(usize, State)>),
}

/// `expect-retained: {..}` of a status.
pub(super) fn retained(status: &StatusRule, state: &State, within: Duration) -> String {
    format!(
        "expect-retained: {{ topic: {}{}, within: {} }}",
        quoted(&status.topic),
        status.payload.keys(state),
        display(within)
    )
}

/// `expect-message: {..}` of a status, with its RETAIN flag or without.
pub(super) fn published(status: &StatusRule, state: &State, within: Duration, with_retain: bool) -> String {
    let qos = status.qos.map_or_else(String::new, |qos| format!(", qos: {qos}"));
    let retain = if status.retained && with_retain { ", retain: true" } else { "" };
    format!(
        "expect-message: {{ topic: {}{}{qos}{retain}, within: {} }}",
        quoted(&status.topic),
        status.payload.keys(state),
        display(within)
    )
}

impl How {
    /// The step that ends the connection.
    pub(super) const fn step(self) -> &'static str {
        match self {
            Self::Drop => "network: drop",
            Self::ConnectionReset => "network: reset",
            Self::Reset => "reset",
            Self::PowerCycle => "power: cycle",
            Self::BrokerRestart => "broker: restart",
            // It has a parameter, and is written elsewhere.
            Self::TakeOver => "take-over",
        }
    }
}
