//! The board of `--target serial`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use harness::serial::{Options, PortSpec};
use harness::target::Wiring;
use harness::target::serial::{Command, SerialTarget};

use super::target::Chosen;
use crate::cmd::error::Failure;
use crate::cmd::port::{parse, port_failure};

/// Heading of its options in the help.
const HEADING: &str = "Options of --target serial";

#[derive(clap::Args)]
pub(super) struct SerialArgs {
    /// The board's serial port: a device node (or a link to one), usb:SERIAL, or rfc2217://HOST:PORT
    #[arg(help_heading = HEADING, short, long, value_name = "PORT", env = "HIL_PORT", value_parser = parse)]
    port: Option<PortSpec>,

    /// ELF file of the board's firmware, to name the addresses of panics with
    #[arg(help_heading = HEADING, long, value_name = "FILE")]
    elf: Option<PathBuf>,

    /// Shell command that switches the board's supply; {on|off} in it stands for either word
    ///
    /// With it the board has the capability `power`: uhubctl -l 1-1 -p 2 -a {on|off}
    #[arg(help_heading = HEADING, long, value_name = "COMMAND", value_parser = |text: &str| Command::switch(text))]
    power_command: Option<Command>,

    /// Shell command that resets the board, where DTR and RTS do not
    #[arg(help_heading = HEADING, long, value_name = "COMMAND", value_parser = |text: &str| Ok::<_, String>(Command::plain(text)))]
    reset_command: Option<Command>,

    /// How it is known what the board's lights show
    #[arg(help_heading = HEADING, long, value_enum, default_value = "none")]
    light: Light,

    /// How long a port that has gone is looked for, in seconds; then the scenario ends as a bench error
    #[arg(help_heading = HEADING, long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    recovery: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Light {
    /// It is not: scenarios with `expect-led` are skipped
    None,
    /// The firmware reports each frame on the console (`light: shows #rrggbb`)
    Reported,
}

impl SerialArgs {
    /// Options that mean nothing to the other targets. (HIL_PORT may be set for other commands.)
    pub(super) fn refuse(&self) -> Result<(), Failure> {
        let given = [
            ("--elf", self.elf.is_some()),
            ("--power-command", self.power_command.is_some()),
            ("--reset-command", self.reset_command.is_some()),
            ("--light", self.light != Light::None),
            ("--port", self.port.is_some() && std::env::var_os("HIL_PORT").is_none()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => Err(Failure::usage(format!("{option} has a meaning only with --target serial"))),
            None => Ok(()),
        }
    }

    pub(super) fn open(&self, wiring: impl FnOnce() -> Result<Wiring, Failure>) -> Result<Chosen, Failure> {
        let Some(port) = &self.port else {
            return Err(Failure::usage("--target serial needs the board's port").help(
                "name it: --port /dev/ttyUSB0, usb:SERIAL or rfc2217://HOST:PORT; `ls /dev/serial/by-id` lists USB ports",
            ));
        };
        let symbols = self.elf.as_deref().map(crate::cmd::monitor::symbols).transpose()?;
        let reported_lights = if self.light == Light::Reported { Some(wiring()?) } else { None };
        let options = Options { recovery: Duration::from_secs(self.recovery) };
        let mut target = SerialTarget::open(port, options).map_err(|e| port_failure(&e))?;
        target.symbols = symbols;
        target.power = self.power_command.clone();
        target.reset = self.reset_command.clone();
        target.reported_lights = reported_lights;
        Ok(Chosen { target: Arc::new(target), reason: format!("--target serial: {port}") })
    }

    pub(super) fn repeat_options(&self) -> Vec<String> {
        let port = self.port.as_ref().map(|port| ["--port".to_owned(), port.to_string()]);
        let elf = self.elf.as_ref().map(|elf| ["--elf".to_owned(), elf.display().to_string()]);
        let power = self.power_command.as_ref().map(|c| ["--power-command".to_owned(), c.to_string()]);
        let reset = self.reset_command.as_ref().map(|c| ["--reset-command".to_owned(), c.to_string()]);
        let light = (self.light == Light::Reported).then(|| ["--light".to_owned(), "reported".to_owned()]);
        [port, elf, power, reset, light].into_iter().flatten().flatten().collect()
    }
}
