//! `hil doctor`: what is installed and what is missing.

mod boards;
mod broker;
mod check;
mod machine;
mod programs;
mod project;

use std::io::{IsTerminal as _, stdout};

use hil_model::verdict::Exit;
use hil_report::Theme;
use hil_runner::BrokerChoice;

use super::error::Failure;
use super::project::{ProjectArgs, Said};
use super::run::broker::BrokerArgs;
use crate::Extensions;
use check::{Check, State};

/// Say what is installed and what is missing
///
/// Each line says whether something is there, what it is needed for, and how to get it. Only what `hil run` needs here
/// makes the exit code 3; the rest is for other work. Nothing is changed but that target/hil/ is made.
#[derive(clap::Args)]
#[command(
    mut_arg("broker", |arg| arg
        .help("Look whether this broker can be used, too: mqtt://[user@]host[:port], mqtts://, ws://host:port/path, wss://")
        .long_help("Look whether this broker can be used, too: mqtt://[user@]host[:port], mqtts://, ws://host:port/path, wss://.\n\n\
The password is read from HIL_BROKER_PASSWORD, so that it stands in no process list.")
        .hide_default_value(true)),
    mut_arg("topic_root", |arg| arg.hide(true)),
    after_help = "\
Examples:
  hil doctor
  hil doctor --broker mqtts://me@lab.example       can this broker be reached, with this user?
  hil doctor --json | jq '.checks[] | select(.state != \"ok\")'

Exit codes: 0 all that `hil run` needs is there, 2 wrong usage, 3 something that it needs is missing.")]
pub(super) struct Args {
    #[command(flatten)]
    project: ProjectArgs,

    #[command(flatten)]
    broker: BrokerArgs,

    /// The TCP port of this machine to look at, where `hil up` would put its broker
    #[arg(long, default_value_t = 1883, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,

    /// As JSON: {"version", "ready", "checks": [{"name", "state", "needed", "detail", "needed_for", "remedy"}]}
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, extensions: &Extensions) -> Result<Exit, Failure> {
    let mut said = Said::default();
    args.broker.say(&mut said);
    let (found, project) = project::project(&args.project, said, extensions);
    let choice = project.as_ref().map_or(Ok(BrokerChoice::Embedded), |it| args.broker.of_project(it).choice())?;
    let env = |name: &str| std::env::var(name).ok();
    let mut checks = vec![found];
    if let Some(project) = &project {
        checks.extend([project::firmware(project), project::scenarios(project), project::drawing(project)]);
    }
    checks.push(project::reports());
    if let BrokerChoice::External(url) = &choice {
        checks.push(broker::external(url));
    }
    checks.push(broker::port(args.port));
    checks.push(boards::ports());
    checks.push(programs::rom(project.as_ref()));
    checks.extend(programs::all());
    checks.extend(project::own_firmware(extensions));
    checks.push(machine::colors(stdout().is_terminal(), env));
    checks.push(machine::partition(env));
    let ready = checks.iter().all(|c| c.state == State::Ok || !c.needed);
    let text = if args.json { as_json(&checks, ready) } else { as_text(&checks, ready) };
    crate::output::say(format_args!("{text}"));
    Ok(if ready { super::DONE } else { Exit::Bench })
}

fn as_json(checks: &[Check], ready: bool) -> String {
    let report = serde_json::json!({ "version": env!("CARGO_PKG_VERSION"), "ready": ready, "checks": checks });
    format!("{report:#}\n")
}

fn as_text(checks: &[Check], ready: bool) -> String {
    let theme = Theme::detect(stdout().is_terminal(), |name| std::env::var(name).ok());
    let mut text = format!("hil {}\n\n", env!("CARGO_PKG_VERSION"));
    for check in checks {
        text += &check.to_text(theme.has_color());
    }
    text += match ready {
        true => "\nall that `hil run` needs is there\n",
        false => "\n`hil run` needs what is marked with ! above\n",
    };
    text
}
