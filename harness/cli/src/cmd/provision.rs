//! `hil provision`: the configuration into a board's flash.

use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, ArgMatches};
use hil_bench::flash::Part;
use hil_bench::provision::{ReadError, Request, SecretSource};
use hil_bench::serial::PortSpec;
use hil_model::verdict::Exit;
use hil_scenario::DeviceConfig;
use hil_scenario::decode::{did_you_mean, list};
use hil_targets::provision::{
    BrokerAddress, BrokerAddressError, FlashBytes, Identity, ProvisionError, Provisioner, Setting, blank_flash,
    check_keys, in_sectors,
};

use super::DONE;
use super::error::Failure;
use super::flash;
use super::port::{PortArgs, parse};
use super::project::{ProjectArgs, Said};
use super::run::provision::{Telling, named, nobody_says_how};
use super::run::target::of_name;
use crate::Extensions;
use crate::output::OutputFile;

/// Tell a board its network, broker, identity and wiring
///
/// Writes what the firmware reads when it boots, such as an NVS partition in ESP-IDF's format. What is not named here gets its
/// default, or with --keep stays as it is on the board.
///
/// Passwords are taken from the environment (HIL_WIFI_PASSWORD, HIL_MQTT_PASSWORD) or from files, so that they stand in no
/// process list, and are never shown. They lie in the board's flash unencrypted.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  HIL_WIFI_PASSWORD=... hil provision --port /dev/ttyUSB0 --wifi-ssid lab --broker mqtt://192.168.1.10 --client-id light-1
  hil provision --port /dev/ttyUSB0 --keep --prefix lab/3
  hil provision --port usb:7CDFA1 --broker mqtts://broker.example --ca ca.pem --mqtt-user ann --mqtt-password-file pw
  hil provision --out nvs.bin --wifi-ssid lab       an image of the partition, for espflash or esptool
  hil provision --out nvs.bin --plant-fault 3 --broker mqtt://10.0.2.2:1883   for hil sim serve --nvs nvs.bin

Exit codes: 0 written, 2 wrong usage or a value that cannot be, 3 bench error.")]
pub(super) struct Args {
    /// The board's serial port: a device node (or a link to one), usb:SERIAL, or rfc2217://HOST:PORT
    #[arg(short, long, value_name = "PORT", env = "HIL_PORT", value_parser = parse, required_unless_present = "out")]
    port: Option<PortSpec>,

    /// Write the partition's image into this file instead of a board
    #[arg(long, value_name = "FILE", conflicts_with = "keep")]
    out: Option<PathBuf>,

    /// Begin with what is on the board, not with the defaults
    #[arg(long)]
    keep: bool,

    /// The fault of docs/faults.md that a virtual board with firmware/prebuilt/light-planted.elf has; no other firmware
    /// reads it
    #[arg(long, value_name = "1..12", requires = "out")]
    plant_fault: Option<String>,

    #[command(flatten)]
    project: ProjectArgs,

    /// What tells the board, by its name [default: what the project file says]
    #[arg(long, value_name = "NAME")]
    provisioner: Option<String>,

    #[command(flatten)]
    values: Values,

    /// Bits per second while writing
    #[arg(long, value_name = "BAUD", default_value_t = hil_bench::flash::BAUD, value_parser = clap::value_parser!(u32).range(9600..=2_000_000))]
    baud: u32,
}

#[derive(clap::Args)]
struct Values {
    /// Name of the Wi-Fi network
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    wifi_ssid: Option<String>,

    /// File with the network's password (one line) [default: HIL_WIFI_PASSWORD; neither: an open network]
    #[arg(long, value_name = "FILE")]
    wifi_password_file: Option<PathBuf>,

    /// Where the board finds its broker: mqtt://HOST:PORT or mqtts://HOST:PORT; the port may be left out
    #[arg(long, value_name = "URI", value_parser = broker)]
    broker: Option<BrokerAddress>,

    /// User name for the broker
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    mqtt_user: Option<String>,

    /// File with the password for the broker (one line) [default: HIL_MQTT_PASSWORD]
    #[arg(long, value_name = "FILE")]
    mqtt_password_file: Option<PathBuf>,

    /// Certificate authority that the broker's certificate must lead to: a PEM or DER file
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// Put before every topic: `lab/3`
    #[arg(long, value_name = "TOPIC")]
    prefix: Option<String>,

    /// MQTT client identifier, one for each board
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    client_id: Option<String>,

    /// A setting that the provisioner knows; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
}

fn broker(text: &str) -> Result<BrokerAddress, String> {
    text.parse().map_err(|e: BrokerAddressError| e.to_string())
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("KEY=VALUE is expected")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// The command with an option for each setting that a registered provisioner knows.
pub(super) fn with_settings(command: clap::Command, extensions: &Extensions) -> clap::Command {
    settings(extensions).into_iter().fold(command, |command, setting| {
        command.arg(Arg::new(setting.key).long(setting.key).value_name(setting.value_name).help(setting.help))
    })
}

/// Each key once.
fn settings(extensions: &Extensions) -> Vec<Setting> {
    let mut all: Vec<Setting> = Vec::new();
    for setting in extensions.provisioners().iter().flat_map(|provisioner| provisioner.settings()) {
        if !all.iter().any(|known| known.key == setting.key) {
            all.push(*setting);
        }
    }
    all
}

pub(super) fn run(args: Args, matches: &ArgMatches, extensions: &Extensions) -> Result<Exit, Failure> {
    let Args { port, out, keep, plant_fault, project, provisioner, values, baud } = args;
    let mut said = Said::default();
    said.option("--provisioner", provisioner.as_deref().map(of_name), |it| &mut it.provision);
    let project = project.load(said, extensions)?;
    let telling = named(&project.settings, extensions)?;
    let Telling { provisioner, told } =
        telling.ok_or_else(|| nobody_says_how("the board is to be told its configuration", extensions))?;
    let provisioner = provisioner.as_ref();
    // Wrong values and unreadable files are found before the board is touched.
    let mut identity = values.request().read().map_err(|e| unread(&e))?;
    let own = matches.subcommand_matches("provision");
    let given = |setting: Setting| Some((setting.key.to_owned(), own?.get_one::<String>(setting.key)?.clone()));
    identity.settings.extend(settings(extensions).into_iter().filter_map(given));
    check(provisioner, &identity)?;
    let mut identity = identity.with_defaults(&Identity { settings: told.settings, ..Identity::default() });
    identity.fault = plant_fault;
    let blank = blank_flash(provisioner).map_err(|e| impossible(&e))?;
    if let Some(path) = out {
        let told = provisioner.provision(&identity, &mut FlashBytes(&blank)).map_err(|e| impossible(&e))?;
        let [patch] = &told.patches[..] else {
            let (name, count) = (provisioner.name(), told.patches.len());
            return Err(Failure::usage(format!("provisioner {name} writes {count} pieces of flash, not one"))
                .help("--out is for one partition"));
        };
        write_private(&path, &patch.bytes)?;
        told.summary.iter().for_each(|line| say!("{line}"));
        return Ok(DONE);
    }
    let Some(port) = port else { return Err(Failure::usage("neither --port nor --out")) };
    if !keep {
        provisioner.provision(&identity, &mut FlashBytes(&blank)).map_err(|e| impossible(&e))?;
    }
    identity.keep = keep;
    let mut loader = flash::connect(&PortArgs { port }, baud)?;
    let told = provisioner.provision(&identity, &mut loader).map_err(|e| on_board(&e))?;
    if !told.dialogue.is_empty() {
        let name = provisioner.name();
        return Err(Failure::usage(format!("provisioner {name} answers on the serial port, after the board's start"))
            .help("put the board into an inventory: hil run --bench FILE answers what it asks"));
    }
    let parts: Vec<Part> =
        in_sectors(told.patches, &mut loader).map_err(|e| on_board(&e))?.into_iter().map(Part::from).collect();
    flash::write(&mut loader, &parts)?;
    told.summary.iter().for_each(|line| say!("{line}"));
    flash::finish(loader)?;
    Ok(DONE)
}

/// Settings that the provisioner does not know are refused.
fn check(provisioner: &dyn Provisioner, identity: &Identity) -> Result<(), Failure> {
    let device = DeviceConfig { settings: identity.settings.clone(), ..DeviceConfig::default() };
    check_keys(provisioner, &device).map_err(|e| {
        let keys: Vec<&str> = provisioner.settings().iter().map(|setting| setting.key).collect();
        match e {
            ProvisionError::UnknownKey { key, provisioner, .. } => {
                let guess =
                    did_you_mean(&key, keys.iter().copied()).map_or_else(String::new, |guess| format!(": {guess}"));
                Failure::usage(format!("provisioner {provisioner} does not know the setting {key}{guess}"))
                    .help(format!("it knows {}", list(keys.iter().copied())))
            }
            other => impossible(&other),
        }
    })
}

/// A value that cannot be.
fn impossible(error: &ProvisionError) -> Failure {
    Failure::usage(format!("this configuration cannot be: {error}"))
}

/// The same, of a board that is connected.
fn on_board(error: &ProvisionError) -> Failure {
    match error {
        ProvisionError::Flash(_) => Failure::of_bench(error.to_string()).help("try again with --baud 115200"),
        ProvisionError::NoTable(_) | ProvisionError::NoPartition(_) => Failure::of_bench(error.to_string())
            .help("flash the firmware first: `hil flash` writes its partition table too"),
        ProvisionError::Impossible(problem) => {
            Failure::usage(problem.clone()).help("write a whole one: the same command without --keep")
        }
        _ => impossible(error),
    }
}

impl Values {
    fn request(self) -> Request {
        let mut request = Request::new(Identity {
            wifi_ssid: self.wifi_ssid,
            broker: self.broker,
            user: self.mqtt_user,
            prefix: self.prefix,
            client_id: self.client_id,
            settings: self.set.into_iter().collect(),
            ..Identity::default()
        });
        // A file goes before the environment, since it was named on purpose.
        request.wifi_password = self.wifi_password_file.map_or(request.wifi_password, SecretSource::File);
        request.password = self.mqtt_password_file.map_or(request.password, SecretSource::File);
        request.ca = self.ca;
        request
    }
}

fn unread(error: &ReadError) -> Failure {
    Failure::usage(hil_model::error::chain(error)).help(error.help())
}

/// A file that may hold passwords: its owner's alone.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut file = OutputFile::create_private("the partition", path)?;
    // What is wrong is told by the next line.
    let _ = file.write_all(bytes);
    file.keep()
}
