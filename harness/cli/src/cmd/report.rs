//! `hil report`: what can be done with reports afterwards.

use std::path::PathBuf;

use hil_model::verdict::Exit;
use hil_report::merge::merge_files;
use hil_report::replay;

use super::error::Failure;
use super::run::reports::ReportFiles;
use crate::output::Guard;

/// Work with the reports of finished runs
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Merge(MergeArgs),
}

/// Join the JSON lines reports of shards into one run
///
/// The order does not matter. Shards of different plans, overlapping or missing shards, and unfinished runs are refused.
/// The exit code is that of the whole run.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  hil run --partition slice:1/3 --json shard-1.jsonl     (and 2/3, 3/3, on other machines)
  hil report merge shard-*.jsonl")]
pub(super) struct MergeArgs {
    /// JSON lines reports of all shards
    #[arg(value_name = "REPORT", required = true)]
    reports: Vec<PathBuf>,

    #[command(flatten)]
    files: ReportFiles,
}

pub(super) fn run(command: Command) -> Result<Exit, Failure> {
    let Command::Merge(args) = command;
    let events = merge_files(&args.reports).map_err(|e| Failure::diagnostic(&e))?;
    let mut guard = Guard::new();
    args.reports.iter().for_each(|path| guard.input("the report", path));
    let mut reports = args.files.open(guard)?;
    let written = replay(&events, &mut reports);
    reports.close(written)?;
    Ok(super::run::reports::exit_of(&events))
}
