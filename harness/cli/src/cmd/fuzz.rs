//! `hil fuzz`: looks for what nobody wrote a scenario for.

mod coverage;
mod findings;
mod found;
mod leaks;
mod learn;
mod regressions;
mod replay;
mod report;
mod tiers;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hil_fuzz::campaign::{self, Limit, NotReady, Settings, Told};
use hil_fuzz::case::Cases;
use hil_fuzz::device::{DEFAULT_PATH, DeviceDescription};
use hil_fuzz::regression::{DEFAULT_FOLDER, can_write};
use hil_model::event::{CampaignSummary, FirmwareInfo, RunInfo};
use hil_model::time::display;
use hil_model::verdict::Exit;
use hil_project::Project;
use hil_runner::{BrokerChoice, Cancel, RunOptions, RunsOn};
use hil_scenario::parse_duration;
use hil_scenario::plan::plan_hash;
use hil_targets::Target;
use simulator::cpu::HAS_COMPILER;

use self::coverage::Coverage;
use self::findings::Findings;
use self::report::Report;
use self::tiers::Tiers;
use super::error::Failure;
use super::interruption;
use super::live::Live;
use super::project::{ProjectArgs, Said};
use super::run::{broker, inputs, now, run_id, target};
use super::up::shell;
use crate::Extensions;

/// How long a campaign lasts if nothing is said.
const DEFAULT_TIME: Duration = Duration::from_secs(60);
/// Commands a second that a device which is not simulated is given if nothing is said.
const DEFAULT_RATE: f64 = 10.0;
/// Wall time after which a case is given up.
const WALL_LIMIT: Duration = Duration::from_secs(600);

/// What tier 3 says where the feature `machine-code` is off.
const WITHOUT_COMPILER: &str = "tier 3 is three times slower than it can be, because this hil has no compiler of machine \
code: `cargo hil-full fuzz` has it, and so has an installed hil (docs/building.md)";

/// Look for faults that nobody wrote a scenario for
///
/// From a description of the device (what it understands, what it reports), cases are made: right, malformed and hostile
/// commands (tier 1), and commands among reconnects, power cuts and networks that are down (tier 2). Each is a scenario. On
/// the simulator, inputs are also guided by what the chip's binary executes (tier 3): panics, memory faults, hangs. What fails
/// is shrunk and written as a scenario file, and is run first the next time.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil fuzz                                      the firmware, for a minute
  hil fuzz --target native --time 10min --jobs 2
  hil fuzz --execs 500 --seed 7                 the same 500 cases each time
  hil fuzz --plant-fault 3                      see what a finding looks like
  hil fuzz --tier 3 --time 10min                the chip's binary, guided by its coverage, on the simulator
  hil fuzz --tier all --time 10min              five minutes of tiers 1 and 2, then five of tier 3
  hil fuzz --tier 3 --replay FILE.input.json    what an input that no scenario can say does
  hil fuzz --target mqtt --broker mqtt://127.0.0.1:1883 --device my.device.yaml
  hil fuzz --learn --broker mqtt://127.0.0.1:1883 --topics 'home/thermo/1/#' -o thermo.device.yaml
  hil run scenarios/regressions                 what was found, as scenarios

Exit codes: 0 nothing found, 1 findings, 2 wrong usage or invalid file, 3 bench error (also what cannot be written), 4 nothing ran, 130 interrupted.")]
pub(super) struct Args {
    #[command(flatten)]
    project: ProjectArgs,

    #[command(flatten)]
    target: target::TargetArgs,

    #[command(flatten)]
    broker: broker::BrokerArgs,

    /// How cases are made: 1 commands one by one, 2 commands among all that happens to devices, 3 guided by coverage
    /// (simulator only), all
    ///
    /// Tiers 1 and 2 run first, mixed, then tier 3. --time is shared by halves between them; --execs is for each.
    #[arg(long, value_name = "N,..", default_value = "1,2", value_parser = Tiers::parse)]
    tier: Tiers,

    /// End after this wall time, such as 30s or 10min [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "execs")]
    time: Option<Duration>,

    /// End after so many cases; tier 3: executions
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    execs: Option<u64>,

    /// End after so many findings too
    #[arg(long, value_name = "N")]
    max_findings: Option<NonZeroUsize>,

    /// The same seed makes the same cases; tier 3: with --jobs 1 and the same corpus the same inputs
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Cases at a time [default: as many as there are cores]; devices that are not simulated always have one
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,

    /// The description of the device [default: what the project file says, else device.yaml]
    #[arg(long, value_name = "FILE")]
    device: Option<PathBuf>,

    /// Where findings are written; what is there is run first
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    regressions: PathBuf,

    /// Where tier 3 keeps the inputs that reach new code, and begins again the next time [default: target/hil/corpus/NAME of
    /// the device]
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,

    /// Only show what an input of tier 3 does: one that was found (NAME.input.json), or one of a corpus
    #[arg(long, value_name = "FILE", conflicts_with_all = ["time", "execs", "corpus"])]
    replay: Option<PathBuf>,

    /// Commands a second at most, on average [default: 10 with --target mqtt and serial, else unlimited]
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,

    #[command(flatten)]
    reports: report::ReportFiles,

    #[command(flatten)]
    learn: learn::LearnArgs,

    /// The device at this broker is yours to be disturbed: needed if the broker is not on this machine
    #[arg(long)]
    i_own_this_device: bool,
}

fn time(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(Duration::ZERO) => Err("more than 0 is expected".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; write it as 30s or 10min")),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate >= 0.001);
    rate.ok_or_else(|| "a number of commands a second is expected, at least 0.001".to_owned())
}

pub(super) fn run(args: &Args, extensions: &Extensions) -> Result<Exit, Failure> {
    args.is_for_its_tiers()?;
    let project = args.project(extensions)?;
    let broker_args = args.broker.of_project(&project);
    let broker = broker_args.choice()?;
    if args.learn.is_asked() {
        return args.learn.run(&broker, &broker_args.topic_root()?.unwrap_or_default(), args.time);
    }
    let described_by = described_by(&project);
    let device = description(&described_by, extensions)?;
    args.allowed(&broker)?;
    let chosen = if args.tier.coverage {
        args.target.choose_simulator("tier 3", &project, extensions)?
    } else {
        args.target.choose(&broker, &project, extensions)?
    };
    if let (Some(file), Some(image)) = (&args.replay, &chosen.image) {
        return replay::show(image, file, args.seed, &chosen.reason);
    }
    if let Some(taken) = chosen.runs_on.as_target().and_then(Target::quota) {
        return Err(Failure::usage(format!(
            "hil fuzz does not run on target {}: each case would take {taken} of somebody's quota",
            chosen.runs_on.name()
        ))
        .help("the simulator of hil runs the same binary: --target sim"));
    }
    let jobs = args.jobs(&chosen.runs_on);
    let options = RunOptions {
        runs_on: chosen.runs_on,
        jobs: 1,
        retries: 0,
        fail_fast: false,
        wall_limit: WALL_LIMIT,
        // As `hil run` has it, so that a finding fails there too.
        seed: 0,
        deaths: super::run::target::deaths(&project.settings),
        topic_root: broker_args.topic_root()?,
        run_id: run_id(),
        broker,
        disturbance: None,
    };
    let unwritable = |e: std::io::Error| {
        Failure::io(format_args!("findings cannot be written to {}", args.regressions.display()), &e)
            .help("name a folder with --regressions DIR; nothing was run")
    };
    can_write(&args.regressions).map_err(unwritable)?;
    let corpus = args.corpus.clone().unwrap_or_else(|| coverage::default_corpus(&device));
    if args.tier.coverage {
        can_write(&corpus).map_err(|e| {
            Failure::io(format_args!("inputs cannot be written to {}", corpus.display()), &e)
                .help("name another folder with --corpus DIR; nothing was run")
        })?;
    }
    broker::reachable(&options.broker, None)?;

    // Before anything is printed: one of them may have standard output for itself.
    let mut guard = inputs::guard(&project, &[]);
    guard.input("the device's description", &described_by);
    let reports = args.reports.open(guard)?;
    let limit = match args.execs {
        Some(count) => Limit::Executions(count),
        None => Limit::Time(args.time.unwrap_or(DEFAULT_TIME)),
    };
    let share = args.tier.share(limit);
    let is_real = is_real(&options.runs_on);
    let settings = Settings {
        limit: share,
        jobs,
        rate: args.rate.or(is_real.then_some(DEFAULT_RATE)),
        max_findings: args.max_findings,
    };
    say!(
        "fuzzing {} on {} ({}), broker {}, seed {}, {}, {jobs} {}",
        device.name,
        options.runs_on.name(),
        chosen.reason,
        options.broker,
        args.seed,
        match limit {
            Limit::Time(time) if args.tier.has_both() => format!("for {}, half of it for tier 3", display(time)),
            Limit::Time(time) => format!("for {}", display(time)),
            Limit::Executions(count) if args.tier.has_both() => format!("{count} cases and {count} executions"),
            Limit::Executions(count) if args.tier.coverage => format!("{count} executions"),
            Limit::Executions(count) => format!("{count} cases"),
        },
        if jobs == 1 { "job" } else { "jobs" },
    );
    if args.tier.coverage && !HAS_COMPILER {
        say!("{WITHOUT_COMPILER}");
    }
    let target = options.runs_on.name();
    let report = Report::new(reports, args.run_info(&options, &chosen.reason, chosen.firmware));
    let shown_by = args.shown_by(target, &options.broker);
    let mut findings = Findings::new(&args.regressions, args.seed, target, report);
    let cancel = Cancel::default();
    interruption::listen(&cancel, "then what was found is written")?;
    let image = chosen.image;
    let mut coverage = image.clone().filter(|_| args.tier.coverage).map(|image| Coverage {
        image,
        device: &device,
        options: &options,
        cancel: &cancel,
        corpus,
        seed: args.seed,
        jobs,
        limit: share,
        max_findings: args.max_findings.map(NonZeroUsize::get),
        run_options: args.target_options(),
        fuzz_options: args.target_options() + &args.device_option(),
        known: BTreeMap::new(),
    });
    coverage.as_ref().map_or(Ok(()), Coverage::check)?;
    let known = RunOptions { jobs, ..options.clone() };
    let mut failing = regressions::replay(&args.regressions, &known, &cancel, &mut findings.report)?;
    if let Some(coverage) = &mut coverage {
        failing += coverage.look_at_known(&args.regressions, &mut findings.report)?;
    }
    let broker_name = options.broker.to_string();
    let cases = Cases::new(Arc::new(device.clone()), options.clone(), args.tier.cases_or_first(), args.seed);
    campaign::check(&cases, &cancel).map_err(|e| not_ready(e, &described_by))?;

    let unmodelled: Vec<&str> = cases.unmodelled_at_start().collect();
    if !unmodelled.is_empty() {
        say!("the simulator does not model what the device uses at its start, and no finding is made of it:");
        unmodelled.iter().for_each(|what| say!("  {what}"));
    }
    if let Some(image) = &image {
        leaks::find(image, &device, (args.seed, &args.target_options()), &cancel, &mut findings);
    }
    let mut summary = args.summary(&device.name);
    let mut ran = 0;
    if !args.tier.cases.is_empty() {
        let mut live = Live::new();
        let ended = campaign::run(&cases, settings, &cancel, |told| match told {
            Told::Finding(finding) => live.aside(|| {
                findings.add(&finding, &args.again(target, &broker_name, &described_by, finding.case), &shown_by)
            }),
            Told::Bench { case, reason } => {
                live.aside(|| remark!("case {case} says nothing about the device: {reason}"))
            }
            Told::Statistics(statistics) => live.show(&statistics),
        });
        live.end();
        say!("{}", ended.statistics);
        if cancel.is_ending() && !cancel.is_interrupted() {
            remark!("ended early: the device hangs, and cannot be stopped before hil ends");
        }
        ran += ended.statistics.cases();
        summary.cases = ended.statistics.cases();
        summary.commands = ended.statistics.commands;
        summary.bench_errors = ended.statistics.bench_errors;
        if let Some(reason) = ended.error {
            let failure = Failure::of_bench(format!("the campaign could not go on: {reason}"));
            return Err(failure
                .help("is the device still on the broker, and the broker still there? What was found is written"));
        }
    }
    let mut unsaved = None;
    if let Some(coverage) = coverage.filter(|_| !cancel.is_interrupted()) {
        let outcome = coverage.run(&mut findings)?;
        ran += outcome.statistics.executions;
        summary.executions = outcome.statistics.executions;
        unsaved = outcome.unsaved;
    }
    let exit = match (cancel.is_interrupted(), failing + findings.count(), ran) {
        (true, ..) => Exit::Interrupted,
        (_, 1.., _) => Exit::Failed,
        (_, 0, 0) => Exit::NothingRan,
        _ => Exit::Passed,
    };
    summary.findings = findings.count();
    let unwritten = findings.failure();
    let reported = findings.report.finish(summary, exit);
    let unsaved = unsaved.map(|(error, count)| {
        Failure::of_bench(format!("{count} inputs of the corpus are not saved: {error}"))
            .help("what was in the folder before is still there; make room, or name another folder with --corpus DIR")
    });
    let mut failures = [unwritten, unsaved, reported.err()].into_iter().flatten();
    let Some(first) = failures.next() else { return Ok(exit) };
    failures.for_each(|failure| failure.print());
    Err(first)
}

impl Args {
    /// Whether what is asked for is something that its tiers have.
    fn is_for_its_tiers(&self) -> Result<(), Failure> {
        if self.tier.coverage {
            return Ok(());
        }
        if self.corpus.is_some() {
            return Err(Failure::usage("--corpus is for tier 3: tiers 1 and 2 make their cases from the seed"));
        }
        if self.replay.is_some() {
            return Err(Failure::usage("--replay is for inputs of tier 3").help("scenarios are run by hil run FILE"));
        }
        Ok(())
    }

    /// The head of the reports. What repeats a finding by itself is `hil run`.
    fn run_info(&self, options: &RunOptions, reason: &str, firmware: Option<FirmwareInfo>) -> RunInfo {
        let folder = self.regressions.display().to_string();
        RunInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            format: hil_model::event::FORMAT,
            target: options.runs_on.name().to_owned(),
            target_reason: reason.to_owned(),
            firmware,
            broker: options.broker.to_string(),
            seed: options.seed,
            options: [
                vec![folder],
                self.project.repeat_options(),
                self.target.repeat_options(),
                self.broker.repeat_options(),
            ]
            .concat(),
            started_at: now(),
            plan: plan_hash::<&str>(&[]),
            partition: None,
            plan_total: 0,
            total: 0,
        }
    }

    /// What the campaign is, before it has done anything.
    fn summary(&self, device: &str) -> CampaignSummary {
        let mut tiers: Vec<u8> = self.tier.cases.iter().map(|tier| tier.number()).collect();
        tiers.extend(self.tier.coverage.then_some(3));
        CampaignSummary { device: device.to_owned(), tiers, seed: self.seed, ..CampaignSummary::default() }
    }

    /// The project, with what the command line says.
    fn project(&self, extensions: &Extensions) -> Result<Project, Failure> {
        let mut said = Said::default();
        self.target.say(&mut said);
        self.broker.say(&mut said);
        said.option("--device", self.device.clone(), |it| &mut it.fuzz_device);
        self.project.load(said, extensions)
    }

    /// Whoever owns a broker that is not on this machine has to be asked.
    fn allowed(&self, broker: &BrokerChoice) -> Result<(), Failure> {
        let BrokerChoice::External(url) = broker else { return Ok(()) };
        if self.i_own_this_device || url.is_loopback() {
            return Ok(());
        }
        Err(Failure::usage(format!("the broker {url} is not on this machine")).help(
            "fuzzing switches, floods and disturbs the device: if it is yours, and nobody depends on it, say so with \
             --i-own-this-device",
        ))
    }

    fn jobs(&self, runs_on: &RunsOn) -> usize {
        if is_real(runs_on) {
            return 1;
        }
        self.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
    }

    /// The command line that makes this case again.
    fn again(&self, target: &str, broker: &str, described_by: &Path, case: u64) -> String {
        let tiers = self.tier.cases_named();
        let mut line = format!("hil fuzz --target {target} --tier {tiers} --seed {} --execs {}", self.seed, case + 1);
        line += &self.target_options();
        line += &self.broker_options(broker);
        if self.i_own_this_device {
            line += " --i-own-this-device";
        }
        line + &format!(" --device {}", shell(&described_by.display().to_string()))
    }

    /// The command line that shows a scenario, but for its file.
    fn shown_by(&self, target: &str, broker: &BrokerChoice) -> String {
        format!("hil run --target {target}{}{}", self.target_options(), self.broker_options(&broker.to_string()))
    }

    fn broker_options(&self, broker: &str) -> String {
        let mut options: String = self.broker.repeat_options().iter().map(|option| format!(" {option}")).collect();
        if broker != "embedded" {
            // The password, if any, comes from the environment.
            options += &format!(" --broker {}", shell(&broker.replace(":***@", "@")));
        }
        options
    }

    /// What the device depends on: ` --firmware light.elf`.
    fn target_options(&self) -> String {
        let options = self.project.repeat_options().into_iter().chain(self.target.repeat_options());
        options.map(|option| format!(" {option}")).collect()
    }

    fn device_option(&self) -> String {
        self.device.as_ref().map_or_else(String::new, |device| format!(" --device {}", device.display()))
    }
}

/// The file that describes the project's device.
fn described_by(project: &Project) -> PathBuf {
    let named = project.settings.fuzz_device.as_ref().map(|device| device.value.clone());
    named.unwrap_or_else(|| project.folder.join(DEFAULT_PATH))
}

fn description(path: &Path, extensions: &Extensions) -> Result<DeviceDescription, Failure> {
    if !path.exists() {
        return Err(Failure::usage(format!("there is no {}", path.display()))
            .help("describe your device in a file (docs/fuzz.md), and name it with --device FILE"));
    }
    DeviceDescription::load(path, &extensions.models).map_err(|errors| {
        crate::output::remark(format_args!("{}", errors.render(super::color_on_stderr())));
        Failure::usage(format!("{} is wrong; nothing was run", path.display()))
    })
}

/// Whether it is more than a process of ours.
fn is_real(runs_on: &RunsOn) -> bool {
    match runs_on {
        RunsOn::Target(target) => target.devices().is_some(),
        RunsOn::Boards { .. } => true,
    }
}

fn not_ready(error: NotReady, described_by: &Path) -> Failure {
    match error {
        NotReady::Bench(reason) => Failure::of_bench(reason).help("nothing was run"),
        NotReady::Device(failed) => {
            let failure = failed.failure;
            let actual = failure.actual.map_or_else(String::new, |actual| format!(" ({actual})"));
            let text =
                format!("the device does not come to its start: {}: {}{actual}", failure.step_title, failure.title);
            Failure::of_bench(text).help(format!(
                "is the device on the broker, and is it the one that {} describes? Nothing was run",
                described_by.display()
            ))
        }
    }
}
