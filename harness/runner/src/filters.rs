//! What the observer subscribes to.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::pool::Planned;
use super::step::RESPONSE_TOPICS;
use hil_scenario::step::{CaptureSource, Command, StepNode};
use hil_scenario::{Source, Step, Variables};
use hil_targets::broker::without_overlaps;

/// Topic filters of everything that a scenario expects, for brokers on which `#` would be too much to ask.
pub(super) fn observed(planned: &Planned, variables: &Variables) -> Vec<String> {
    let mut filters = BTreeSet::from([format!("{RESPONSE_TOPICS}/+")]);
    let scenario = &planned.scenario;
    for sourced in scenario.setup.iter().chain(&scenario.steps).chain(&scenario.teardown) {
        collect(&sourced.source, &sourced.step, variables, &mut filters);
    }
    without_overlaps(filters)
}

fn collect(source: &Arc<Source>, node: &StepNode, variables: &Variables, filters: &mut BTreeSet<String>) {
    let Ok(step) = Step::check(source, node, variables) else { return };
    let topic = match &step.command {
        Command::ExpectMessage(e) => Some(&e.topic),
        Command::ExpectNothing(e) => Some(&e.topic),
        Command::Capture(c) => match &c.from {
            CaptureSource::Message { topic, .. } => Some(topic),
            CaptureSource::Serial { .. } => None,
        },
        _ => None,
    };
    filters.extend(topic.map(|t| known(&t.value)));
    let children: &[StepNode] = match &step.command {
        Command::AllOf(steps) | Command::AnyOf(steps) | Command::InOrder(steps) => steps,
        Command::Repeat(repeat) => &repeat.steps,
        _ => return,
    };
    for child in children {
        collect(source, child, variables, filters);
    }
}

/// A filter whose levels with variables that are not known yet are wildcards.
fn known(filter: &str) -> String {
    let levels: Vec<_> = filter.split('/').map(|level| if level.contains("${") { "+" } else { level }).collect();
    levels.join("/")
}
