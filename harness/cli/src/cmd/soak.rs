//! `hil soak`: does a verdict depend on anything but the device?

mod busy;
mod device;
mod flip;
mod options;
mod report;
mod rounds;

use hil_fuzz::campaign::Limit;
use hil_model::event::{FORMAT, RunInfo};
use hil_model::time::display;
use hil_model::verdict::Exit;
use hil_project::Project;
use hil_runner::{BrokerChoice, Cancel, RunOptions};
use hil_scenario::plan::plan_hash;
use hil_targets::Target;

use self::device::Device;
use self::options::SoakArgs;
use self::report::Report;
use self::rounds::Rounds;
use super::error::Failure;
use super::interruption;
use super::project::{ProjectArgs, Said, nothing_to_run};
use super::run::{broker, default_jobs, inputs, now, reports, run_id, target};
use super::selection::Selection;
use crate::Extensions;

/// See whether verdicts depend on anything but the device
///
/// Each scenario is run once undisturbed: that is its reference. Then all are run again and again, each time among
/// disturbances that MQTT 5, TCP and operating systems allow: late, reordered and doubled messages, streams cut anywhere, a
/// slow host, starved processors. A verdict that is another one then has flipped: it cannot be relied on. Devices with planted
/// faults are run besides, for their scenarios must keep failing: a soak of what passes cannot see a verdict that turns green.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil soak                                      everything under scenarios/, for a minute
  hil soak --time 8h                            overnight
  hil soak --runs 10000 --target native         so many disturbed runs
  hil soak --seed 7 --round 12 -k '=blink/hour' what the twelfth round did to one scenario, again
  hil soak --broker mqtt://127.0.0.1:1883       through a broker of yours
  hil soak --disturb late --latest 20ms         how much lateness do these scenarios bear?
  hil soak --faults 3,6                         beside the device itself, with two of its planted faults

Exit codes: 0 no verdict flipped, 1 a verdict flipped, 2 wrong usage or invalid file, 3 bench error, 4 nothing ran, 130 interrupted.")]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,

    #[command(flatten)]
    project: ProjectArgs,

    #[command(flatten)]
    target: target::TargetArgs,

    #[command(flatten)]
    broker: broker::BrokerArgs,

    #[command(flatten)]
    soak: SoakArgs,

    #[command(flatten)]
    files: reports::ReportFiles,
}

/// Its reports have a folder of their own.
pub(super) fn with_report_files(command: clap::Command) -> clap::Command {
    let files = [
        ("junit", "target/hil/soak/report.xml"),
        ("json", "target/hil/soak/report.jsonl"),
        ("html", "target/hil/soak/report.html"),
    ];
    files.into_iter().fold(command, |command, (name, file)| command.mut_arg(name, |arg| arg.default_value(file)))
}

pub(super) fn run(args: &Args, extensions: &Extensions) -> Result<Exit, Failure> {
    let project = args.project(extensions)?;
    let hil_project::Settings { target, firmware, native, .. } = &project.settings;
    if target.is_none() && firmware.is_none() && native.is_none() {
        return Err(nothing_to_run(extensions));
    }
    let loaded = args.selection.load(&project)?;
    let plan = args.selection.apply(loaded.clone())?;
    if plan.is_empty() {
        remark!("{}", args.selection.nothing_left(&loaded));
        return Ok(Exit::NothingRan);
    }
    let broker_args = args.broker.of_project(&project);
    let broker = broker_args.choice()?;
    let chosen = args.target.choose(&broker, &project, extensions)?;
    let target = chosen.runs_on.as_target();
    if let Some(taken) = target.and_then(Target::quota) {
        return Err(Failure::usage(format!(
            "hil soak does not run on target {}: each run would take {taken} of somebody's quota",
            chosen.runs_on.name()
        ))
        .help("the simulator of hil runs the same binary: --target sim"));
    }
    let jobs = args.soak.jobs.map(usize::from).or_else(|| target?.default_jobs());
    let shares_topics = matches!(broker, BrokerChoice::External(_)) && target.is_some_and(|it| !it.takes_topic_root());
    let options = RunOptions {
        jobs: jobs.or_else(|| shares_topics.then_some(1)).unwrap_or_else(|| default_jobs(&broker)),
        runs_on: chosen.runs_on,
        retries: 0,
        fail_fast: false,
        wall_limit: args.soak.wall_limit(),
        // As `hil run` has it: the seed of a soak is that of its disturbances.
        seed: 0,
        deaths: target::deaths(&project.settings),
        topic_root: broker_args.topic_root()?,
        run_id: run_id(),
        broker,
        disturbance: None,
    };
    broker::reachable(&options.broker, None)?;
    let planted = args.planted(&chosen.faults, &options, &project, extensions)?;
    let files = args.files.begin(inputs::guard(&project, &plan))?;
    let info = args.run_info(&options, &chosen.reason, &plan);
    say!(
        "soak of {} scenarios on {} ({}), broker {}, seed {}, {}",
        plan.len(),
        options.runs_on.name(),
        chosen.reason,
        options.broker,
        args.soak.seed,
        args.soak.length(),
    );
    let cancel = Cancel::default();
    interruption::listen(&cancel, "the summary follows")?;
    let itself = Device::new(args.target.fault().map(str::to_owned), String::new(), options.clone(), plan.clone());
    let mut rounds = Rounds::new(itself, planted, &args.soak, &cancel, |flip, number| {
        flip.print(number, &args.again(flip, &options));
    });
    rounds.run()?;
    let outcome = rounds.outcome();
    outcome.print(args.soak.seed);
    let exit = outcome.exit(cancel.is_interrupted());
    let mut report = Report::new(files, info);
    outcome.entries(|flip| args.again(flip, &options)).into_iter().for_each(|entry| report.add(entry));
    report.finish(outcome.took, exit)?;
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

    /// The devices with planted faults: those that are named, else all that there are.
    fn planted(
        &self,
        faults: &[hil_targets::provision::Fault],
        options: &RunOptions,
        project: &Project,
        extensions: &Extensions,
    ) -> Result<Vec<Device>, Failure> {
        let names = self.soak.fault_names(faults);
        if self.target.fault().is_some() || names.is_empty() {
            return Ok(Vec::new());
        }
        let device = |name: &String| {
            let chosen = self.target.with_fault(name).choose(&options.broker, project, extensions)?;
            let title = faults.iter().find(|fault| fault.name == *name).map_or_else(String::new, |it| it.title.clone());
            Ok(Device::new(
                Some(name.clone()),
                title,
                RunOptions { runs_on: chosen.runs_on, ..options.clone() },
                Vec::new(),
            ))
        };
        let devices: Result<Vec<Device>, Failure> = names.iter().map(device).collect();
        match devices {
            Err(_) if self.soak.takes_any_fault() => {
                remark!(
                    "no fault can be planted into this firmware: a verdict that turns green is seen only where a scenario fails by itself"
                );
                Ok(Vec::new())
            }
            devices => devices,
        }
    }

    /// The head of the reports.
    fn run_info(&self, options: &RunOptions, reason: &str, plan: &[hil_runner::Planned]) -> RunInfo {
        let ids: Vec<&str> = plan.iter().map(|planned| planned.scenario.id.as_str()).collect();
        RunInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            format: FORMAT,
            target: options.runs_on.name().to_owned(),
            target_reason: reason.to_owned(),
            firmware: None,
            broker: options.broker.to_string(),
            seed: options.seed,
            options: self.repeat_options(),
            started_at: now(),
            plan: plan_hash(&ids),
            partition: None,
            plan_total: plan.len(),
            total: plan.len(),
        }
    }

    /// The arguments that matter to a single scenario.
    fn repeat_options(&self) -> Vec<String> {
        [
            self.selection.repeat_options(),
            self.project.repeat_options(),
            self.target.repeat_options(),
            self.broker.repeat_options(),
        ]
        .concat()
    }

    /// The command line that makes this run again, and no other.
    fn again(&self, flip: &flip::Flip, options: &RunOptions) -> String {
        let fault = match &flip.fault {
            Some(name) if self.target.fault().is_none() => vec!["--plant-fault".to_owned(), name.clone()],
            Some(_) => Vec::new(),
            None => vec!["--faults".to_owned(), "none".to_owned()],
        };
        let words = [self.repeat_options(), fault, self.soak.repeat_options(flip.round)].concat();
        hil_report::soak_command(&words, options.runs_on.name(), &options.broker.to_string(), &flip.id)
    }
}

/// How long it lasts, for its first line.
fn length(limit: Limit) -> String {
    match limit {
        Limit::Time(time) => format!("for {}", display(time)),
        Limit::Executions(count) => format!("{count} disturbed runs"),
    }
}
