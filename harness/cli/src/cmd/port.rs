//! Which port, and how errors of ports and flashing end a command.

use hil_bench::flash::FlashError;
use hil_bench::serial::{PortError, PortSpec};
use hil_targets::TargetError;

use super::error::Failure;

#[derive(clap::Args)]
pub(super) struct PortArgs {
    /// The board's serial port: a device node (or a link to one), usb:SERIAL, or rfc2217://HOST:PORT
    #[arg(short, long, value_name = "PORT", env = "HIL_PORT", value_parser = parse)]
    pub(super) port: PortSpec,
}

/// Rates that a port can be asked for, for clap.
pub(super) fn baud() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(hil_bench::serial::BAUD_RANGE)
}

/// For clap.
pub(super) fn parse(text: &str) -> Result<PortSpec, String> {
    text.parse().map_err(|e: hil_bench::serial::PortSpecError| e.to_string())
}

/// A port that cannot be used: exit code 3.
pub(super) fn port_failure(error: &PortError) -> Failure {
    Failure::bench(error).help(error.help())
}

/// A board that cannot be flashed: exit code 3; a firmware that is none for it: 2.
pub(super) fn flash_failure(error: &FlashError) -> Failure {
    match error {
        FlashError::Image(_) | FlashError::NotForChip(_) | FlashError::NotForBoards(_) => {
            Failure::usage(hil_model::error::chain(error))
        }
        _ => Failure::bench(error),
    }
    .help(error.help())
}
