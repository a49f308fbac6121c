//! Which scenarios: paths, filters, tags; shared by the commands that take them.

mod left;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use hil_project::{Origin, Project, Resolved};
use hil_runner::Planned;
use hil_scenario::load::OuterVariable;
use hil_scenario::plan::{Filter, TagFilter};
use hil_scenario::{Loaded, Loader};

use super::error::Failure;
use super::project::Said;

#[derive(Clone, Args)]
pub(super) struct Selection {
    /// Scenario files, or folders that are searched for *.yaml and *.yml (names that begin with `_` are for `include`) [default:
    /// what the project file says, else scenarios]
    #[arg(value_name = "PATH")]
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
    /// What the user says.
    pub(super) fn say(&self, said: &mut Said) {
        let paths = Some(self.paths.clone()).filter(|paths| !paths.is_empty());
        said.option("PATH", paths, |it| &mut it.scenarios);
    }

    /// The paths that the user names.
    pub(super) fn repeat_options(&self) -> Vec<String> {
        self.paths.iter().map(|p| p.display().to_string()).collect()
    }

    /// Reads all files of the project; errors are printed, and are a failure.
    pub(super) fn load(&self, project: &Project) -> Result<Vec<Planned>, Failure> {
        let paths = scenario_paths(project)?;
        let Loaded { files, errors } = Loader::new().with_vars(variables(project)).load(&paths);
        if !errors.is_empty() {
            crate::output::remark(format_args!("{}", errors.render(super::color_on_stderr())));
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

/// Where the project's scenarios are.
pub(super) fn scenario_paths(project: &Project) -> Result<Vec<PathBuf>, Failure> {
    let Some(Resolved { value: paths, origin }) = project.settings.scenarios.clone() else { return Ok(Vec::new()) };
    let missing = paths.iter().find(|path| !path.exists());
    match (missing, origin) {
        (Some(path), Origin::Default) => {
            Err(Failure::usage(format!("there is no folder {}/ here, and no path was given", path.display()))
                .help("`hil init` writes a first scenario; or name files and folders: hil run PATH.."))
        }
        (Some(path), origin @ (Origin::File(_) | Origin::Profile { .. })) => {
            Err(Failure::usage(format!("there are no scenarios at {}, which {origin} names", path.display()))
                .help("correct it there; `hil init` writes a first scenario"))
        }
        // What the user names is looked at by the loader, which says more.
        _ => Ok(paths),
    }
}

/// The variables of the project.
pub(super) fn variables(project: &Project) -> Vec<OuterVariable> {
    let variable = |(name, value): (&String, &Resolved<String>)| {
        let place = value.origin.place()?.clone();
        Some(OuterVariable { name: name.clone(), value: value.value.clone(), place })
    };
    project.settings.vars.iter().filter_map(variable).collect()
}
