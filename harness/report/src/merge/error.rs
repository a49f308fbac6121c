//! Why reports cannot be joined. Each error names the files and says what to do.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::jsonl::ReadError;

/// Why reports cannot be joined.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum MergeError {
    /// No report was named.
    #[error("no report to join")]
    #[diagnostic(
        code(hil::merge::none),
        help("name the JSON lines reports of all shards: hil report merge shard-*.jsonl")
    )]
    None,
    /// A report cannot be read.
    #[error(transparent)]
    #[diagnostic(code(hil::merge::read), help("name reports that `hil run --json FILE` wrote"))]
    Read(#[from] ReadError),
    /// A report is not a whole run.
    #[error("{}: the run did not finish: {problem}", path.display())]
    #[diagnostic(
        code(hil::merge::unfinished),
        help("run this shard again ({shard}); a run that is killed leaves a report without its end")
    )]
    Unfinished {
        /// The report.
        path: PathBuf,
        /// What is missing.
        problem: String,
        /// `slice:2/3`
        shard: String,
    },
    /// Reports of different runs.
    #[error("{} and {} are not shards of one run: {what} differs ({values})", first.display(), second.display())]
    #[diagnostic(code(hil::merge::different_runs), help("{help}"))]
    DifferentRuns {
        /// What differs.
        what: &'static str,
        /// A report.
        first: PathBuf,
        /// One that does not fit it.
        second: PathBuf,
        /// Their values: `1 and 2`.
        values: String,
        /// What to do.
        help: &'static str,
    },
    /// The same work was done twice.
    #[error("{} and {} overlap: {what}", first.display(), second.display())]
    #[diagnostic(
        code(hil::merge::overlap),
        help("give every shard its own --partition M/N, and name only one report of each shard")
    )]
    Overlap {
        /// A report.
        first: PathBuf,
        /// Another one.
        second: PathBuf,
        /// `both are slice:2/3`
        what: String,
    },
    /// Work was not done.
    #[error("missing: {missing}; there {are}", are = present(path))]
    #[diagnostic(code(hil::merge::missing), help("name the reports of these shards too, or run them: {help}"))]
    Missing {
        /// The reports there are.
        path: Vec<PathBuf>,
        /// `slice:2/3, slice:3/3`
        missing: String,
        /// A command.
        help: String,
    },
    /// The shards are whole, and yet not the plan.
    #[error("the shards have {found} scenarios together, and their plan has {plan}: {}", files.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", "))]
    #[diagnostic(
        code(hil::merge::incomplete),
        help("the shards did not see the same files: run all of them from one checkout")
    )]
    Incomplete {
        /// The reports.
        files: Vec<PathBuf>,
        /// Their scenarios.
        found: usize,
        /// The plan's.
        plan: usize,
    },
}

fn present(files: &[PathBuf]) -> String {
    let names: Vec<String> = files.iter().map(|p| p.display().to_string()).collect();
    if names.len() == 1 { format!("is only {}", names[0]) } else { format!("are only {}", names.join(", ")) }
}
