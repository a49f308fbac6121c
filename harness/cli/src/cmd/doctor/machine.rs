//! Terminal and CI, as the environment tells them.

use hil_report::Theme;
use hil_scenario::plan::{self, PartitionError};

use super::check::Check;

/// What colour depends on.
const COLOR_VARIABLES: [&str; 4] = ["NO_COLOR", "CLICOLOR_FORCE", "TERM", "COLORTERM"];
/// Variables by which CI systems make themselves known.
const CI_VARIABLES: [&str; 8] =
    ["CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "CIRCLECI", "JENKINS_URL", "TF_BUILD", "GITHUB_STEP_SUMMARY"];

/// Whether reports are coloured, and why.
pub(super) fn colors(terminal: bool, env: impl Fn(&str) -> Option<String>) -> Check {
    let theme = Theme::detect(terminal, &env);
    let set = set(&COLOR_VARIABLES, &env);
    let output = if terminal { "a terminal" } else { "no terminal" };
    let set = if set.is_empty() { String::new() } else { format!(", {}", set.join(", ")) };
    let color = if theme.has_color() { "colour" } else { "no colour" };
    Check::ok("colours", "the terminal report and `hil up`", format!("{color}: standard output is {output}{set}"))
}

/// What `--partition auto` would do.
pub(super) fn partition(env: impl Fn(&str) -> Option<String>) -> Check {
    const FOR: &str = "`hil run --partition auto`: one share of the scenarios a machine";
    let ci = set(&CI_VARIABLES, &env);
    let ci = if ci.is_empty() { "no CI system".to_owned() } else { format!("CI ({})", ci.join(", ")) };
    match plan::detect(&env) {
        Ok(detected) => Check::ok("ci", FOR, format!("{ci}; --partition auto takes {detected}")),
        Err(PartitionError::NotDetected { .. }) => {
            Check::ok("ci", FOR, format!("{ci}; --partition auto would find no share here, slice:M/N says it"))
        }
        Err(error) => Check::problem(
            "ci",
            FOR,
            format!("{ci}; --partition auto fails: {error}"),
            "see the CI system's documentation, or write slice:M/N",
        ),
    }
}

/// `NAME=value` of those that are set; a path or address is only said to be there.
fn set(names: &[&str], env: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let value = |name: &&str| env(name).filter(|v| !v.is_empty()).map(|v| (name.to_string(), v));
    let shown = |(name, value): (String, String)| match value.contains(['/', '\\', '@']) || value.len() > 32 {
        true => name,
        false => format!("{name}={value}"),
    };
    names.iter().filter_map(value).map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + use<'a> {
        |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    }

    #[test]
    fn colour_is_explained() {
        let detail = |terminal, pairs: &[(&str, &str)]| colors(terminal, env(pairs)).detail;
        let rows = [
            detail(true, &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]),
            detail(true, &[("NO_COLOR", "1")]),
            detail(true, &[("TERM", "dumb")]),
            detail(false, &[]),
            detail(false, &[("CLICOLOR_FORCE", "1")]),
        ];
        insta::assert_snapshot!(rows.join("\n"), @r"
        colour: standard output is a terminal, TERM=xterm-256color, COLORTERM=truecolor
        no colour: standard output is a terminal, NO_COLOR=1
        no colour: standard output is a terminal, TERM=dumb
        no colour: standard output is no terminal
        colour: standard output is no terminal, CLICOLOR_FORCE=1
        ");
    }

    #[test]
    fn the_share_of_a_ci_machine_is_shown() {
        let text = |pairs: &[(&str, &str)]| partition(env(pairs)).to_text(false);
        let rows = [
            text(&[]),
            text(&[("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", "/home/x/summary")]),
            text(&[("CI", "true"), ("GITLAB_CI", "true"), ("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "4")]),
            text(&[("BUILDKITE", "true"), ("BUILDKITE_PARALLEL_JOB", "0")]),
        ];
        insta::assert_snapshot!(rows.join(""), @r"
        ok       ci          no CI system; --partition auto would find no share here, slice:M/N says it
                             `hil run --partition auto`: one share of the scenarios a machine
        ok       ci          CI (CI=true, GITHUB_ACTIONS=true, GITHUB_STEP_SUMMARY); --partition auto would find no share here, slice:M/N says it
                             `hil run --partition auto`: one share of the scenarios a machine
        ok       ci          CI (CI=true, GITLAB_CI=true); --partition auto takes slice:2/4 from GitLab or Knapsack (CI_NODE_INDEX=2, CI_NODE_TOTAL=4)
                             `hil run --partition auto`: one share of the scenarios a machine
        problem  ci          CI (BUILDKITE=true); --partition auto fails: Buildkite: BUILDKITE_PARALLEL_JOB_COUNT is not set, so every machine would run everything; set parallelism: in the step
                             `hil run --partition auto`: one share of the scenarios a machine
                             help: see the CI system's documentation, or write slice:M/N
        ");
    }
}
