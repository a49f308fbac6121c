//! `hil up`: a broker and a device to play with by hand, in real time.

mod hints;
mod journal_view;
mod light;
mod screen;
mod session;

use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::NonEmptyStringValueParser;
use hil_model::verdict::Exit;
use hil_project::value::Firmware;
use hil_project::{Project, Resolved, Settings};
use hil_runner::BrokerChoice;
use hil_targets::Target;

use super::error::Failure;
use super::hidden;
use super::project::{ProjectArgs, Said};
use super::rom;
use super::run::broker::{BrokerArgs, reachable};
use super::run::firmware::of_project;
use super::run::target::{device, diagram, said, simulator, wiring};
use crate::{Demo, Extensions, TargetOptions};
pub(super) use hints::shell;

/// Client identifier of the device on a broker of its own.
const CLIENT_ID: &str = "device";

/// Keep a broker and a device up, to play with by hand
///
/// The device is the project's, in real time: the one that is compiled into hil if the project file names one (`native`), else
/// its firmware on the simulator. Without --broker it gets a broker of its own on
/// loopback, which other programs can use too; its URL is printed first. Shown live, until Ctrl-C: the light, the MQTT
/// packets between device and broker, the device's serial lines. On a terminal the light is shown in place, on the last
/// line; elsewhere, and with NO_COLOR, as lines: at most one a second for each part of the board, which says how many
/// changes it stands for.
#[derive(clap::Args)]
#[command(
    mut_arg("broker", |arg| arg
        .help("Attach the device to this broker: mqtt://[user@]host[:port], mqtts://, ws://host:port/path, wss:// [default: one of its own]")
        .long_help("Attach the device to this broker: mqtt://[user@]host[:port], mqtts://, ws://host:port/path, wss://. Without it, \
the device gets a broker of its own.\n\nThe password is read from HIL_BROKER_PASSWORD, so that it stands in no process list. \
Topics are as they are: without --topic-root nothing is put before them.")
        .hide_default_value(true)),
    mut_arg("topic_root", |arg| arg.help("Put before every topic of the device, such as `lab/3/`")),
    after_help = "\
Examples:
  hil up                                         a broker on 127.0.0.1:1883 (or a free port) and the project's device
  hil up --firmware build/app.elf                this firmware on the simulator, in real time
  hil up --flash flash.bin                       with a memory: its state survives the next start
  hil up --broker mqtt://lab:1883 --prefix try   on a broker of yours, with its topics under try/
  hil up | grep serial                           plain lines for other programs

Then, in another terminal:
  mosquitto_sub -h 127.0.0.1 -v -t '#'

Exit codes: 0 ended by Ctrl-C, 1 the device hangs, 2 wrong usage, 3 the broker cannot be reached or started.")]
pub(super) struct Args {
    #[command(flatten)]
    project: ProjectArgs,

    #[command(flatten)]
    broker: BrokerArgs,

    /// Firmware for the simulator: an ELF, an app image or a flash image [default: what the project file says]
    #[arg(long, value_name = "FILE")]
    firmware: Option<PathBuf>,

    /// TCP port of the device's own broker; 0: any free one [default: 1883 if it is free, else any free one]
    #[arg(long, conflicts_with = "broker")]
    port: Option<u16>,

    /// Keep the device's flash in this file, so that its state survives restarts (written when `hil up` ends)
    #[arg(long, value_name = "FILE")]
    flash: Option<PathBuf>,

    /// Board drawing (Wokwi's diagram.json) that says which lights hang on which GPIO [default: what the project file says, or
    /// diagram.json beside it if it exists, else one light `led1` on GPIO8]
    #[arg(long, value_name = "FILE")]
    diagram: Option<PathBuf>,

    /// Plant one of the ten faults of docs/faults.md into the device
    #[arg(long, value_name = "1..10")]
    plant_fault: Option<String>,

    /// The device's topic prefix: with `try`, its topic lamp/set becomes try/lamp/set
    #[arg(long, value_name = "TOPIC", value_parser = NonEmptyStringValueParser::new())]
    prefix: Option<String>,

    /// The device's MQTT client identifier [default: the demo's own, else `device`; with --broker, one that tells two of them apart]
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    client_id: Option<String>,
}

/// A broker and the example device, to play with by hand
///
/// The device is compiled into this program: nothing else is needed, and no project. A firmware of your own is run by `hil up`,
/// with a project file of its own (`hil init`).
#[derive(clap::Args)]
pub(super) struct DemoArgs {
    #[command(flatten)]
    up: Args,
}

/// The project's device.
pub(super) fn run(args: &Args, extensions: &Extensions) -> Result<Exit, Failure> {
    let project = args.project(extensions)?;
    bring_up(args, &project, extensions)
}

/// The device that the program shows, whatever the project is.
pub(super) fn demo(args: &DemoArgs, extensions: &Extensions) -> Result<Exit, Failure> {
    let mut project = args.up.project(extensions)?;
    let Some(Demo { device, .. }) = extensions.demo else {
        return Err(Failure::usage("this program has nothing to show").help("run yours with hil up --firmware FILE"));
    };
    project.settings.native = Some(Resolved::default_of(device.to_owned()));
    project.settings.target = None;
    if args.up.firmware.is_some() {
        return Err(Failure::usage("hil demo has its own firmware").help("run yours with hil up --firmware FILE"));
    }
    bring_up(&args.up, &project, extensions)
}

impl Args {
    /// The project, with what the command line says.
    fn project(&self, extensions: &Extensions) -> Result<Project, Failure> {
        let mut said = Said::default();
        self.broker.say(&mut said);
        said.option("--firmware", self.firmware.clone().map(Firmware::file), |it| &mut it.firmware);
        said.option("--diagram", self.diagram.clone(), |it| &mut it.diagram);
        self.project.load(said, extensions)
    }

    /// The device, and what it is.
    fn device(&self, settings: &Settings, extensions: &Extensions) -> Result<(Arc<dyn Target>, String), Failure> {
        let is_simulated = settings.target.as_ref().is_some_and(|target| target.value == "sim");
        let native = settings.native.as_ref().filter(|_| self.firmware.is_none() && !is_simulated);
        let Some(_) = native else {
            if self.plant_fault.is_some() {
                return Err(Failure::usage("--plant-fault is for the device that is compiled into hil")
                    .help("a planted fault of the chip's binary: hil run --target sim --plant-fault N"));
            }
            let chosen = of_project(settings, false, extensions)?;
            let mut target = simulator(&chosen, settings)?;
            target.rom = rom::of_project(settings)?.map(|found| found.rom.image);
            target.realtime = true;
            target.flash.clone_from(&self.flash);
            return Ok((Arc::new(target), format!("{} on the simulator, in real time", chosen.info)));
        };
        let own = device(settings, extensions)?;
        let fault = self.plant_fault.as_deref().map(|fault| said(fault, &own.faults)).transpose()?;
        let options = TargetOptions {
            wiring: wiring(diagram(settings))?,
            realtime: true,
            flash: self.flash.clone(),
            fault: self.plant_fault.clone(),
        };
        let target = own.make(&options).map_err(|e| Failure::bench(&e).help(e.help()))?;
        let what = format!("{}, in real time{}", own.about, fault.unwrap_or_default());
        Ok((target, what))
    }
}

fn bring_up(args: &Args, project: &Project, extensions: &Extensions) -> Result<Exit, Failure> {
    let settings = &project.settings;
    let broker_args = args.broker.of_project(project);
    let broker = broker_args.choice()?;
    let (target, what) = args.device(settings, extensions)?;
    if let Some(path) = &args.flash {
        // Known now, not when the state is lost at the end.
        let file = std::fs::File::options().append(true).create(true).open(path);
        file.map_err(|e| {
            Failure::io(format_args!("the flash file {} cannot be written", path.display()), &e)
                .help("name a file in a folder that exists and that you may write to")
        })?;
    }
    reachable(&broker, None)?;
    let root = broker_args.topic_root()?.unwrap_or_default();
    let prefix = format!("{root}{}", args.prefix.as_deref().unwrap_or_default());
    let demo = extensions.demo_of(settings.native.as_ref().map(|it| it.value.as_str()));
    let client_id = args.client_id.clone().unwrap_or_else(|| match &broker {
        BrokerChoice::Embedded => demo.map_or(CLIENT_ID, |demo| demo.client_id).to_owned(),
        BrokerChoice::External(_) => format!("hil-up-{}", super::run::run_id()),
    });
    let mut secrets = hidden::of_project(project, extensions)?;
    secrets.hide(target.secrets());
    let plan = session::Plan {
        broker,
        secrets,
        port: args.port,
        target,
        what,
        demo,
        prefix: prefix.trim_end_matches('/').to_owned(),
        client_id,
        deaths: super::run::target::deaths(settings),
    };
    session::run(&plan)
}
