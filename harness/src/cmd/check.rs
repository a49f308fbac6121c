//! `hil check`: validates scenario files without running them.

use harness::verdict::Exit;

use super::error::Failure;
use super::selection::Selection;

/// Validate scenario files without running them
///
/// Every step of every row of `cases` is checked; all errors are shown, each with its place.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil check                         everything under scenarios/
  hil check my.yaml other/          these")]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let scenarios = args.selection.apply(args.selection.load()?)?;
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
