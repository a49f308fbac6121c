//! `hil up`: a broker and a device to play with by hand, in real time.

mod hints;
mod journal_view;
mod light;
mod screen;
mod session;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use firmware::faults;
use hil_model::verdict::Exit;
use hil_runner::BrokerChoice;
use light_host::native::NativeTarget;

use super::error::Failure;
use super::run::broker::{BrokerArgs, reachable};
pub(super) use hints::shell;

/// Client identifier of the device on a broker of its own.
const CLIENT_ID: &str = "light";

/// Keep a broker and a device up, to play with by hand
///
/// The device is the firmware compiled for the host, in real time. Without --broker it gets a broker of its own on
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
  hil up                                         a broker on 127.0.0.1:1883 (or a free port) and the light
  hil up --flash light.bin                       with a memory: its state survives the next start
  hil up --broker mqtt://lab:1883 --prefix try   on a broker of yours, with topics try/cmnd/led/...
  hil up --plant-fault 5                         with a fault: hue 360 is magenta
  hil up | grep light                            plain lines for other programs

Then, in another terminal:
  mosquitto_sub -h 127.0.0.1 -v -t 'stat/#'
  mosquitto_pub -h 127.0.0.1 -t cmnd/led/mode -m blink,1000,0
  mosquitto_pub -h 127.0.0.1 -t cmnd/led/hsb -m 120,255,255

Exit codes: 0 ended by Ctrl-C, 1 the device hangs, 2 wrong usage, 3 the broker cannot be reached or started.")]
pub(super) struct Args {
    #[command(flatten)]
    broker: BrokerArgs,

    /// TCP port of the device's own broker; 0: any free one [default: 1883 if it is free, else any free one]
    #[arg(long, conflicts_with = "broker")]
    port: Option<u16>,

    /// Keep the device's flash in this file, so that its state survives restarts (written when `hil up` ends)
    #[arg(long, value_name = "FILE")]
    flash: Option<PathBuf>,

    /// Board drawing (Wokwi's diagram.json) that says which lights hang on which GPIO [default: ./diagram.json if it
    /// exists, else one light `led1` on GPIO8]
    #[arg(long, value_name = "FILE")]
    diagram: Option<PathBuf>,

    /// Plant one of the ten faults of docs/faults.md into the device
    #[arg(long, value_name = "1..10", value_parser = clap::value_parser!(u8).range(1..=10))]
    plant_fault: Option<u8>,

    /// The device's topic prefix: with `try` its topics are try/cmnd/led/power and so on
    #[arg(long, value_name = "TOPIC", value_parser = NonEmptyStringValueParser::new())]
    prefix: Option<String>,

    /// The device's MQTT client identifier [default: `light`; with --broker, one that tells two of them apart]
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    client_id: Option<String>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let broker = args.broker.choice()?;
    let mut target = NativeTarget::new(super::run::target::wiring(args.diagram.as_deref())?);
    target.realtime = true;
    let fault = args.plant_fault.and_then(faults::fault);
    if let Some(fault) = fault {
        target.rules = fault.rules.unwrap_or(target.rules);
    }
    if let Some(path) = &args.flash {
        // Known now, not when the state is lost at the end.
        let file = std::fs::File::options().append(true).create(true).open(path);
        file.map_err(|e| {
            Failure::io(format_args!("the flash file {} cannot be written", path.display()), &e)
                .help("name a file in a folder that exists and that you may write to")
        })?;
        target.flash = Some(path.clone());
    }
    reachable(&broker)?;
    let root = args.broker.topic_root()?.unwrap_or_default();
    let prefix = format!("{root}{}", args.prefix.as_deref().unwrap_or_default());
    let client_id = args.client_id.clone().unwrap_or_else(|| match &broker {
        BrokerChoice::Embedded => CLIENT_ID.to_owned(),
        BrokerChoice::External(_) => format!("hil-up-{}", super::run::run_id()),
    });
    let plan = session::Plan {
        broker,
        port: args.port,
        target,
        fault: fault.map(|f| format!("fault {} planted: {}", f.number, f.title)),
        prefix: prefix.trim_end_matches('/').to_owned(),
        client_id,
    };
    session::run(&plan)
}
