//! What the observer subscribes to.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::pool::Planned;
use super::step::RESPONSE_TOPICS;
use hil_scenario::step::StepNode;
use hil_scenario::{Command, Source, Step, Variables};
use hil_targets::broker::without_overlaps;

/// Topic filters of everything that a scenario expects, for brokers on which `#` would be too much to ask. A step judges nothing that
/// these do not cover: what is not known yet is asked for as widely as it may turn out.
pub(super) fn observed(planned: &Planned, variables: &Variables) -> Vec<String> {
    let mut filters = BTreeSet::new();
    let (scenario, variables) = (&planned.scenario, &variables.before_the_run());
    for sourced in scenario.setup.iter().chain(&scenario.steps).chain(&scenario.teardown) {
        collect(&sourced.source, &sourced.step, variables, &mut filters);
    }
    without_overlaps(filters)
}

/// The topic on which a client is answered that asks for the first time, if any scenario asks and names no other.
pub fn answers_come_on(planned: &[Planned]) -> Option<String> {
    let asks = planned.iter().any(|Planned { scenario, .. }| {
        let variables = scenario.variables().before_the_run();
        let mut steps = scenario.setup.iter().chain(&scenario.steps).chain(&scenario.teardown);
        steps.any(|sourced| asks(&sourced.source, &sourced.step, &variables))
    });
    asks.then(|| format!("{RESPONSE_TOPICS}/0"))
}

fn asks(source: &Arc<Source>, node: &StepNode, variables: &Variables) -> bool {
    let Ok(step) = Step::check(source, node, variables) else { return false };
    match &step.command {
        Command::Request(request) => request.response_topic.is_none(),
        command => command.children().iter().any(|child| asks(source, child, variables)),
    }
}

fn collect(source: &Arc<Source>, node: &StepNode, variables: &Variables, filters: &mut BTreeSet<String>) {
    let Ok(step) = Step::check(source, node, variables) else {
        // It was right when the file was read. Rather too much than too little.
        filters.insert("#".to_owned());
        return;
    };
    let topic = step.command.watches();
    filters.extend(topic.map(|t| known(&t.value)));
    if let Command::Request(request) = &step.command {
        let named = request.response_topic.as_ref().map(|topic| known(&topic.value));
        filters.insert(named.unwrap_or_else(|| format!("{RESPONSE_TOPICS}/+")));
    }
    for child in step.command.children() {
        collect(source, child, variables, filters);
    }
}

/// A filter for all that this one can become: the text of a variable that is not known yet may have slashes, so that everything
/// may follow.
fn known(filter: &str) -> String {
    let Some(before) = filter.split("${").next().filter(|before| before.len() < filter.len()) else {
        return filter.to_owned();
    };
    match before.rfind('/') {
        Some(slash) => format!("{}/#", &before[..slash]),
        None => "#".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::known;

    #[test]
    fn what_is_not_known_yet_may_have_any_number_of_levels() {
        assert_eq!(known("stat/led/power"), "stat/led/power");
        assert_eq!(known("stat/${room}/power"), "stat/#");
        assert_eq!(known("stat/led-${n}"), "stat/#");
        assert_eq!(known("${topic}"), "#");
        assert_eq!(known("a/+/${b}/c/${d}"), "a/+/#");
        assert_eq!(known("/${x}"), "/#");
    }
}
