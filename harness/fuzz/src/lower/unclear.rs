//! What a description does not decide, and whether the device is still there after it.

use std::time::Duration;

use super::case::{Case, published};
use super::writer::{payload, quoted};
use crate::device::{Domains, Expected, StatusRule};
use hil_model::time::display;
use hil_targets::reference::State;

/// Pause between two commands of the start.
const PAUSE: Duration = Duration::from_millis(50);

impl Case<'_> {
    /// A command that may be accepted or refused: the device says nothing that cannot be, its statuses are those of one of the
    /// ways to take it, and it is brought to its start again.
    pub(super) fn unclear(&mut self, ways: &[(usize, State)]) {
        let domain = |variable: &str| self.device.domain(variable);
        let mut unwanted: Vec<String> = Vec::new();
        for status in &self.device.statuses {
            unwanted.extend(broken(status, &self.state, Some(&domain)));
        }
        self.none_of(&unwanted);
        self.no_will();
        self.is_known = false;
        if !ways.is_empty() {
            self.one_of(ways);
        }
        self.bring_to_start();
    }

    /// What is retained belongs to one of the states: that before, or one of these.
    fn one_of(&mut self, ways: &[(usize, State)]) {
        let states: Vec<State> =
            std::iter::once(&self.state).chain(ways.iter().map(|(_, state)| state)).cloned().collect();
        let within = self.device.within;
        for status in self.device.statuses.iter().filter(|status| status.retained) {
            let Some(keys) = status.payload.keys_of_any(&states) else { continue };
            let topic = quoted(&status.topic);
            self.limit += within;
            let step = format!("expect-retained: {{ topic: {topic}{keys}, within: {} }}", display(within));
            self.steps.named("As before, or as it was told").push(&step);
        }
    }

    /// The broker does not say that the device has lost its connection.
    pub(super) fn no_will(&mut self) {
        let Some(online) = self.device.online.as_ref().filter(|_| self.offered.probes) else { return };
        let Some(offline) = &online.offline else { return };
        let (topic, payload) = (quoted(&online.topic), quoted(offline));
        self.steps.probing(true);
        self.steps
            .named("It is still connected")
            .push(&format!("expect-nothing: {{ topic: {topic}, payload: {payload}, for: 1ms }}"));
        self.steps.probing(false);
    }

    /// The device is brought to its start, whatever state it is in.
    pub(super) fn bring_to_start(&mut self) {
        self.is_known = true;
        let device = self.device;
        if device.start.is_empty() {
            if self.offered.probes {
                self.probe();
            }
            return;
        }
        self.steps.probing(true);
        self.steps.named("To its start");
        for (index, start) in device.start.iter().enumerate() {
            if index > 0 {
                self.limit += PAUSE;
                self.steps.delay(PAUSE);
            }
            let (topic, payload) = (quoted(&device.commands[start.command].topic), quoted(&start.payload));
            self.steps.push(&format!("publish: {{ topic: {topic}, payload: {payload} }}"));
        }
        self.state = device.state.clone();
        let last = device.start.iter().rev().find(|start| device.is_answered(start.command));
        self.last = last.map(|start| (start.command, start.payload.clone().into_bytes()));
        if self.answers_start() {
            self.answered();
        } else {
            self.rest();
        }
        self.steps.probing(false);
    }

    /// Whether statuses follow the last command of the start.
    pub(super) fn answers_start(&self) -> bool {
        let last = self.device.start.last();
        last.is_some_and(|last| !self.device.commands[last.command].statuses.is_empty())
    }

    /// The statuses of the last command that was accepted, however they are sent.
    fn answered(&mut self) {
        let Some((command, _)) = &self.last else { return };
        for index in self.device.commands[*command].statuses.clone() {
            let step = published(&self.device.statuses[index], &self.state, self.device.within, false);
            self.limit += self.device.within;
            self.steps.push(&step);
        }
        self.is_alive = true;
    }

    /// The last command that was accepted is given again: nothing is new by it, and the device answers as it did.
    pub(super) fn probe(&mut self) {
        if !self.offered.probes {
            return;
        }
        self.steps.probing(true);
        match self.last.clone() {
            Some((command, bytes)) => {
                let (rule, value) = (&self.device.commands[command], payload(&bytes));
                let topic = quoted(&rule.topic);
                self.steps.named("It still answers");
                match &self.device.answer {
                    Some(answer) => {
                        let (answer, within) = (quoted(answer), display(self.device.within));
                        self.limit += self.device.within;
                        self.steps.push(&format!(
                            "request: {{ topic: {topic}, {value}, response: {answer}, within: {within} }}"
                        ));
                    }
                    None => self.steps.push(&format!("publish: {{ topic: {topic}, {value} }}")),
                }
                self.answered();
            }
            // What comes by itself shows that it lives.
            None => {
                let own = self.device.statuses.iter().find_map(|status| Some((status, status.every?)));
                if let Some((status, every)) = own {
                    let within = 2 * every + self.device.within;
                    let step = published(status, &self.state, within, false);
                    self.limit += within;
                    self.steps.named("It still reports").push(&step);
                }
            }
        }
        self.is_alive = true;
        self.steps.probing(false);
    }

    /// The same, and what comes once comes once.
    pub(super) fn probe_once(&mut self) {
        self.probe();
        if let Some((command, _)) = &self.last {
            let is_start = self.device.start.last().is_some_and(|start| start.command == *command);
            let known = self.offered.answers_once && is_start;
            self.once(&self.device.commands[*command].statuses.clone(), known);
        }
    }
}

/// For each rule of a status, a message that breaks it.
pub(super) fn broken(status: &StatusRule, state: &State, known: Option<&Domains<'_>>) -> Vec<String> {
    let Expected::Where(conditions) = &status.payload else { return Vec::new() };
    let topic = quoted(&status.topic);
    conditions.broken(state, known).into_iter().map(|rule| format!("topic: {topic}, where: {rule}")).collect()
}
