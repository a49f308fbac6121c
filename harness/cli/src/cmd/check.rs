//! `hil check`: validates scenario files and descriptions of devices without running anything.

mod description;
mod wokwi;

use hil_model::verdict::Exit;

use super::error::Failure;
use super::selection::Selection;

/// Validate scenario files, and descriptions of devices (device.yaml), without running them
///
/// Every step of every row of `cases` is checked; all errors are shown, each with its place.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil check                         everything under scenarios/
  hil check my.yaml other/          these
  hil check --wokwi my.yaml         does it mean the same in Wokwi?

Exit codes: 0 no errors, 2 errors; with --wokwi, 1 if a file means something else in Wokwi")]
pub(super) struct Args {
    /// Say what Wokwi would do with the files: which steps and keys it lacks, and where it takes something for something
    /// else; exit code 1 if there is anything
    #[arg(long, conflicts_with_all = ["filter", "tag"])]
    wokwi: bool,

    #[command(flatten)]
    selection: Selection,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    if args.wokwi {
        return wokwi::run(&args.selection);
    }
    let others = description::check(&args.selection.paths)?;
    if others.is_empty() {
        return Ok(super::DONE);
    }
    let selection = Selection { paths: others, ..args.selection.clone() };
    let scenarios = selection.apply(selection.load()?)?;
    if scenarios.is_empty() {
        println!("no scenario found");
        return Ok(Exit::NothingRan);
    }
    let mut files: Vec<_> = scenarios.iter().map(|p| &p.file.source.path).collect();
    files.dedup();
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    println!("{} in {}: no errors", count(scenarios.len(), "scenario"), count(files.len(), "file"));
    Ok(super::DONE)
}
