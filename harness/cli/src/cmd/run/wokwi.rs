//! `--target wokwi`: the firmware, the board and the limits of simulations by `wokwi-cli`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use clap::ValueEnum;
use hil_bench::flash::FlashError;
use hil_bench::provision::certificate;
use hil_model::event::FirmwareInfo;
use hil_runner::{BrokerChoice, RunsOn};
use hil_targets::Wiring;
use hil_targets::broker::Scheme as UrlScheme;
use hil_targets::own::OwnBuild;
use hil_targets::provision::BrokerAddress;
use hil_tools::wokwi::{self, Budget, Drawing, Image, Settings, WokwiTarget};

use super::boards::board_parts;
use super::firmware::{info_of, own_elf};
use super::provision::{Telling, telling};
use super::target::Chosen;
use crate::Extensions;
use crate::cmd::error::Failure;
use crate::cmd::port::flash_failure;

/// Heading of its options in the help.
const HEADING: &str = "Options of --target wokwi";
/// The default of --wokwi-start-limit.
const START_LIMIT: u64 = 60;
/// What emulators with an Ethernet MAC call the machine that they run on.
const HOST_OF_EMULATORS: &str = "10.0.2.2";

#[derive(Clone, clap::Args)]
pub(super) struct WokwiArgs {
    /// The broker as the simulated chip sees it: HOST:PORT, with mqtt:// or mqtts:// before it or not [default: that of --broker]
    #[arg(help_heading = HEADING, long, value_name = "ADDRESS", value_parser = broker_uri)]
    wokwi_broker: Option<BrokerAddress>,

    /// Of our own firmware, which variant [default: ethernet if WOKWI_CLI_SERVER names a server on this machine, else wifi]
    #[arg(help_heading = HEADING, long, value_enum)]
    wokwi_network: Option<Network>,

    /// Stop, as a bench error, when all simulations together have taken N minutes of simulated time
    #[arg(help_heading = HEADING, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    wokwi_minutes: Option<u32>,

    /// Wall time that a simulation may take to start, in seconds
    #[arg(help_heading = HEADING, long, value_name = "SECONDS", default_value_t = START_LIMIT, value_parser = clap::value_parser!(u64).range(1..=3600))]
    wokwi_start_limit: u64,

    /// Keep the project folders that wokwi-cli is given, one a scenario, in this folder; they hold the broker's password
    #[arg(help_heading = HEADING, long, value_name = "FOLDER")]
    keep_project: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Network {
    /// Wi-Fi, as Wokwi simulates it
    Wifi,
    /// An emulator's Ethernet MAC, as `hil wokwi serve` simulates it
    Ethernet,
}

/// The firmware of simulations.
pub(super) struct Uploaded<'a> {
    pub(super) firmware: Option<&'a Path>,
    pub(super) partitions: Option<&'a Path>,
    pub(super) settings: &'a hil_project::Settings,
    pub(super) extensions: &'a Extensions,
}

impl WokwiArgs {
    /// Options that mean nothing to the other targets.
    pub(super) fn refuse(&self) -> Result<(), Failure> {
        let given = [
            ("--wokwi-broker", self.wokwi_broker.is_some()),
            ("--wokwi-network", self.wokwi_network.is_some()),
            ("--wokwi-minutes", self.wokwi_minutes.is_some()),
            ("--wokwi-start-limit", self.wokwi_start_limit != START_LIMIT),
            ("--keep-project", self.keep_project.is_some()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => Err(Failure::usage(format!("{option} has a meaning only with --target wokwi"))),
            None => Ok(()),
        }
    }

    /// The target; without tool or token, one that skips everything and says why.
    pub(super) fn open(
        &self,
        uploaded: &Uploaded<'_>,
        diagram: Option<&Path>,
        broker: &BrokerChoice,
        wiring: impl Fn() -> Result<Wiring, Failure>,
    ) -> Result<Chosen, Failure> {
        let drawing = drawing(diagram)?;
        let program = match wokwi::find() {
            Ok(program) => program,
            Err(missing) => {
                let reason = format!("--target wokwi: {missing}");
                let runs_on = RunsOn::target(WokwiTarget::new(Err(missing)));
                return Ok(Chosen { runs_on, reason, image: None, firmware: None, faults: Vec::new() });
            }
        };
        let network = self.network();
        let (address, ca) = self.broker(broker, network)?;
        let (image, what, Telling { provisioner, told }, info) = image(uploaded, network)?;
        let wiring = if drawing.sees_lights() { wiring()? } else { Wiring::default() };
        let server = wokwi::server().unwrap_or_else(|| "wokwi.com".to_owned());
        let reason = format!("--target wokwi: {} with {server}, {what}", program.display());
        let settings = Settings {
            program,
            image,
            provisioner,
            told,
            drawing,
            wiring,
            broker: address,
            ca,
            keep: self.keep_project.clone(),
            start_limit: Duration::from_secs(self.wokwi_start_limit),
            budget: Budget::new(self.wokwi_minutes),
            stopped: Mutex::default(),
        };
        let runs_on = RunsOn::target(WokwiTarget::new(Ok(settings)));
        Ok(Chosen { runs_on, reason, image: None, firmware: Some(info), faults: Vec::new() })
    }

    fn network(&self) -> Network {
        let usual = if wokwi::server_is_here() { Network::Ethernet } else { Network::Wifi };
        self.wokwi_network.unwrap_or(usual)
    }

    /// The broker as the chip sees it, and the authority that its certificate must lead to.
    fn broker(
        &self,
        broker: &BrokerChoice,
        network: Network,
    ) -> Result<(Option<BrokerAddress>, Option<Vec<u8>>), Failure> {
        let BrokerChoice::External(url) = broker else { return Ok((self.wokwi_broker.clone(), None)) };
        let ca = url.ca.as_deref().map(certificate).transpose();
        let ca = ca.map_err(|e| Failure::usage(hil_model::error::chain(&e)).help(e.help()))?;
        if let Some(named) = &self.wokwi_broker {
            return Ok((Some(named.clone()), ca));
        }
        let tls = match url.scheme {
            UrlScheme::Mqtt => false,
            UrlScheme::Mqtts => true,
            UrlScheme::Ws | UrlScheme::Wss => {
                return Err(Failure::usage("the simulated chip speaks no WebSocket to the broker")
                    .help("name the broker's other port: --wokwi-broker HOST:PORT"));
            }
        };
        let is_here =
            url.host == "localhost" || url.host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        let host = match (is_here, network) {
            (false, _) => url.host.clone(),
            (true, Network::Ethernet) => HOST_OF_EMULATORS.to_owned(),
            (true, Network::Wifi) => {
                return Err(Failure::usage(format!(
                    "the simulated chip does not reach {}, which is this machine",
                    url.host
                ))
                .help("take a public broker, or name this one as the chip sees it: --wokwi-broker HOST:PORT"));
            }
        };
        Ok((Some(BrokerAddress { tls, host, port: url.port }), ca))
    }

    pub(super) fn repeat_options(&self) -> Vec<String> {
        let mut options = Vec::new();
        let mut push = |name: &str, value: String| options.extend([name.to_owned(), value]);
        if let Some(broker) = &self.wokwi_broker {
            push("--wokwi-broker", broker.to_string());
        }
        if let Some(network) = self.wokwi_network.and_then(|network| network.to_possible_value()) {
            push("--wokwi-network", network.get_name().to_owned());
        }
        if self.wokwi_start_limit != START_LIMIT {
            push("--wokwi-start-limit", self.wokwi_start_limit.to_string());
        }
        options
    }
}

fn broker_uri(text: &str) -> Result<BrokerAddress, String> {
    let text = if text.contains("://") { text.to_owned() } else { format!("mqtt://{text}") };
    text.parse().map_err(|e: hil_targets::provision::BrokerAddressError| e.to_string())
}

/// The board drawing, completed.
fn drawing(diagram: Option<&Path>) -> Result<Drawing, Failure> {
    let path = diagram;
    let text =
        path.map(|path| std::fs::read_to_string(path).map_err(|e| Failure::io(path.display(), &e))).transpose()?;
    Drawing::new(text.as_deref()).map_err(|problem| {
        let name = path.map_or_else(|| "the usual drawing".to_owned(), |path| path.display().to_string());
        Failure::usage(format!("{name}: {problem}")).help("correct it, or name another with --diagram")
    })
}

/// The firmware, what it is, and what tells it what it is to know.
fn image(uploaded: &Uploaded<'_>, network: Network) -> Result<(Image, String, Telling, FirmwareInfo), Failure> {
    let Uploaded { firmware, partitions, settings, extensions } = uploaded;
    let provisioned =
        |elf: Vec<u8>| Ok::<_, Failure>(Image::Provisioned { parts: board_parts(&elf, *partitions, extensions)?, elf });
    let Some(path) = firmware else {
        let (build, name) = match network {
            Network::Wifi => (OwnBuild::Boards, "Wi-Fi"),
            Network::Ethernet => (OwnBuild::Emulators, "Ethernet"),
        };
        let own = own_elf(extensions, build)?;
        let (telling, info) = (telling(settings, &own.elf, extensions)?, info_of(&own.name, &own.elf));
        let what = format!("our firmware for {name} ({})", own.how);
        return Ok((provisioned(own.elf)?, what, telling, info));
    };
    let bytes = std::fs::read(path).map_err(|e| Failure::io(path.display(), &e))?;
    let (telling, info) = (telling(settings, &bytes, extensions)?, info_of(&path.display().to_string(), &bytes));
    if bytes.starts_with(b"\x7fELF") {
        return Ok((provisioned(bytes)?, path.display().to_string(), telling, info));
    }
    if let Some(why) = extensions.not_for_boards(&bytes) {
        return Err(flash_failure(&FlashError::NotForBoards(why)));
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some(extension @ ("bin" | "uf2")) => {
            let image = Image::AsIs { bytes, extension: extension.to_owned() };
            Ok((image, format!("{}, as it is", path.display()), telling, info))
        }
        _ => Err(Failure::usage(format!("{}: neither an ELF file nor a .bin or .uf2", path.display()))
            .help("name the firmware's ELF, or an image of its whole flash (espflash save-image --merge)")),
    }
}
