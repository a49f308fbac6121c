//! `--list` and `--dry-run`.

use std::path::PathBuf;

use hil_model::verdict::Exit;
use hil_runner::{Planned, RunOptions, skip_reason};
use hil_scenario::SourcedStep;

/// Ids and titles; the ids can be given to `--filter`.
pub(super) fn list(chosen: &[Planned]) -> Exit {
    let width = chosen.iter().map(|p| p.scenario.id.chars().count()).max().unwrap_or(0);
    for planned in chosen {
        say!("{:width$}  {}", planned.scenario.id, planned.scenario.title);
    }
    if chosen.is_empty() { Exit::NothingRan } else { Exit::Passed }
}

/// Steps of each scenario, or why it would be skipped.
pub(super) fn dry_run(chosen: &[Planned], options: &RunOptions) -> Exit {
    say!("target {}, broker {}, {} scenarios", options.runs_on.name(), options.broker, chosen.len());
    for planned in chosen {
        say!("\n{}", planned.scenario.id);
        if let Some(reason) = skip_reason(planned, options) {
            say!("  skipped: {reason}");
            continue;
        }
        let scenario = &planned.scenario;
        let variables = scenario.variables();
        for (list, steps) in [("setup", &scenario.setup), ("step", &scenario.steps), ("teardown", &scenario.teardown)] {
            for (i, step) in steps.iter().enumerate() {
                say!("  {list} {}: {}", i + 1, title(step, &variables));
            }
        }
    }
    if chosen.is_empty() { Exit::NothingRan } else { Exit::Passed }
}

fn title(step: &SourcedStep, variables: &hil_scenario::Variables) -> String {
    step.check(variables).map_or_else(|_| String::new(), |s| s.title)
}

/// Paths for a message.
pub(super) fn paths(paths: &[PathBuf]) -> String {
    paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ")
}
