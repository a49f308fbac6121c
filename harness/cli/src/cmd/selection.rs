//! Which scenarios: paths, filters, tags; shared by the commands that take them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use hil_runner::Planned;
use hil_scenario::plan::{Filter, TagFilter};
use hil_scenario::{Loaded, load};

use super::error::Failure;

/// Where scenarios are looked for when no path is given.
const DEFAULT_PATH: &str = "scenarios";

#[derive(Clone, Args)]
pub(super) struct Selection {
    /// Scenario files, or folders that are searched for *.yaml and *.yml (names that begin with `_` are for `include`)
    #[arg(value_name = "PATH", default_value = DEFAULT_PATH)]
    pub(super) paths: Vec<PathBuf>,

    /// Only scenarios whose id or title contains TEXT, or matches it as a glob (`reject/*`); `!TEXT` leaves them out
    ///
    /// Several are joined by or.
    #[arg(short = 'k', long, value_name = "TEXT")]
    pub(super) filter: Vec<String>,

    /// Only scenarios with these tags: `a,b` = both, `!a` = without; several --tag are joined by or
    #[arg(short = 't', long, value_name = "TAGS")]
    pub(super) tag: Vec<String>,
}

impl Selection {
    /// The paths, unless they are the default.
    pub(super) fn repeat_options(&self) -> Vec<String> {
        let paths: Vec<_> = self.paths.iter().map(|p| p.display().to_string()).collect();
        if paths == [DEFAULT_PATH] { Vec::new() } else { paths }
    }

    /// Reads all files; errors are printed, and are a failure.
    pub(super) fn load(&self) -> Result<Vec<Planned>, Failure> {
        if self.repeat_options().is_empty() && !Path::new(DEFAULT_PATH).exists() {
            return Err(Failure::usage(format!("there is no folder {DEFAULT_PATH}/ here, and no path was given"))
                .help("`hil init` writes a first scenario; or name files and folders: hil run PATH.."));
        }
        let Loaded { files, errors } = load(&self.paths);
        if !errors.is_empty() {
            eprint!("{}", errors.render(super::color_on_stderr()));
            let count = errors.0.len();
            let plural = if count == 1 { "error" } else { "errors" };
            return Err(Failure::usage(format!("{count} {plural} in scenario files; nothing was run")));
        }
        Ok(files
            .into_iter()
            .map(Arc::new)
            .flat_map(|file| {
                let scenarios = file.scenarios.clone();
                scenarios.into_iter().map(move |s| Planned { file: Arc::clone(&file), scenario: Arc::new(s) })
            })
            .collect())
    }

    /// Those that the filters and tags leave.
    pub(super) fn apply(&self, mut all: Vec<Planned>) -> Result<Vec<Planned>, Failure> {
        let filter = Filter::new(&self.filter).map_err(|e| Failure::usage(e.to_string()))?;
        let tags = TagFilter::new(&self.tag).map_err(|e| Failure::usage(e.to_string()))?;
        all.retain(|p| {
            let own: Vec<&str> = p.file.tags.iter().map(|t| t.value.as_str()).collect();
            filter.matches(&p.scenario.id, &p.scenario.title) && tags.matches(&own)
        });
        Ok(all)
    }
}
