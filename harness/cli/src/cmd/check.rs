//! `hil check`: validates the project file, scenario files and descriptions of devices without running anything.

mod description;
mod project;
mod wokwi;

use hil_model::verdict::Exit;
use hil_project::Resolved;

use super::error::Failure;
use super::project::{ProjectArgs, Said};
use super::selection::{Selection, scenario_paths};
use crate::Extensions;

/// Validate the project file (hil.toml), scenario files, and descriptions of devices (device.yaml), without running them
///
/// Without paths: the project file, the files that it names, and its scenarios. Every step of every row of `cases` is checked; all errors are shown, each with its place.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil check                         the project file and all of its scenarios
  hil check hil.toml                the project file alone
  hil check my.yaml other/          these
  hil check --wokwi my.yaml         does it mean the same in Wokwi?

A scenario in which no step expects anything is told as a warning.

Exit codes: 0 no errors, 2 errors; with --wokwi, 1 if a file means something else in Wokwi")]
pub(super) struct Args {
    /// Say what Wokwi would do with the files: which steps and keys it lacks, and where it takes something for something
    /// else; exit code 1 if there is anything
    #[arg(long, conflicts_with_all = ["filter", "tag"])]
    wokwi: bool,

    #[command(flatten)]
    selection: Selection,

    #[command(flatten)]
    project: ProjectArgs,
}

pub(super) fn run(args: &Args, extensions: &Extensions) -> Result<Exit, Failure> {
    let (files, paths): (Vec<_>, Vec<_>) =
        args.selection.paths.iter().cloned().partition(|path| project::is_file(path));
    let is_only_files = paths.is_empty() && !files.is_empty();
    for file in files {
        project::check(&ProjectArgs { project: Some(file), ..args.project.clone() }, extensions)?;
    }
    if is_only_files {
        return Ok(super::DONE);
    }
    let is_whole = paths.is_empty();
    let mut said = Said::default();
    Selection { paths, ..args.selection.clone() }.say(&mut said);
    let mut project =
        if is_whole { project::check(&args.project, extensions)? } else { args.project.load(said, extensions)? };
    let paths = scenario_paths(&project)?;
    if args.wokwi {
        return wokwi::run(&paths);
    }
    let others = description::check(&paths, &extensions.models)?;
    if others.is_empty() {
        return Ok(super::DONE);
    }
    project.settings.scenarios = project.settings.scenarios.map(|it| Resolved { value: others, ..it });
    let loaded = args.selection.load(&project)?;
    let scenarios = args.selection.apply(loaded.clone())?;
    if scenarios.is_empty() {
        match loaded.is_empty() {
            true => say!("no scenario found"),
            false => say!("{}", args.selection.nothing_left(&loaded)),
        }
        return Ok(Exit::NothingRan);
    }
    let mut files: Vec<_> = scenarios.iter().map(|p| &p.file.source.path).collect();
    files.dedup();
    for file in &files {
        let mut of_file = scenarios.iter().filter(|p| p.file.source.path == **file);
        if of_file.all(|p| !p.scenario.expects_something) {
            remark!("warning: {}: no step expects anything: a device that does not die passes", file.display());
        }
    }
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    say!("{} in {}: no errors", count(scenarios.len(), "scenario"), count(files.len(), "file"));
    Ok(super::DONE)
}
