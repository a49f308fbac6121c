//! `hil firmware`: the firmware's binary for the chip.

use std::path::{Path, PathBuf};

use clap::{FromArgMatches as _, Subcommand as _};
use hil_model::verdict::Exit;
use light_host::build::prebuilt::{FOLDER, Prebuilt};
use light_host::build::{Build, BuildError, Built, Size, Toolchain, ToolchainError, Variant, build, find};

use hilbench::{DONE, Failure, OwnCommand, SuiteArgs, remark, run_suite, say};

use super::prebuilt;

/// Work with the firmware for the chip
#[derive(clap::Subcommand)]
enum Command {
    Build(BuildArgs),
    Path(PathArgs),
    Test(Box<ChipTestArgs>),
    Prebuilt(prebuilt::Args),
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
  hil firmware build --debug --out out      for gdb on the simulator: hil sim run out/light-debug.elf --gdb 3333
  hil firmware build --tests                the tests on the chip, for `hil sim test` or probe-rs

Exit codes: 0 built, 1 the firmware does not build, 2 wrong usage, 3 no compiler for the chip, or a file cannot be written.")]
pub(super) struct BuildArgs {
    /// With the OpenCores Ethernet MAC of emulators in place of Wi-Fi
    #[arg(long)]
    openeth: bool,

    /// For emulators, with the light's own code not optimised, so that a debugger sees every variable
    #[arg(long)]
    debug: bool,

    /// For emulators, with the faults of docs/faults.md, one of which its configuration chooses: for `hil run --target sim
    /// --firmware ELF --plant-fault N`. No board is given such a build
    #[arg(long, conflicts_with_all = ["openeth", "debug"])]
    planted: bool,

    /// The tests on the chip (firmware/tests/chip), in place of the firmware
    #[arg(long, conflicts_with_all = ["openeth", "debug", "planted"])]
    tests: bool,

    /// Copy the ELF into this folder: light.elf, light-openeth.elf, light-debug.elf, light-planted.elf or chip-tests.elf
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Say where the firmware for emulators is: built now, or prebuilt
///
/// The one in firmware/prebuilt/ if it fits the sources, else one that is built now. Its path is the last
/// line: this is the build command of a project file.
#[derive(clap::Args)]
pub(super) struct PathArgs {}

/// Build the tests on the chip and run them on the simulator
///
/// They are in firmware/tests/chip: flash, configuration, timers and the LEDs' waveform, by the light's own code for the
/// peripherals. Options are those of `hil sim test`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil firmware test                  all of them
  hil firmware test waveform         those with `waveform` in their name

Exit codes: 0 passed, 1 a test failed or they do not build, 2 wrong usage, 3 bench error, 4 nothing ran.")]
pub(super) struct ChipTestArgs {
    #[command(flatten)]
    tests: SuiteArgs,
}

/// `hil firmware`
pub(super) fn command() -> OwnCommand {
    let command = clap::Command::new("firmware").subcommand_required(true).arg_required_else_help(true);
    let run = |matches: &clap::ArgMatches| run(Command::from_arg_matches(matches).unwrap_or_else(|error| error.exit()));
    OwnCommand { command: Command::augment_subcommands(command), run: Box::new(run) }
}

fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Build(args) => run_build(args),
        Command::Path(PathArgs {}) => run_path(),
        Command::Test(args) => run_tests(*args),
        Command::Prebuilt(args) => prebuilt::run(&args),
    }
}

fn run_build(args: BuildArgs) -> Result<Exit, Failure> {
    let variant = match args {
        BuildArgs { tests: true, .. } => Variant::Tests,
        BuildArgs { debug: true, .. } => Variant::Debug,
        BuildArgs { planted: true, .. } => Variant::Planted,
        BuildArgs { openeth: true, .. } => Variant::OpenEth,
        _ => Variant::Wifi,
    };
    let Some(mut elf) = elf(&manifest()?, variant)? else { return Ok(Exit::Failed) };
    let bytes = std::fs::read(&elf).map_err(|e| Failure::io(elf.display(), &e))?;
    let size = Size::of(&bytes).map_err(|error| Failure::bench(&error))?;
    if let Some(folder) = args.out {
        std::fs::create_dir_all(&folder).map_err(|e| Failure::io(folder.display(), &e))?;
        elf = folder.join(variant.file_name());
        // Somebody may have the old one open, a debugger for one.
        let new = folder.join(format!("{}.new", variant.file_name()));
        let written = std::fs::write(&new, bytes).and_then(|()| std::fs::rename(&new, &elf));
        written.map_err(|e| Failure::io(elf.display(), &e))?;
    }
    say!("ELF      {}\n{size}", elf.display());
    Ok(DONE)
}

fn run_path() -> Result<Exit, Failure> {
    let workspace = workspace()?;
    let prebuilt = match Prebuilt::load(&workspace, Variant::OpenEth) {
        Ok(_) => Ok(workspace.join(FOLDER).join(Variant::OpenEth.file_name())),
        Err(stale) => Err(stale),
    };
    let path = match (prebuilt, find(&std::env::var_os("PATH").unwrap_or_default())) {
        // A build takes minutes and gives the same.
        (Ok(prebuilt), _) => {
            remark!("{FOLDER}/, it fits the sources");
            prebuilt
        }
        (Err(_), Ok(toolchain)) => match build_with(&workspace.join("Cargo.toml"), &toolchain, Variant::OpenEth)? {
            Some(built) => built.elf,
            None => return Ok(Exit::Failed),
        },
        (Err(stale), Err(missing)) => {
            return Err(Failure::bench(&stale).help(format!(
                "{missing}; hil firmware prebuilt --renew, where one can build, makes it fit; --target native needs no binary"
            )));
        }
    };
    // As it is from here, so that a run names it the same on every machine.
    let here = std::env::current_dir().unwrap_or_default();
    say!("{}", path.strip_prefix(here).unwrap_or(&path).display());
    Ok(hilbench::DONE)
}

fn run_tests(args: ChipTestArgs) -> Result<Exit, Failure> {
    let manifest = manifest()?;
    let partitions = manifest.with_file_name("firmware").join("partitions.csv");
    let Some(elf) = elf(&manifest, Variant::Tests)? else { return Ok(Exit::Failed) };
    run_suite(&elf, args.tests.or_partitions(partitions))
}

/// Builds it, unless it does not build, which cargo has told.
fn elf(manifest: &Path, variant: Variant) -> Result<Option<PathBuf>, Failure> {
    let built = build_with(manifest, &toolchain()?, variant)?;
    Ok(built.map(|built| built.elf))
}

/// A compiler for the chip.
pub(super) fn toolchain() -> Result<Toolchain, Failure> {
    let found = find(&std::env::var_os("PATH").unwrap_or_default());
    found.map_err(|error: ToolchainError| Failure::bench(&error).help(error.help()))
}

pub(super) fn build_with(manifest: &Path, toolchain: &Toolchain, variant: Variant) -> Result<Option<Built>, Failure> {
    // On standard error, where cargo's messages go: a report in JSON has standard output for itself.
    remark!("toolchain {toolchain}");
    match build(&Build { manifest, toolchain, variant }) {
        Ok(built) => Ok(Some(built)),
        Err(BuildError::Failed) => Ok(None),
        Err(error) => Err(Failure::bench(&error)),
    }
}

/// The manifest of the workspace that we are in.
fn manifest() -> Result<PathBuf, Failure> {
    Ok(workspace()?.join("Cargo.toml"))
}

/// The folder of hilbench's sources that we are in.
pub(super) fn workspace() -> Result<PathBuf, Failure> {
    let here = std::env::current_dir().map_err(|e| Failure::io("the current folder", &e))?;
    light_host::build::workspace(&here).ok_or_else(|| {
        Failure::usage("there is no firmware/ with a binary `light` here")
            .help("go to the folder of hilbench's sources")
    })
}
