//! `hil sim`: firmware on the simulated board, without scenarios.

pub(super) mod run;
pub(super) mod serve;
pub mod test;

use hil_model::verdict::Exit;
use hil_tools::simulation::load::LoadError;

use super::error::Failure;

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
