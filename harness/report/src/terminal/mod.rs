//! The report for whoever waits for the run: progress while it runs, then what went wrong and how to repeat it.
//!
//! On a terminal, one status line is redrawn and only scenarios that did not simply pass leave a line of their own. In a log
//! (no terminal, or CI) every finished scenario is one line. The end is the same for both: failed scenarios, invalid files,
//! bench errors and flaky scenarios apart, each with its place in the file, the journal around it and the command that runs
//! just that one again; then the reasons of skipped scenarios; then what became of the boards; then one line of totals.
//!
//! A board of a bench that fails is told at once, with its last lines. Scenarios for which no board was left are told
//! together, by reason.

mod boards;
mod closing;
mod outcome;
mod reporter;
mod status;

pub use reporter::{Progress, Terminal};
