//! Scenarios of which a reason is all there is to say: told together, since hundreds of equal lines help nobody.

use std::collections::BTreeMap;

use super::text::{clean, thousands};
use hil_model::event::ScenarioReport;
use hil_model::verdict::Verdict;

/// Scenarios with one reason.
pub(crate) struct Group<'a> {
    /// Fit to print.
    pub(crate) reason: String,
    /// At least one, in the order in which they were given.
    pub(crate) scenarios: Vec<&'a ScenarioReport>,
}

impl Group<'_> {
    /// `blink/basic, fade/slow and 331 more`
    pub(crate) fn names(&self, max: usize) -> String {
        let named: Vec<String> = self.scenarios.iter().take(max).map(|s| clean(&s.id)).collect();
        match self.scenarios.len() - named.len() {
            0 => named.join(", "),
            more => format!("{} and {} more", named.join(", "), thousands(more)),
        }
    }
}

/// The skipped scenarios by reason.
pub(crate) fn skipped(scenarios: &[ScenarioReport]) -> Vec<Group<'_>> {
    by_reason(scenarios.iter().filter(|s| s.verdict == Verdict::Skipped))
}

/// The scenarios that passed and ask nothing of the device, if there are any.
pub(crate) fn expecting_nothing(scenarios: &[ScenarioReport]) -> Option<Group<'_>> {
    let scenarios: Vec<_> = scenarios.iter().filter(|s| is_idle(s)).collect();
    let one = scenarios.len() == 1;
    let reason = if one { "scenario expects nothing" } else { "scenarios expect nothing" };
    let reason = format!("{reason}: a device that does not die passes");
    (!scenarios.is_empty()).then_some(Group { reason, scenarios })
}

/// Whether it passed without asking anything of the device.
pub(crate) fn is_idle(scenario: &ScenarioReport) -> bool {
    scenario.expects_nothing && matches!(scenario.verdict, Verdict::Passed | Verdict::Flaky)
}

/// The stranded scenarios by reason.
pub(crate) fn stranded(scenarios: &[ScenarioReport]) -> Vec<Group<'_>> {
    by_reason(scenarios.iter().filter(|s| is_stranded(s)))
}

/// Whether a bench error kept it from running, and not something of its own: no board was left that could run it.
pub(crate) fn is_stranded(scenario: &ScenarioReport) -> bool {
    let is_silent = scenario.attempts.last().is_none_or(|last| last.failures.is_empty());
    scenario.verdict == Verdict::BenchError && scenario.reason.is_some() && is_silent
}

/// The largest group first.
fn by_reason<'a>(scenarios: impl Iterator<Item = &'a ScenarioReport>) -> Vec<Group<'a>> {
    let mut groups = BTreeMap::<String, Vec<&ScenarioReport>>::new();
    for scenario in scenarios {
        let reason = clean(scenario.reason.as_deref().unwrap_or("no reason given"));
        groups.entry(reason).or_default().push(scenario);
    }
    let mut groups: Vec<_> = groups.into_iter().map(|(reason, scenarios)| Group { reason, scenarios }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.scenarios.len()));
    groups
}
