//! `hil sim`: firmware on the simulated board, without scenarios.

pub(super) mod run;
pub(super) mod serve;
pub mod test;

use hil_model::verdict::Exit;
use hil_tools::simulation::load::{self, LoadError};
use simulator::machine::Board;
use std::path::Path;

use super::error::Failure;
use super::run::target::WHY_STRICT;

/// Run firmware on the simulated ESP32-C3
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Run(Box<run::Args>),
    Serve(Box<serve::Args>),
    Test(Box<test::Args>),
}

pub(super) fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Run(args) => run::run(*args),
        Command::Serve(args) => serve::run(*args),
        Command::Test(args) => test::run(*args),
    }
}

/// The board of a drawing. Parts that are not simulated are told of once, or refused.
fn drawn(path: &Path, strict: bool) -> Result<Board, Failure> {
    let (board, remark) = load::board(path).map_err(|error| not_loaded(&error))?;
    match remark {
        Some(text) if strict => Err(Failure::usage(format!("{}: {text}", path.display())).help(WHY_STRICT)),
        Some(text) => {
            remark!("warning: {}: {text}", path.display());
            Ok(board)
        }
        None => Ok(board),
    }
}

/// A file that no machine can be made of: exit code 2; one that cannot be read: 3.
fn not_loaded(error: &LoadError) -> Failure {
    let failure = match error {
        LoadError::File { .. } => Failure::bench(error),
        _ => Failure::usage(hil_model::error::chain(error)),
    };
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}
