//! `hil flash`: firmware into a board's flash.

mod progress;

use std::path::{Path, PathBuf};

use hil_bench::flash::{BoardInfo, Loader, Part};
use hil_model::verdict::Exit;
use hil_targets::own::{NoOwnImage, OwnBuild, OwnImage};

use super::DONE;
use super::error::Failure;
use super::port::{PortArgs, flash_failure};
use super::run::boards::board_parts;
use super::run::firmware::find;
use crate::Extensions;
pub(super) use progress::Lines;

/// Flash a board
///
/// Writes bootloader, partition table and application of a firmware into the flash of an ESP32-C3, verifies what was
/// written, and lets the board boot. What is there already is not written again. The board's configuration and its light's
/// state stay: they have partitions of their own.
///
/// DTR and RTS bring the board into download mode. Through a port without them, hold its button BOOT, press RESET once, and
/// let go of BOOT.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil flash --port /dev/ttyUSB0                     our firmware, built now
  hil flash --port usb:7CDFA1A2B3C4 out/light.elf   another one, on the board with this USB serial number
  hil flash --port rfc2217://lab:4000 light.elf     on a board of another machine
  hil flash --port ./c3 --openeth                   on a board of `hil sim serve --pty ./c3`

Exit codes: 0 the board has the firmware, 2 wrong usage or no firmware for this chip, 3 bench error (also: ours does not
build).")]
pub(super) struct Args {
    /// ELF file of a firmware [default: firmware/, built now]
    elf: Option<PathBuf>,

    #[command(flatten)]
    port: PortArgs,

    /// Of our own firmware, the variant for emulators: with the OpenCores Ethernet MAC in place of Wi-Fi
    #[arg(long, conflicts_with = "elf")]
    openeth: bool,

    /// Partition table: a CSV file as ESP-IDF has it [default: our own, firmware/partitions.csv]
    #[arg(long, value_name = "FILE")]
    partitions: Option<PathBuf>,

    /// Bits per second while writing
    #[arg(long, value_name = "BAUD", default_value_t = hil_bench::flash::BAUD, value_parser = clap::value_parser!(u32).range(9600..=2_000_000))]
    baud: u32,
}

pub(super) fn run(args: &Args, extensions: &Extensions) -> Result<Exit, Failure> {
    let elf = elf(args, extensions)?;
    let parts = board_parts(&elf, args.partitions.as_deref(), extensions)?;
    let mut loader = connect(&args.port, args.baud)?;
    write(&mut loader, &parts)?;
    finish(loader)?;
    Ok(DONE)
}

/// A board in download mode; says which.
pub(super) fn connect(port: &PortArgs, baud: u32) -> Result<Loader, Failure> {
    let mut loader = Loader::connect(&port.port, baud).map_err(|e| flash_failure(&e))?;
    let BoardInfo { chip, revision, flash, mac } = loader.info().map_err(|e| flash_failure(&e))?;
    let revision = revision.map_or_else(String::new, |(major, minor)| format!(" revision {major}.{minor}"));
    let mac = mac.map_or_else(String::new, |mac| format!(", MAC address {mac}"));
    say!("{}: {chip}{revision}, {flash} flash{mac}", port.port);
    Ok(loader)
}

/// Writes, and says of each part what became of it.
pub(super) fn write(loader: &mut Loader, parts: &[Part]) -> Result<(), Failure> {
    loader.write(parts, &mut Lines::new()).map_err(|e| flash_failure(&e))
}

/// Lets the board boot.
pub(super) fn finish(loader: Loader) -> Result<(), Failure> {
    if loader.finish().map_err(|e| flash_failure(&e))? {
        say!("reset: the board boots");
    } else {
        say!("the port has no DTR and RTS: press RESET on the board (one of `hil sim serve` boots by itself)");
    }
    Ok(())
}

/// The firmware that is named, or ours.
fn elf(args: &Args, extensions: &Extensions) -> Result<Vec<u8>, Failure> {
    match &args.elf {
        Some(path) => std::fs::read(path).map_err(|e| unreadable(path, &e)),
        None => own_elf(args.openeth, extensions),
    }
}

/// Our own firmware, built now; the variant for emulators also prebuilt, where it cannot be built.
pub(super) fn own_elf(openeth: bool, extensions: &Extensions) -> Result<Vec<u8>, Failure> {
    match find(extensions, if openeth { OwnBuild::Emulators } else { OwnBuild::Boards }) {
        Ok(OwnImage { elf, built_with: Some(_), .. }) => Ok(elf),
        Ok(OwnImage { elf, path, not_built, .. }) => {
            say!("{}, {}", path.display(), not_built.unwrap_or_default());
            Ok(elf)
        }
        Err(error @ NoOwnImage::NoSources) => Err(Failure::usage(format!("no ELF file is named, and {error}"))
            .help("name one: hil flash --port PORT out/light.elf")),
        Err(NoOwnImage::NoCompiler { missing, prebuilt: Some(stale), .. }) => {
            Err(Failure::of_bench(stale).help(format!("nor can it be built: {missing}")))
        }
        Err(error @ NoOwnImage::NoCompiler { .. }) => Err(Failure::bench(&error).help(
            "install a compiler for the chip (firmware/README.md), or name an ELF file that was built elsewhere",
        )),
        Err(error @ NoOwnImage::File { .. }) => Err(Failure::bench(&error)),
        Err(error) => Err(Failure::bench(&error).help("correct it, or name an ELF file")),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::io(path.display(), error)
}
