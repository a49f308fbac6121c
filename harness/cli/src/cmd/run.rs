//! `hil run`: runs scenarios.

pub(super) mod boards;
pub(super) mod broker;
pub(super) mod firmware;
pub(super) mod inputs;
mod listing;
pub(super) mod provision;
pub(super) mod reports;
mod serial;
pub(super) mod target;
mod unbuilt;
mod wokwi;

use std::time::{Duration, Instant};

use clap::builder::NonEmptyStringValueParser;
use hil_model::event::{FORMAT, RunEvent, RunInfo};
use hil_model::verdict::Exit;
use hil_project::Project;
use hil_report::{Reporter as _, add_boards, summarize};
use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, RunsOn};
use hil_scenario::plan::{self, PartitionArg};
use hil_targets::Target;

use super::error::Failure;
use super::interruption;
use super::project::{ProjectArgs, Said, nothing_to_run};
use super::selection::{Selection, scenario_paths};
use crate::Extensions;

/// Run scenarios
///
/// Without further options: on the best target that this machine can offer, each scenario with an embedded broker of its
/// own, reports in target/hil/.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil run                                       everything under scenarios/
  hil run scenarios/blink -k 'hour'             one folder, only ids or titles with \"hour\"
  hil run --broker mqtt://127.0.0.1:1883        the same through a broker of yours
  hil run --target mqtt --broker mqtt://lab:1883   against a device that is on that broker already
  hil run --target serial --port /dev/ttyUSB0 --broker mqtt://lab:1883   on a board
  hil run --target wokwi --broker mqtt://broker.example   on Wokwi, by wokwi-cli and a broker that both reach
  hil run --partition slice:1/3 --json 1.jsonl  a third of it, for `hil report merge`
  hil run --plant-fault 6                       see what a failure looks like

Exit codes: 0 passed, 1 failed, 2 wrong usage or invalid file, 3 bench error, 4 nothing ran, 130 interrupted.")]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,

    #[command(flatten)]
    project: ProjectArgs,

    #[command(flatten)]
    target: target::TargetArgs,

    #[command(flatten)]
    broker: broker::BrokerArgs,

    /// Scenarios at a time [default: as many as there are cores, four times that with --broker URL]
    ///
    /// `--target mqtt` and `--target serial` always run one at a time: their scenarios share the one device. `--target wokwi` does
    /// so by default: services limit how many simulations an account has.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,

    /// Try a failed scenario again up to N times; one that passes then is reported as flaky
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
    retries: u32,

    /// Stop after the first bad verdict
    #[arg(long)]
    fail_fast: bool,

    /// Run only a share of the scenarios: slice:M/N, hash:M/N, or auto (from the CI system's variables)
    #[arg(long, value_name = "SHARE", value_parser = NonEmptyStringValueParser::new())]
    partition: Option<String>,

    /// Print the scenarios' ids and titles, and run nothing
    #[arg(long, conflicts_with = "dry_run")]
    list: bool,

    /// Print what would be run, step by step, and what would be skipped and why; run nothing
    #[arg(long)]
    dry_run: bool,

    /// Seed of everything random (back-off jitter, the device's random numbers); the same seed gives the same run
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Wall time after which a scenario's steps are ended as a bench error, in seconds; its teardown runs then
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    wall_limit: u64,

    #[command(flatten)]
    files: reports::ReportFiles,
}

pub(super) fn run(args: Args, extensions: &Extensions) -> Result<Exit, Failure> {
    let mut project = args.project(extensions)?;
    if !args.list && !has_something_to_run(&project) {
        return Err(nothing_to_run(extensions));
    }
    let loaded = args.selection.load(&project)?;
    let all = args.selection.apply(loaded.clone())?;
    let ids: Vec<&str> = all.iter().map(|p| p.scenario.id.as_str()).collect();
    let partition = partition(args.partition.as_deref())?;
    let plan_hash = plan::plan_hash(&ids);
    let chosen: Vec<Planned> = match &partition {
        None => all.clone(),
        Some(partition) => plan::select(&ids, partition).into_iter().map(|i| all[i].clone()).collect(),
    };
    // Before anything is built or asked: which scenarios are meant is known.
    if all.is_empty() {
        if loaded.is_empty() {
            remark!("no scenario found (paths: {}); nothing was run", listing::paths(&scenario_paths(&project)?));
        } else {
            remark!("{}", args.selection.nothing_left(&loaded));
        }
        return Ok(Exit::NothingRan);
    }
    args.selection.unmatched(&loaded).iter().for_each(|unmatched| remark!("{unmatched}"));
    if args.list {
        return Ok(listing::list(&chosen));
    }
    let broker_args = args.broker.of_project(&project);
    let broker = broker_args.choice()?;
    let unbuilt = if args.dry_run { unbuilt::choose(&args.target, &mut project, extensions)? } else { None };
    let chosen_target = match unbuilt {
        Some(unbuilt) => unbuilt,
        None => args.target.choose(&broker, &project, extensions)?,
    };
    let target = chosen_target.runs_on.as_target();
    let jobs = args.jobs.map(usize::from).or_else(|| target?.default_jobs());
    // On one broker, devices that nobody tells topics of their own would get into each other's way.
    let shares_topics = matches!(broker, BrokerChoice::External(_)) && target.is_some_and(|it| !it.takes_topic_root());
    let jobs = jobs.or_else(|| shares_topics.then_some(1));
    let has_private_topics = target.is_some_and(Target::needs_private_topics);
    let options = RunOptions {
        jobs: jobs.unwrap_or_else(|| default_jobs(&broker)),
        runs_on: chosen_target.runs_on,
        retries: args.retries,
        fail_fast: args.fail_fast,
        wall_limit: Duration::from_secs(args.wall_limit),
        seed: args.seed,
        deaths: target::deaths(&project.settings),
        topic_root: broker_args.topic_root()?,
        run_id: if has_private_topics { private_run_id() } else { run_id() },
        broker,
        disturbance: None,
    };
    if args.dry_run {
        return Ok(listing::dry_run(&chosen, &options));
    }
    args.target.look_at_port(&project.settings)?;
    broker::reachable(&options.broker, probe(&options, &chosen).as_deref())?;

    let info = RunInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        format: FORMAT,
        target: options.runs_on.name().to_owned(),
        target_reason: chosen_target.reason,
        firmware: chosen_target.firmware,
        broker: options.broker.to_string(),
        seed: options.seed,
        options: args.repeat_options(),
        started_at: now(),
        plan: plan_hash,
        partition: partition.map(Into::into),
        plan_total: all.len(),
        total: chosen.len(),
    };
    let mut reports = args.files.open(inputs::guard(&project, &all))?;
    let cancel = Cancel::default();
    interruption::listen(&cancel, "then reports are written")?;
    let began = Instant::now();
    let mut written = reports.event(&RunEvent::RunStarted(info));
    let finished = hil_runner::run(&chosen, &options, &cancel, |event| {
        let result = reports.event(event);
        if written.is_ok() {
            written = result;
        }
    });
    let mut summary = summarize(&finished.scenarios, cancel.is_interrupted());
    summary.wall_time = began.elapsed();
    add_boards(&mut summary, finished.boards, finished.missing_boards);
    let exit = reports::exit_from(summary.exit_code);
    written = written.and(reports.event(&RunEvent::RunFinished(summary)));
    reports.close(written)?;
    Ok(exit)
}

impl Args {
    /// The project, with what the command line says.
    fn project(&self, extensions: &Extensions) -> Result<Project, Failure> {
        let mut said = Said::default();
        self.selection.say(&mut said);
        self.target.say(&mut said);
        self.broker.say(&mut said);
        self.project.load(said, extensions)
    }

    /// The arguments that matter to a single scenario, for the line that repeats it.
    fn repeat_options(&self) -> Vec<String> {
        let mut options = self.selection.repeat_options();
        options.extend(self.project.repeat_options());
        options.extend(self.target.repeat_options());
        options.extend(self.broker.repeat_options());
        options
    }
}

/// A topic of the run's own, to try whether the broker hands out what comes on it.
fn probe(options: &RunOptions, chosen: &[Planned]) -> Option<String> {
    let answers = hil_runner::answers_come_on(chosen);
    match (&options.runs_on, &options.topic_root) {
        (RunsOn::Target(target), None) if target.takes_topic_root() => {
            Some(format!("hil-{}/probe/{}", options.run_id, answers.as_deref().unwrap_or("probe")))
        }
        (_, root) => answers.map(|topic| format!("{}{topic}", root.as_deref().unwrap_or_default())),
    }
}

/// One a core; more where scenarios mostly wait for a broker.
pub(super) fn default_jobs(broker: &BrokerChoice) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    match broker {
        BrokerChoice::Embedded => cores,
        BrokerChoice::External(_) => 4 * cores,
    }
}

/// Whether anything says what the run is about.
fn has_something_to_run(project: &Project) -> bool {
    let hil_project::Settings { target, firmware, native, .. } = &project.settings;
    target.is_some() || firmware.is_some() || native.is_some()
}

/// The present time as reports have it: RFC 3339, UTC, whole seconds.
pub(super) fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Four hexadecimal digits that tell this run from others on the same broker.
pub(super) fn run_id() -> String {
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
    format!("{:04x}", (nanos >> 8 ^ std::process::id()) & 0xFFFF)
}

/// Eight random hexadecimal digits: on a public broker there are other runs, and the curious. (More would not leave room for the
/// longest payloads in the firmware's packets of 256 bytes.)
fn private_run_id() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    format!("{:08x}", RandomState::new().hash_one(std::process::id()) & 0xFFFF_FFFF)
}

fn partition(text: Option<&str>) -> Result<Option<plan::Partition>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let wrong = |e: plan::PartitionError| Failure::usage(format!("--partition: {e}"));
    match text.parse::<PartitionArg>().map_err(wrong)? {
        PartitionArg::Share(partition) => Ok(Some(partition)),
        PartitionArg::Auto => {
            let detected = plan::detect(|name| std::env::var(name).ok()).map_err(wrong)?;
            remark!("partition {detected}");
            detected.acknowledge().map_err(|e| Failure::io("the shard's status file cannot be written", &e))?;
            Ok(Some(detected.partition))
        }
    }
}
