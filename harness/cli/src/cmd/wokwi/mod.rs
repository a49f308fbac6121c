//! `hil wokwi`: what Wokwi's tools need of us.

mod serve;

use hil_model::verdict::Exit;

use super::error::Failure;

/// Serve Wokwi's tools with the simulator
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Serve(Box<serve::Args>),
}

pub(super) fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Serve(args) => serve::run(*args),
    }
}
