//! `hil init`: a first scenario file.

mod devices;
mod expectation;
mod listen;
mod project;
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
/// The scenario, with a broker (--broker, or that of the project file): for a device that is on it already. Listens for a moment to
/// retained and live messages, finds the device, and writes what it does again and again: what the broker keeps, how often messages come,
/// constant payloads exactly, members of JSON by value or by type, counters and times as such. What looks like a secret is left out.
/// If there are several devices, they are listed. Nothing is published.
///
/// Without a broker: one that every device must pass, with more to uncomment.
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
  hil init --broker mqtt://lab:1883   finds the device there, in scenarios/first.yaml
  hil init --broker mqtt://lab:1883 --topic 'shelly/#' --topic 'tele/#' --seconds 60

Exit codes: 0 written; 2 wrong usage, the file exists, or there are several devices to choose from; 3 the broker cannot be reached, or
nothing came.")]
pub(super) struct Args {
    #[command(flatten)]
    broker: BrokerArgs,

    /// Topic filter of the device; may be given several times [default: all that the broker lets hil read, if it is of one device]
    #[arg(long, value_name = "FILTER", value_parser = NonEmptyStringValueParser::new())]
    topic: Vec<String>,

    /// How long to listen, in seconds; at least three times the longest period of the device
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=3600))]
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
    let mut said = Said::default();
    args.broker.say(&mut said);
    let project = ProjectArgs::default().load(said, extensions)?;
    let broker = args.broker.of_project(&project);
    let (text, then) = match broker.choice()? {
        BrokerChoice::Embedded => {
            let run = format!("hil run {}", shell(&args.output.to_string_lossy()));
            (template::first(&schema, demo(extensions)), vec!["hil config".to_owned(), run])
        }
        BrokerChoice::External(url) => from_broker(args, &broker, &url, &schema)?,
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

/// All that a broker lets a client read, but `$SYS`.
const ALL: &str = "#";

fn from_broker(
    args: &Args,
    broker: &BrokerArgs,
    url: &BrokerUrl,
    schema: &str,
) -> Result<(String, Vec<String>), Failure> {
    let root = broker.topic_root()?.unwrap_or_default();
    let time = Duration::from_secs(args.seconds.into());
    let asked = if args.topic.is_empty() { vec![ALL.to_owned()] } else { args.topic.clone() };
    remark!("listening to {} on {url} for {} s", asked.join(", "), args.seconds);
    let seen = listen::listen(url, &root, &asked, time)?;
    if seen.is_empty() {
        let topics = asked.iter().map(|t| format!("{root}{t}")).collect::<Vec<_>>().join(", ");
        return Err(bench(format!("no message on {topics} within {} s; nothing was written", args.seconds)).help(
            "is the device on and connected to this broker, and are these its topics? --topic '#' listens to all that the \
             broker lets you read, --seconds 60 waits for one that reports once a minute",
        ));
    }
    say!("{}", seen.summary());
    let (seen, filters) = if args.topic.is_empty() { the_device(seen, args, url)? } else { (seen, asked) };
    let origin =
        template::Origin { filters: &filters, seconds: args.seconds, schema, password: url.password.as_deref() };
    let without_password = BrokerUrl { password: None, ..url.clone() }.to_string();
    let with_root = if root.is_empty() { String::new() } else { format!(" --topic-root {}", shell(&root)) };
    let file = shell(&args.output.to_string_lossy());
    let run = format!("hil run --target mqtt --broker {}{with_root} {file}", shell(&without_password));
    Ok((template::scenario(&seen, &origin), vec![format!("hil check {file}"), run]))
}

/// What was seen of the only device, and topic filters for it. Several are listed: nobody but the user knows which.
fn the_device(seen: seen::Seen, args: &Args, url: &BrokerUrl) -> Result<(seen::Seen, Vec<String>), Failure> {
    let found = devices::devices(&seen);
    let mut each = found.values();
    match (each.next(), each.next()) {
        (Some(device), None) => {
            let filters = device.filters();
            say!("one device: {} ({})", filters.join(", "), device.describe(&seen));
            let topics = device.topics.clone();
            Ok((seen.only(&topics), filters))
        }
        (None, _) => Ok((seen, vec![ALL.to_owned()])),
        (Some(first), Some(_)) => {
            let options = |device: &devices::Found| {
                device.filters().iter().map(|filter| format!("--topic {}", shell(filter))).collect::<Vec<_>>().join(" ")
            };
            let width = found.values().map(|device| options(device).chars().count()).max().unwrap_or_default();
            for device in found.values() {
                say!("  {:<width$}  {}", options(device), device.describe(&seen));
            }
            let without_password = BrokerUrl { password: None, ..url.clone() }.to_string();
            let again = format!("hil init --broker {} {}", shell(&without_password), options(first));
            let seconds = if args.seconds == 10 { String::new() } else { format!(" --seconds {}", args.seconds) };
            Err(Failure::usage(format!("{} devices: which is yours? Nothing was written", found.len()))
                .help(format!("name its topics, such as: {again}{seconds}")))
        }
    }
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
