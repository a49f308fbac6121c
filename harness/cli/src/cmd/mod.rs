//! The command line: one file a subcommand. Everything that is not about arguments and printing is in the library.

mod boards;
mod broker;
mod check;
mod completions;
mod config;
mod doctor;
mod error;
mod firmware;
mod flash;
mod fuzz;
mod init;
mod monitor;
mod port;
mod project;
mod provision;
mod report;
mod run;
mod schema;
mod selection;
mod sim;
mod up;
mod wokwi;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::Failure;
use hil_model::verdict::Exit;

/// Scenarios for MQTT-controlled devices: on the firmware compiled for the host, and on any device on a broker.
#[derive(Parser)]
#[command(name = "hil", version, propagate_version = true, arg_required_else_help = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Exit codes: 0 passed, 1 failed, 2 wrong usage or invalid file, 3 bench error (says nothing about the firmware),
4 nothing ran, 130 interrupted.";

#[derive(Subcommand)]
enum Command {
    Run(Box<run::Args>),
    Fuzz(Box<fuzz::Args>),
    Check(check::Args),
    Config(Box<config::Args>),
    Schema(schema::Args),
    #[command(subcommand)]
    Report(report::Command),
    #[command(subcommand)]
    Broker(broker::Command),
    #[command(subcommand)]
    Firmware(firmware::Command),
    #[command(subcommand)]
    Sim(sim::Command),
    #[command(subcommand)]
    Wokwi(wokwi::Command),
    Boards(boards::Args),
    Flash(flash::Args),
    Provision(Box<provision::Args>),
    Monitor(monitor::Args),
    Up(Box<up::Args>),
    Demo(Box<up::DemoArgs>),
    Init(init::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
}

/// Runs `hil` with the arguments of this process.
pub fn main() -> ExitCode {
    light_host::native::keep_device_panics_off_the_terminal();
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Run(args) => run::run(*args),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Report(command) => report::run(command),
        Command::Broker(command) => broker::run(command),
        Command::Firmware(command) => firmware::run(command),
        Command::Sim(command) => sim::run(command),
        Command::Wokwi(command) => wokwi::run(command),
        Command::Boards(args) => boards::run(&args),
        Command::Flash(args) => flash::run(&args),
        Command::Provision(args) => provision::run(*args),
        Command::Monitor(args) => monitor::run(&args),
        Command::Up(args) => up::run(&args),
        Command::Demo(args) => up::demo(&args),
        Command::Init(args) => init::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Completions(args) => completions::run(&args),
    };
    let exit = result.unwrap_or_else(|failure: Failure| {
        failure.print();
        failure.exit
    });
    ExitCode::from(exit as u8)
}

/// Whether standard error takes colour.
fn color_on_stderr() -> bool {
    use std::io::IsTerminal as _;
    let theme = hil_report::Theme::detect(std::io::stderr().is_terminal(), |name| std::env::var(name).ok());
    theme.has_color()
}

/// The exit code of a command that has no scenarios to judge.
const DONE: Exit = Exit::Passed;
