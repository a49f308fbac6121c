//! The project file, and the files that it names.

use std::path::Path;

use hil_project::{Project, Settings};
use hil_scenario::error::Report;

use crate::Extensions;
use crate::cmd::error::Failure;
use crate::cmd::project::{ProjectArgs, Said};

/// Whether a path is that of a project file.
pub(super) fn is_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

/// Checks the file, if there is one; the project comes back.
pub(super) fn check(args: &ProjectArgs, extensions: &Extensions) -> Result<Project, Failure> {
    let project = args.load(Said::default(), extensions)?;
    let Some(file) = &project.file else { return Ok(project) };
    match missing(&project.settings) {
        0 => say!("{}: no errors", file.display()),
        1 => return Err(Failure::usage(format!("{}: 1 error", file.display()))),
        count => return Err(Failure::usage(format!("{}: {count} errors", file.display()))),
    }
    Ok(project)
}

/// Prints which of the files that have to be there are not; says how many.
fn missing(settings: &Settings) -> usize {
    let files = settings.files().into_iter().filter(|(_, path, _)| !path.exists());
    let missing = files.filter_map(|(key, path, origin)| {
        let title = format!("there is no {}", path.display());
        let label = format!("`{key}` names it");
        let report = Report::new(&title).code("hil::project::unreadable").mark(origin.place()?, &label);
        Some(report.render(crate::cmd::color_on_stderr()))
    });
    missing.inspect(|report| remark!("{report}")).count()
}
