//! `hil fuzz`: looks for what nobody wrote a scenario for.

mod findings;
mod live;
mod regressions;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use harness::fuzz::campaign::{self, Limit, NotReady, Settings, Told};
use harness::fuzz::case::{Cases, Tier};
use harness::fuzz::device::{DEFAULT_PATH, DeviceDescription};
use harness::fuzz::finding::{DEFAULT_FOLDER, can_write};
use harness::runner::{BrokerChoice, Cancel, RunOptions, RunsOn};
use harness::scenario::parse_duration;
use harness::time::display;
use harness::verdict::Exit;

use self::findings::Findings;
use self::live::Live;
use super::error::Failure;
use super::run::{broker, run_id, target};

/// How long a campaign lasts if nothing is said.
const DEFAULT_TIME: Duration = Duration::from_secs(60);
/// Commands a second that a device which is not simulated is given if nothing is said.
const DEFAULT_RATE: f64 = 10.0;
/// Wall time after which a case is given up.
const WALL_LIMIT: Duration = Duration::from_secs(600);

/// Look for faults that nobody wrote a scenario for
///
/// From a description of the device (what it understands, what it reports), cases are made: right, malformed and hostile
/// commands (tier 1), and commands among reconnects, power cuts and networks that are down (tier 2). Each is a scenario. What
/// fails is shrunk and written as a scenario file, and is run first the next time.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil fuzz                                      the firmware, for a minute
  hil fuzz --target native --time 10min --jobs 2
  hil fuzz --execs 500 --seed 7                 the same 500 cases each time
  hil fuzz --plant-fault 3                      see what a finding looks like
  hil fuzz --target mqtt --broker mqtt://127.0.0.1:1883 --device my.device.yaml
  hil run scenarios/regressions                 what was found, as scenarios

Exit codes: 0 nothing found, 1 findings, 2 wrong usage or invalid file, 3 bench error, 4 nothing ran, 130 interrupted.")]
pub(super) struct Args {
    #[command(flatten)]
    target: target::TargetArgs,

    #[command(flatten)]
    broker: broker::BrokerArgs,

    /// How cases are made: 1 commands one by one, 2 commands among all that happens to devices, 3 guided by coverage
    /// (simulator only)
    #[arg(long, value_name = "N,..", value_delimiter = ',', default_value = "1,2",
          value_parser = clap::value_parser!(u8).range(1..=3))]
    tier: Vec<u8>,

    /// End after this wall time, such as 30s or 10min [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "execs")]
    time: Option<Duration>,

    /// End after so many cases
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    execs: Option<u64>,

    /// The same seed makes the same cases
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Cases at a time [default: as many as there are cores]; devices that are not simulated always have one
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,

    /// The description of the device
    #[arg(long, value_name = "FILE", default_value = DEFAULT_PATH)]
    device: PathBuf,

    /// Where findings are written; what is there is run first
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    regressions: PathBuf,

    /// Where tier 3 keeps the inputs that reach new code
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,

    /// Commands a second at most, on average [default: 10 with --target mqtt and serial, else unlimited]
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,

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

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let tiers = args.tiers()?;
    let device = args.description()?;
    let broker = args.broker.choice()?;
    args.allowed(&broker)?;
    let chosen = args.target.choose(&broker)?;
    if chosen.runs_on.name() == "wokwi" {
        return Err(Failure::usage(
            "hil fuzz does not run in Wokwi: each case would take a simulation of somebody's quota",
        )
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
        topic_root: args.broker.topic_root()?,
        run_id: run_id(),
        broker,
    };
    let unwritable = |e: std::io::Error| {
        Failure::io(format_args!("findings cannot be written to {}", args.regressions.display()), &e)
            .help("name a folder with --regressions DIR; nothing was run")
    };
    can_write(&args.regressions).map_err(unwritable)?;
    broker::reachable(&options.broker)?;

    let limit = match args.execs {
        Some(count) => Limit::Executions(count),
        None => Limit::Time(args.time.unwrap_or(DEFAULT_TIME)),
    };
    let is_real = is_real(&options.runs_on);
    let settings = Settings { limit, jobs, rate: args.rate.or(is_real.then_some(DEFAULT_RATE)) };
    println!(
        "fuzzing {} on {} ({}), broker {}, seed {}, {}, {jobs} {}",
        device.name,
        options.runs_on.name(),
        chosen.reason,
        options.broker,
        args.seed,
        match limit {
            Limit::Time(time) => format!("for {}", display(time)),
            Limit::Executions(count) => format!("{count} cases"),
        },
        if jobs == 1 { "job" } else { "jobs" },
    );
    let cancel = Cancel::default();
    on_ctrl_c(&cancel)?;
    let failing = regressions::replay(&args.regressions, &RunOptions { jobs, ..options.clone() }, &cancel)?;
    let target = options.runs_on.name();
    let broker_name = options.broker.to_string();
    let cases = Cases::new(Arc::new(device), options, &tiers, args.seed);
    campaign::check(&cases, &cancel).map_err(|e| not_ready(e, args))?;

    let mut findings = Findings::new(&args.regressions, args.seed, target);
    let mut live = Live::new();
    let ended = campaign::run(&cases, settings, &cancel, |told| match told {
        Told::Finding(finding) => {
            live.aside(|| findings.add(&finding, &args.again(target, &broker_name, finding.case)))
        }
        Told::Bench { case, reason } => live.aside(|| eprintln!("case {case} says nothing about the device: {reason}")),
        Told::Statistics(statistics) => live.show(&statistics),
    });
    live.end();
    println!("{}", ended.statistics);
    let is_interrupted = cancel.is_interrupted();
    if let Some(reason) = ended.error {
        let failure = Failure::of_bench(format!("the campaign could not go on: {reason}"));
        return Err(
            failure.help("is the device still on the broker, and the broker still there? What was found is written")
        );
    }
    if let Some(failure) = findings.failure() {
        return Err(failure);
    }
    Ok(match (is_interrupted, failing + findings.count(), ended.statistics.cases()) {
        (true, ..) => Exit::Interrupted,
        (_, 1.., _) => Exit::Failed,
        (_, 0, 0) => Exit::NothingRan,
        _ => Exit::Passed,
    })
}

impl Args {
    fn tiers(&self) -> Result<Vec<Tier>, Failure> {
        if self.tier.contains(&3) {
            return Err(Failure::usage("tier 3 is not there yet: cases guided by coverage, on the simulator")
                .help("tiers 1 and 2 run on every target: hil fuzz --tier 1,2"));
        }
        if self.corpus.is_some() {
            return Err(Failure::usage("--corpus is for tier 3: tiers 1 and 2 make their cases from the seed"));
        }
        let tier = |(number, tier)| self.tier.contains(&number).then_some(tier);
        Ok([(1, Tier::Properties), (2, Tier::Sequences)].into_iter().filter_map(tier).collect())
    }

    fn description(&self) -> Result<DeviceDescription, Failure> {
        if !self.device.exists() {
            return Err(Failure::usage(format!("there is no {}", self.device.display()))
                .help("describe your device in a file (docs/fuzz.md), and name it with --device FILE"));
        }
        DeviceDescription::load(&self.device).map_err(|errors| {
            eprint!("{}", errors.render(super::color_on_stderr()));
            Failure::usage(format!("{} is wrong; nothing was run", self.device.display()))
        })
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
    fn again(&self, target: &str, broker: &str, case: u64) -> String {
        let tiers: Vec<String> = self.tier.iter().map(u8::to_string).collect();
        let mut line =
            format!("hil fuzz --target {target} --tier {} --seed {} --execs {}", tiers.join(","), self.seed, case + 1);
        for option in self.target.repeat_options().into_iter().chain(self.broker.repeat_options()) {
            line += &format!(" {option}");
        }
        if broker != "embedded" {
            line += &format!(" --broker {broker}");
        }
        if self.device != std::path::Path::new(DEFAULT_PATH) {
            line += &format!(" --device {}", self.device.display());
        }
        line
    }
}

/// Whether it is more than a process of ours.
fn is_real(runs_on: &RunsOn) -> bool {
    match runs_on {
        RunsOn::Target(target) => target.devices().is_some(),
        RunsOn::Boards { .. } => true,
    }
}

fn not_ready(error: NotReady, args: &Args) -> Failure {
    match error {
        NotReady::Bench(reason) => Failure::of_bench(reason).help("nothing was run"),
        NotReady::Device(failed) => {
            let failure = failed.failure;
            let actual = failure.actual.map_or_else(String::new, |actual| format!(" ({actual})"));
            let text =
                format!("the device does not come to its start: {}: {}{actual}", failure.step_title, failure.title);
            Failure::of_bench(text).help(format!(
                "is the device on the broker, and is it the one that {} describes? Nothing was run",
                args.device.display()
            ))
        }
    }
}

/// The first Ctrl-C ends the campaign with what it has found, the second one at once.
fn on_ctrl_c(cancel: &Cancel) -> Result<(), Failure> {
    let cancel = cancel.clone();
    ctrlc::set_handler(move || {
        if cancel.is_interrupted() {
            std::process::exit(Exit::Interrupted as i32);
        }
        eprintln!("interrupted: what was found is being written (Ctrl-C again to end at once)");
        cancel.interrupt();
    })
    .map_err(|e| Failure::usage(format!("Ctrl-C cannot be heard: {e}")))
}
