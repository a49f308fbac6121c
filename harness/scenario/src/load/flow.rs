//! Variables and marks through the steps of one scenario, as far as they are known without running it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::decode::{declared_groups, did_you_mean, list};
use crate::error::{Code, Diagnostic};
use crate::step::{Command, Match, Step, StepNode};
use crate::variables::Variables;
use crate::yaml::Node;
use crate::{Capability, Need, Source, SourcedStep, Spanned};

/// A walk over the steps, in the order in which they run.
pub(super) struct Flow {
    vars: Variables,
    marks: BTreeSet<String>,
    pub needs: Vec<Need>,
    pub errors: Vec<Diagnostic>,
}

impl Flow {
    pub fn new(vars: Variables) -> Self {
        Self { vars, marks: BTreeSet::new(), needs: Vec::new(), errors: Vec::new() }
    }

    /// Notes a capability, unless it is noted already.
    pub fn need(&mut self, capability: Capability, by: impl FnOnce() -> String) {
        if !self.needs.iter().any(|need| need.capability == capability) {
            self.needs.push(Need { capability, by: by() });
        }
    }

    /// The steps of `setup`, `steps` or `teardown`.
    pub fn part(&mut self, part: &str, steps: &[SourcedStep]) {
        for (index, step) in steps.iter().enumerate() {
            self.step(&step.source, &step.step, &format!("{part} {}", index + 1));
        }
    }

    fn step(&mut self, source: &Arc<Source>, node: &StepNode, path: &str) {
        let step = match Step::check(source, node, &self.vars) {
            Ok(step) => step,
            Err(errors) => {
                self.errors.extend(errors.0);
                self.recover(source, node, path);
                return;
            }
        };
        for capability in step.command.needs() {
            self.need(*capability, || format!("{path} ({})", step.key.value));
        }
        self.command(source, &step.command, path);
    }

    fn command(&mut self, source: &Arc<Source>, command: &Command, path: &str) {
        match command {
            Command::Mark(name) => {
                self.marks.insert(name.value.clone());
            }
            Command::ExpectFlash(expected) => self.since(source, expected.since.as_ref()),
            Command::Capture(capture) => self.vars.set_later(&capture.name.value),
            Command::ExpectMessage(expected) => self.groups(&expected.payload),
            Command::ExpectRetained(expected) => self.groups(&expected.payload),
            Command::Request(request) => self.groups(&request.response),
            Command::ExpectSerial(expected) if !expected.absent => {
                expected.line.capture_names().flatten().for_each(|name| self.vars.set_later(name));
            }
            Command::InOrder(steps) => self.children(source, steps, path),
            Command::AllOf(steps) | Command::AnyOf(steps) => self.alternatives(source, steps, path),
            Command::Repeat(repeat) => {
                let outer = self.vars.get("iteration").is_some();
                self.vars.set("iteration", "1");
                self.children(source, &repeat.steps, path);
                if !outer {
                    self.vars.remove("iteration");
                }
            }
            _ => {}
        }
    }

    fn children(&mut self, source: &Arc<Source>, steps: &[StepNode], path: &str) {
        for (index, step) in steps.iter().enumerate() {
            self.step(source, step, &format!("{path}.{}", index + 1));
        }
    }

    /// Children that hold in any order do not see each other's variables; what follows sees all of them.
    fn alternatives(&mut self, source: &Arc<Source>, steps: &[StepNode], path: &str) {
        let before = self.vars.clone();
        let mut after = self.vars.clone();
        for (index, step) in steps.iter().enumerate() {
            self.vars = before.clone();
            self.step(source, step, &format!("{path}.{}", index + 1));
            let new: Vec<String> =
                self.vars.names().difference(&before.names()).map(|name| (*name).to_owned()).collect();
            new.into_iter().for_each(|name| after.set_later(name));
        }
        self.vars = after;
    }

    fn groups(&mut self, matched: &Match) {
        matched.variables().for_each(|name| self.vars.set_later(name));
    }

    fn since(&mut self, source: &Arc<Source>, mark: Option<&Spanned<String>>) {
        let Some(mark) = mark.filter(|mark| !mark.contains("${") && !self.marks.contains(&mark.value)) else { return };
        let names = || self.marks.iter().map(String::as_str);
        let help = match self.marks.is_empty() {
            true => "set it before with the step `mark: <name>`".to_owned(),
            false => format!("marks set before this step: {}", list(names())),
        };
        let label = did_you_mean(mark, names()).unwrap_or_default();
        let title = format!("unknown mark `{}`", mark.escape_debug());
        self.errors.push(Diagnostic::new(Code::UnknownMark, title).at(source, mark.span, label).help(help));
    }

    /// Goes on behind a wrong step: what it would have set must not be reported as undefined, and the steps inside it
    /// are checked too.
    fn recover(&mut self, source: &Arc<Source>, node: &StepNode, path: &str) {
        let Some((key, _)) = node.command() else { return };
        let key = key.as_text().unwrap_or_default();
        let Some(value) = node.node.get(key) else { return };
        match key {
            "capture" => {
                if let Some(name) = value.get("name").and_then(Node::as_text) {
                    self.vars.set_later(name);
                }
            }
            "mark" => self.marks.extend(value.as_text().map(str::to_owned)),
            "expect-message" | "expect-retained" | "expect-serial" | "request" => {
                value.for_each_scalar(&mut |scalar| {
                    scalar.as_text().into_iter().flat_map(declared_groups).for_each(|name| self.vars.set_later(name));
                });
            }
            "repeat" | "all-of" | "any-of" | "in-order" => {
                let list = if key == "repeat" { value.get("steps") } else { Some(value) };
                let steps = list.map(|list| match &list.kind {
                    crate::yaml::NodeKind::Sequence(items) => {
                        items.iter().map(|item| StepNode { node: item.clone(), span: item.span }).collect()
                    }
                    _ => Vec::new(),
                });
                if key == "repeat" {
                    self.vars.set("iteration", "1");
                }
                self.children(source, &steps.unwrap_or_default(), path);
            }
            _ => {}
        }
    }
}
