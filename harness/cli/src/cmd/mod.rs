//! The command line: one file a subcommand. Everything that is not about arguments and printing is in the library.

mod boards;
mod broker;
mod check;
mod completions;
mod config;
mod doctor;
mod error;
mod flash;
mod fuzz;
mod hidden;
mod init;
mod interruption;
mod listening;
mod live;
mod monitor;
mod port;
mod project;
mod provision;
mod report;
mod rom;
mod run;
mod schema;
mod selection;
mod sim;
mod soak;
mod up;
mod wokwi;

use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::{Extensions, output};
pub use error::Failure;
use hil_model::verdict::Exit;
pub use sim::test::{TestArgs as SuiteArgs, run_suite};

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
    Soak(Box<soak::Args>),
    Check(check::Args),
    Config(Box<config::Args>),
    Schema(schema::Args),
    #[command(subcommand)]
    Report(report::Command),
    #[command(subcommand)]
    Broker(broker::Command),
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
    Rom(rom::Args),
    Completions(completions::Args),
}

/// Runs `hil` with the arguments of this process, and with what the program adds to it.
pub fn main_with(extensions: Extensions) -> ExitCode {
    let matches = command(&extensions).get_matches();
    let result = dispatch(&matches, &extensions);
    let exit = result.unwrap_or_else(|failure: Failure| {
        // That nobody reads any more is no error of this program's.
        if !output::is_closed() {
            failure.print();
        }
        failure.exit
    });
    let (code, wrong) = output::outcome(exit);
    wrong.into_iter().for_each(|text| Failure::of_bench(text).print());
    ExitCode::from(code)
}

/// The command line with what the program adds.
fn command(extensions: &Extensions) -> clap::Command {
    let targets = run::target::names(extensions);
    let with_targets = |command: clap::Command| {
        let values = targets.iter().map(|(name, about)| PossibleValue::new(*name).help(*about));
        let values = PossibleValuesParser::new(values.collect::<Vec<_>>());
        command.mut_arg("target", |arg| arg.value_parser(values))
    };
    let mut command = Cli::command()
        .mut_subcommand("run", with_targets)
        .mut_subcommand("fuzz", with_targets)
        .mut_subcommand("soak", |command| soak::with_report_files(with_targets(command)))
        .mut_subcommand("provision", |command| provision::with_settings(command, extensions));
    if extensions.demo.is_none() {
        command = command.mut_subcommand("demo", |command| command.hide(true));
    }
    for own in &extensions.commands {
        command = command.subcommand(own.command.clone());
    }
    command
}

fn dispatch(matches: &clap::ArgMatches, extensions: &Extensions) -> Result<Exit, Failure> {
    if let Some((name, matches)) = matches.subcommand()
        && let Some(own) = extensions.commands.iter().find(|own| own.command.get_name() == name)
    {
        return (own.run)(matches);
    }
    let cli = Cli::from_arg_matches(matches).unwrap_or_else(|error| error.exit());
    match cli.command {
        Command::Run(args) => run::run(*args, extensions),
        Command::Fuzz(args) => fuzz::run(&args, extensions),
        Command::Soak(args) => soak::run(&args, extensions),
        Command::Check(args) => check::run(&args, extensions),
        Command::Config(args) => config::run(&args, extensions),
        Command::Schema(args) => schema::run(&args),
        Command::Report(command) => report::run(command),
        Command::Broker(command) => broker::run(command),
        Command::Sim(command) => sim::run(command),
        Command::Wokwi(command) => wokwi::run(command),
        Command::Boards(args) => boards::run(&args, extensions),
        Command::Flash(args) => flash::run(&args, extensions),
        Command::Provision(args) => provision::run(*args, matches, extensions),
        Command::Monitor(args) => monitor::run(&args, extensions),
        Command::Up(args) => up::run(&args, extensions),
        Command::Demo(args) => up::demo(&args, extensions),
        Command::Init(args) => init::run(&args, extensions),
        Command::Doctor(args) => doctor::run(&args, extensions),
        Command::Rom(args) => rom::run(&args, extensions),
        Command::Completions(args) => completions::run(&args, extensions),
    }
}

/// Whether standard error takes colour.
fn color_on_stderr() -> bool {
    use std::io::IsTerminal as _;
    let theme = hil_report::Theme::detect(std::io::stderr().is_terminal(), |name| std::env::var(name).ok());
    theme.has_color()
}

/// The exit code of a command that has no scenarios to judge.
pub const DONE: Exit = Exit::Passed;
