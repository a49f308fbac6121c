//! `hil firmware`: the firmware's binary for the chip.

use std::path::{Path, PathBuf};

use harness::firmware_build::{Build, BuildError, Size, ToolchainError, Variant, build, find};
use harness::verdict::Exit;

use super::error::Failure;

/// Work with the firmware for the chip
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Build(BuildArgs),
}

/// Build the firmware for the ESP32-C3
///
/// To be run in the workspace's folder. Needs a compiler for the chip: either of rustup, with the target
/// riscv32imc-unknown-none-elf, or Debian's packages rustc-web, cargo-web and rust-web-src. The first build takes minutes.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil firmware build                        for boards, with Wi-Fi
  hil firmware build --openeth --out out    for emulators; a copy in out/light-openeth.elf

Exit codes: 0 built, 1 the firmware does not build, 2 wrong usage, 3 no compiler for the chip, or a file cannot be written.")]
pub(super) struct BuildArgs {
    /// With the OpenCores Ethernet MAC of emulators in place of Wi-Fi
    #[arg(long)]
    openeth: bool,

    /// Copy the ELF into this folder: light.elf, or light-openeth.elf
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

pub(super) fn run(command: Command) -> Result<Exit, Failure> {
    let Command::Build(args) = command;
    let manifest = manifest()?;
    let toolchain = find(&std::env::var_os("PATH").unwrap_or_default())
        .map_err(|error: ToolchainError| Failure::bench(&error).help(error.help()))?;
    println!("toolchain {toolchain}");
    let variant = if args.openeth { Variant::OpenEth } else { Variant::Wifi };
    let built = build(&Build { manifest: &manifest, toolchain: &toolchain, variant });
    let mut elf = match built {
        Err(BuildError::Failed) => return Ok(Exit::Failed),
        built => built.map_err(|error| Failure::bench(&error))?,
    };
    let bytes = std::fs::read(&elf).map_err(|e| Failure::io(elf.display(), &e))?;
    let size = Size::of(&bytes).map_err(|error| Failure::bench(&error))?;
    if let Some(folder) = args.out {
        std::fs::create_dir_all(&folder).map_err(|e| Failure::io(folder.display(), &e))?;
        elf = folder.join(variant.file_name());
        std::fs::write(&elf, bytes).map_err(|e| Failure::io(elf.display(), &e))?;
    }
    println!("ELF      {}\n{size}", elf.display());
    Ok(super::DONE)
}

/// The manifest of the workspace that we are in.
fn manifest() -> Result<PathBuf, Failure> {
    let here = std::env::current_dir().map_err(|e| Failure::io("the current folder", &e))?;
    let is_ours = |folder: &&Path| folder.join("firmware/src/bin/light/main.rs").is_file();
    let workspace = here.ancestors().find(is_ours).ok_or_else(|| {
        Failure::usage("there is no firmware/ with a binary `light` here")
            .help("go to the folder of hilbench's sources")
    })?;
    Ok(workspace.join("Cargo.toml"))
}
