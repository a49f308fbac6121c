//! `hil firmware prebuilt`: the images in `firmware/prebuilt/`.

use std::path::Path;

use hil_model::verdict::Exit;
use light_host::build::Toolchain;
use light_host::build::prebuilt::{self, Change, FOLDER, Manifest, PrebuiltError, Stripped, VARIANTS};

use hilbench::{DONE, Failure, say};

/// Check or renew the images that `hil run` takes where no compiler can build for the ESP32-C3
///
/// firmware/prebuilt/ holds the firmware for emulators, the same with planted faults (for --plant-fault), and a manifest of
/// all that they depend on: the firmware's sources, cargo's settings, and its packages in Cargo.lock. A check compares them
/// and needs no compiler.
#[derive(clap::Args)]
#[command(
    group = clap::ArgGroup::new("what").required(true),
    after_help = "\
Examples:
  hil firmware prebuilt --check            do they fit the sources? if not: what has changed
  hil firmware prebuilt --check --build    the same, and does a build by the same compiler give these very images?
  hil firmware prebuilt --renew            build them, and write images and manifest

Exit codes: 0 they fit, or are renewed; 1 they do not fit, or the firmware does not build; 2 wrong usage, 3 no compiler for
the chip, or a file is damaged or cannot be written."
)]
pub(super) struct Args {
    /// Compare the manifest with the sources
    #[arg(long, group = "what")]
    check: bool,

    /// Build the images and write them, with their manifest
    #[arg(long, group = "what")]
    renew: bool,

    /// Build the firmware as well, and compare it with the images
    #[arg(long, requires = "check")]
    build: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let workspace = super::firmware::workspace()?;
    match args {
        Args { renew: true, .. } => renew(&workspace),
        Args { build: true, .. } => check_build(&workspace),
        _ => check(&workspace),
    }
}

fn check(workspace: &Path) -> Result<Exit, Failure> {
    match Manifest::check(workspace) {
        Ok(manifest) => {
            say!("{FOLDER}/ fits the sources; built by {}", manifest.toolchain);
            Ok(DONE)
        }
        Err(PrebuiltError::Stale { changes }) => Ok(stale(&changes)),
        Err(error) => Err(failure(&error)),
    }
}

fn stale(changes: &[Change]) -> Exit {
    say!("{FOLDER}/ does not fit the sources:");
    for change in changes {
        say!("  {change}");
    }
    say!("renew it where there is a compiler for the chip: hil firmware prebuilt --renew");
    Exit::Failed
}

fn check_build(workspace: &Path) -> Result<Exit, Failure> {
    let exit = check(workspace)?;
    if exit != DONE {
        return Ok(exit);
    }
    let Some((toolchain, images)) = build(workspace)? else { return Ok(Exit::Failed) };
    let (changes, same_images) = prebuilt::compare(workspace, &toolchain, &images).map_err(|error| failure(&error))?;
    if !changes.is_empty() {
        return Ok(stale(&changes));
    }
    let compiler = toolchain.compiler();
    match same_images {
        Some(true) => say!("a build gives these very images"),
        Some(false) => {
            say!("a build by the same compiler, {compiler}, gives others: one is not made of these sources");
            return Ok(Exit::Failed);
        }
        None => {
            say!("a build takes what the manifest names; the images are of two compilers, this one is {compiler}")
        }
    }
    Ok(DONE)
}

fn renew(workspace: &Path) -> Result<Exit, Failure> {
    let Some((toolchain, images)) = build(workspace)? else { return Ok(Exit::Failed) };
    prebuilt::renew(workspace, &toolchain, &images).map_err(|error| failure(&error))?;
    say!("{FOLDER}/ is renewed:");
    for Stripped { variant, image, .. } in &images {
        say!("  {}: {} bytes", variant.file_name(), image.len());
    }
    Ok(DONE)
}

/// Builds all of them, unless one does not build, which cargo has told.
fn build(workspace: &Path) -> Result<Option<(Toolchain, Vec<Stripped>)>, Failure> {
    let toolchain = super::firmware::toolchain()?;
    let mut images = Vec::new();
    for variant in VARIANTS {
        let Some(built) = super::firmware::build_with(&workspace.join("Cargo.toml"), &toolchain, variant)? else {
            return Ok(None);
        };
        images.push(Stripped::of(workspace, variant, built).map_err(|error| failure(&error))?);
    }
    Ok(Some((toolchain, images)))
}

fn failure(error: &PrebuiltError) -> Failure {
    Failure::bench(error).help(error.help())
}
