//! `hil init`: a first scenario file.

mod expectation;
mod listen;
mod project;
mod secrets;
mod seen;
mod template;
mod yaml;

use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use hil_model::verdict::Exit;
use hil_runner::BrokerChoice;
use hil_scenario::Loader;
use hil_targets::broker::BrokerUrl;

use super::error::Failure;
use super::project::{ProjectArgs, Said};
use super::run::broker::BrokerArgs;
use super::up::shell;
use crate::{Demo, Extensions};

/// Where `hil schema` is kept, as its help says.
const SCHEMA: &str = "docs/scenario.schema.json";

/// Write a first project file and a first scenario
///
/// The project file, hil.toml, is written from what lies here: Cargo.toml, sdkconfig, platformio.ini, an Arduino sketch,
/// wokwi.toml, diagram.json. What was found and what could not be known is said, here and in the file. One that is there, here or
/// above, stays as it is.
///
/// The scenario, with --broker: for a device that is on that broker already. Listens for a moment to retained and live messages, and
/// writes an expectation for each topic: constant payloads exactly, JSON by its constant members, numbers and what varies
/// as a regular expression. What looks like a secret is left out. Nothing is published.
///
/// Without --broker: one that every device must pass, with more to uncomment.
#[derive(clap::Args)]
#[command(
    mut_arg("broker", |arg| arg
        .help("The broker that the device is on: mqtt://[user@]host[:port], mqtts://, ws://host:port/path, wss:// [default: none: the scenario says what every device must do]")
        .long_help("The broker that the device is on: mqtt://[user@]host[:port], mqtts://, ws://host:port/path, wss://. Without it, \
the scenario says what every device must do.\n\nThe password is read from HIL_BROKER_PASSWORD, so that it stands in no process list.")
        .hide_default_value(true)),
    mut_arg("topic_root", |arg| arg.help("Taken off every topic in the file, such as `lab/3/`; give it to `hil run`, too")),
    after_help = "\
Examples:
  hil init                            hil.toml from what lies here, and scenarios/first.yaml
  hil init --broker mqtt://lab:1883   what is under stat/# there, in scenarios/first.yaml
  hil init --broker mqtt://lab:1883 --topic 'shelly/#' --topic 'tele/#' --seconds 30

Exit codes: 0 written, 2 wrong usage or the file exists, 3 the broker cannot be reached, or nothing came.")]
pub(super) struct Args {
    #[command(flatten)]
    broker: BrokerArgs,

    /// Topic filter to listen to; may be given several times
    #[arg(long, value_name = "FILTER", default_value = "stat/#", value_parser = NonEmptyStringValueParser::new())]
    topic: Vec<String>,

    /// How long to listen, in seconds
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=3600))]
    seconds: u16,

    /// The file to write
    #[arg(short, long, value_name = "FILE", default_value = "scenarios/first.yaml")]
    output: PathBuf,

    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, extensions: &Extensions) -> Result<Exit, Failure> {
    // Before anybody waits for it.
    check_output(&args.output, args.force)?;
    let schema = schema_path(&args.output);
    let (text, then) = match args.broker.choice()? {
        BrokerChoice::Embedded => {
            let run = format!("hil run {}", shell(&args.output.to_string_lossy()));
            (template::first(&schema, demo(extensions)), vec!["hil config".to_owned(), run])
        }
        BrokerChoice::External(url) => from_broker(args, &url, &schema)?,
    };
    if let Err(errors) = Loader::new().load_text(&args.output, text.as_str()) {
        crate::output::remark(format_args!("{}", errors.render(super::color_on_stderr())));
        return Err(Failure::usage("the scenario that was made is wrong, and was not written")
            .help("this is a fault of hil: please report it, with the topics and payloads that the device sends"));
    }
    write(&args.output, args.force, &text)?;
    project::write_if_none()?;
    say!("wrote {}", args.output.display());
    say!("then:");
    for command in then {
        say!("  {command}");
    }
    if !Path::new(SCHEMA).exists() {
        say!("  mkdir -p docs && hil schema > {SCHEMA}   # editors then complete the keys");
    }
    Ok(super::DONE)
}

fn from_broker(args: &Args, url: &BrokerUrl, schema: &str) -> Result<(String, Vec<String>), Failure> {
    let root = args.broker.topic_root()?.unwrap_or_default();
    let time = Duration::from_secs(args.seconds.into());
    remark!("listening to {} on {url} for {} s", args.topic.join(", "), args.seconds);
    let seen = listen::listen(url, &root, &args.topic, time)?;
    if seen.is_empty() {
        let topics = args.topic.iter().map(|t| format!("{root}{t}")).collect::<Vec<_>>().join(", ");
        return Err(bench(format!("no message on {topics} within {} s; nothing was written", args.seconds)).help(
            "is the device on and connected to this broker, and are these its topics? --topic '#' listens to all that the \
             broker lets you read, --seconds 60 waits for one that reports once a minute",
        ));
    }
    say!("{}", seen.summary());
    let origin =
        template::Origin { filters: &args.topic, seconds: args.seconds, schema, password: url.password.as_deref() };
    let without_password = BrokerUrl { password: None, ..url.clone() }.to_string();
    let with_root = if root.is_empty() { String::new() } else { format!(" --topic-root {}", shell(&root)) };
    let file = shell(&args.output.to_string_lossy());
    let run = format!("hil run --target mqtt --broker {}{with_root} {file}", shell(&without_password));
    Ok((template::scenario(&seen, &origin), vec![format!("hil check {file}"), run]))
}

/// What the program shows, if the project here is about that.
fn demo(extensions: &Extensions) -> Option<Demo> {
    let project = ProjectArgs::default().read(Said::default(), extensions).ok()?;
    extensions.demo_of(project.settings.native.as_ref().map(|it| it.value.as_str()))
}

/// Refuses what `hil run` would not find or what must not be lost.
fn check_output(path: &Path, force: bool) -> Result<(), Failure> {
    let shown = path.display();
    let is_yaml = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
    if !is_yaml {
        return Err(Failure::usage(format!("{shown} does not end in .yaml"))
            .help("`hil run` looks for *.yaml and *.yml in folders"));
    }
    if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('_')) {
        return Err(Failure::usage(format!("the name of {shown} begins with `_`"))
            .help("such files are for `include` only: name it otherwise"));
    }
    if path.is_dir() {
        return Err(Failure::usage(format!("{shown} is a folder")).help("name a file in it"));
    }
    if !force && path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    Ok(())
}

fn exists(path: &Path) -> Failure {
    Failure::usage(format!("{} exists already", path.display()))
        .help("name another file with --output, or overwrite this one with --force")
}

fn write(path: &Path, force: bool, text: &str) -> Result<(), Failure> {
    let failed = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::AlreadyExists => exists(path),
        _ => Failure::io(format_args!("cannot write {}", path.display()), &e).help("name another file with --output"),
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = std::fs::File::options();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    options.open(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
}

/// The schema as seen from the scenario's folder.
fn schema_path(output: &Path) -> String {
    let folder = output.parent().unwrap_or_else(|| Path::new(""));
    let is_below = folder.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    if is_below {
        let levels = folder.components().filter(|c| matches!(c, Component::Normal(_))).count();
        return format!("{}{SCHEMA}", "../".repeat(levels));
    }
    let here = std::env::current_dir().unwrap_or_default();
    here.join(SCHEMA).display().to_string()
}

/// A failure of the bench that no error stands behind.
fn bench(text: String) -> Failure {
    Failure::bench(&*Box::<dyn std::error::Error>::from(text))
}
