//! In which way a scenario is run, and why it cannot be.

use hil_scenario::step::StepNode;
use hil_scenario::{Capability, Command, Scenario, SourcedStep, Variables};

/// In which way a scenario is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Mode A: the simulation runs freely, the runner carries out the steps.
    Free,
    /// Mode B: `wokwi-cli` carries out the steps.
    Carried,
}

/// Mode B for scenarios with Wokwi's steps alone.
pub(super) fn of(scenario: &Scenario) -> Mode {
    if scenario.has_only_wokwi_steps() { Mode::Carried } else { Mode::Free }
}

/// What only Wokwi itself can do, between two pieces of simulated time.
const WOKWIS: [Capability; 5] =
    [Capability::Pins, Capability::Controls, Capability::Screenshot, Capability::CustomChips, Capability::Touch];

/// What stands against a scenario that runs freely.
pub(super) fn unfit(scenario: &Scenario) -> Option<String> {
    if of(scenario) == Mode::Carried {
        return None;
    }
    if let Some(need) = scenario.needs.iter().find(|need| WOKWIS.contains(&need.capability)) {
        let (capability, by) = (need.capability, &need.by);
        return Some(format!(
            "on Wokwi only a scenario with Wokwi's steps alone has `{capability}`, needed by {by}: move it to a file of its own"
        ));
    }
    let group = later_than_a_light(scenario)?;
    Some(format!("on Wokwi the light is known after the run only, too late for `expect-led` in `{group}`"))
}

/// Whether it writes to the console.
pub(super) fn writes_serial(scenario: &Scenario) -> bool {
    has(scenario, &mut |command| matches!(command, Command::WriteSerial(_)))
}

fn steps(scenario: &Scenario) -> impl Iterator<Item = &SourcedStep> {
    scenario.setup.iter().chain(&scenario.steps).chain(&scenario.teardown)
}

/// The group in which something depends on when a light was seen.
fn later_than_a_light(scenario: &Scenario) -> Option<&'static str> {
    let is_light = &mut |command: &Command| matches!(command, Command::ExpectLed(_));
    let any = |inner: &Command| matches!(inner, Command::AnyOf(_));
    let in_order = |inner: &Command| matches!(inner, Command::InOrder(_));
    let mut found = None;
    for (key, is_group) in [("any-of", &any as &dyn Fn(&Command) -> bool), ("in-order", &in_order)] {
        let variables = scenario.variables();
        for step in steps(scenario) {
            walk(step, &variables, &mut |step, command| {
                if is_group(command)
                    && children(command).iter().any(|child| has_in(&step.child(child), &variables, is_light))
                {
                    found = Some(key);
                }
            });
        }
    }
    found
}

fn has(scenario: &Scenario, is: &mut dyn FnMut(&Command) -> bool) -> bool {
    let variables = scenario.variables();
    steps(scenario).any(|step| has_in(step, &variables, is))
}

fn has_in(step: &SourcedStep, variables: &Variables, is: &mut dyn FnMut(&Command) -> bool) -> bool {
    let mut found = false;
    walk(step, variables, &mut |_, command| found |= is(command));
    found
}

/// A step and those in it. One that is wrong is not looked at: the run will tell.
fn walk(step: &SourcedStep, variables: &Variables, visit: &mut dyn FnMut(&SourcedStep, &Command)) {
    let Ok(decoded) = step.check(variables) else { return };
    visit(step, &decoded.command);
    children(&decoded.command).iter().for_each(|child| walk(&step.child(child), variables, visit));
}

fn children(command: &Command) -> &[StepNode] {
    match command {
        Command::AllOf(steps) | Command::AnyOf(steps) | Command::InOrder(steps) => steps,
        Command::Repeat(repeat) => &repeat.steps,
        _ => &[],
    }
}
