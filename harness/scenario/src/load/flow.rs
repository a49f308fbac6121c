//! Variables and marks through the steps of one scenario, as far as they are known without running it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::decode::{declared_groups, did_you_mean, list};
use crate::error::{Code, Diagnostic};
use crate::json::Json;
use crate::step::{Command, Match, Step, StepNode};
use crate::variables::Variables;
use crate::yaml::Node;
use crate::{Capability, Need, Source, SourcedStep, Spanned};

/// Steps that a scenario carries out at most. Each leaves at least one entry in the journal, and most leave more.
const MAX_STEPS: u64 = 1_000_000;

/// A walk over the steps, in the order in which they run.
pub struct Flow {
    vars: Variables,
    marks: BTreeSet<String>,
    /// How often the steps are carried out that are looked at now: within a `repeat`, as often as it says.
    times: u64,
    /// Steps that are carried out in all, without groups.
    carried_out: u64,
    is_too_long: bool,
    /// Whether any step asks something of the device.
    pub expects_something: bool,
    /// Whether any step judges in which order things come.
    pub judges_order: bool,
    pub needs: Vec<Need>,
    pub errors: Vec<Diagnostic>,
}

fn too_many(source: &Arc<Source>, step: &Step, path: &str, count: u64) -> Diagnostic {
    let title = format!("with {path}, the scenario carries out {count} steps, more than {MAX_STEPS}");
    Diagnostic::new(Code::Limit, title)
        .at(source, step.key.span, "this is repeated too often")
        .help("repeat it fewer times; what so many steps do fits into no journal")
}

impl Flow {
    pub fn new(vars: Variables) -> Self {
        Self {
            vars,
            marks: BTreeSet::new(),
            times: 1,
            carried_out: 0,
            is_too_long: false,
            expects_something: false,
            judges_order: false,
            needs: Vec::new(),
            errors: Vec::new(),
        }
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
        self.expects_something |= step.command.judges();
        self.judges_order |= match &step.command {
            Command::InOrder(_) => true,
            Command::ExpectStream(stream) => stream.order.is_some(),
            _ => false,
        };
        if step.command.children().is_empty() {
            self.carried_out = self.carried_out.saturating_add(self.times);
        }
        step.command.flow(self, source, path);
        // Told once, at the innermost step that makes it so many.
        if self.carried_out > MAX_STEPS && !self.is_too_long && !step.command.children().is_empty() {
            self.is_too_long = true;
            self.errors.push(too_many(source, &step, path, self.carried_out));
        }
    }

    /// A mark is set.
    pub fn mark(&mut self, name: &str) {
        self.marks.insert(name.to_owned());
    }

    /// A variable gets a value when the scenario runs.
    pub fn sets(&mut self, name: &str) {
        self.vars.set_later(name);
    }

    /// Variables of named groups, in whatever expressions stand in a wrong step.
    pub fn declared(&mut self, value: &Node) {
        value.for_each_scalar(&mut |scalar| {
            scalar.as_text().into_iter().flat_map(declared_groups).for_each(|name| self.vars.set_later(name));
        });
    }

    /// Steps inside a step that repeats them so often.
    pub fn iterate(&mut self, times: u32, source: &Arc<Source>, steps: &[StepNode], path: &str) {
        let outer = self.vars.get("iteration").is_some();
        let outer_times = self.times;
        self.times = outer_times.saturating_mul(u64::from(times));
        self.iterate_wrong(source, steps, path);
        self.times = outer_times;
        if !outer {
            self.vars.remove("iteration");
        }
    }

    /// The same of a wrong step: what follows may stand in it by mistake.
    pub fn iterate_wrong(&mut self, source: &Arc<Source>, steps: &[StepNode], path: &str) {
        self.vars.set("iteration", "1");
        self.children(source, steps, path);
    }

    /// Steps that are carried out for each of these values, or for some that are known only later.
    pub fn each(&mut self, name: &str, values: Option<&[Json]>, source: &Arc<Source>, steps: &[StepNode], path: &str) {
        let outer = self.vars.clone();
        match values.and_then(<[Json]>::first) {
            Some(first) => self.vars.set_json(name, first),
            None => self.vars.set_later(name),
        }
        let times = values.map_or(1, |values| u32::try_from(values.len()).unwrap_or(u32::MAX));
        self.iterate(times, source, steps, path);
        if !outer.has(name) {
            self.vars.remove(name);
        }
    }

    /// Steps of which some are carried out, if any. Only the capabilities that count are needed for them.
    pub fn branch(
        &mut self,
        source: &Arc<Source>,
        steps: &[StepNode],
        path: &str,
        counts: &dyn Fn(Capability) -> bool,
    ) {
        let needs = self.needs.len();
        self.children(source, steps, path);
        let new = self.needs.split_off(needs);
        self.needs.extend(new.into_iter().filter(|need| counts(need.capability)));
    }

    /// Steps that come one after the other.
    pub fn children(&mut self, source: &Arc<Source>, steps: &[StepNode], path: &str) {
        for (index, step) in steps.iter().enumerate() {
            self.step(source, step, &format!("{path}.{}", index + 1));
        }
    }

    /// Children that hold in any order do not see each other's variables; what follows sees all of them.
    pub fn alternatives(&mut self, source: &Arc<Source>, steps: &[StepNode], path: &str) {
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

    /// Named groups of an expectation become variables.
    pub fn groups(&mut self, matched: &Match) {
        matched.variables().for_each(|name| self.vars.set_later(name));
    }

    /// A mark must have been set before.
    pub fn since(&mut self, source: &Arc<Source>, mark: Option<&Spanned<String>>) {
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
        let Some((key, kind)) = node.command() else { return };
        let Some(value) = node.node.get(key.as_text().unwrap_or_default()) else { return };
        kind.recover(self, source, value, path);
    }
}
