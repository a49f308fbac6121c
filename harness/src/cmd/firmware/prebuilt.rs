//! `hil firmware prebuilt`: the image in `firmware/prebuilt/`.

use std::path::Path;

use harness::firmware_build::prebuilt::{self, Change, FOLDER, Prebuilt, PrebuiltError};
use harness::firmware_build::{Built, Toolchain, Variant};
use harness::verdict::Exit;

use crate::cmd::error::Failure;

/// Check or renew the image that `hil run` takes where no compiler can build for the ESP32-C3
///
/// firmware/prebuilt/ holds the firmware for emulators, and a manifest of all that it depends on: the firmware's sources,
/// cargo's settings, and its packages in Cargo.lock. A check compares them and needs no compiler.
#[derive(clap::Args)]
#[command(
    group = clap::ArgGroup::new("what").required(true),
    after_help = "\
Examples:
  hil firmware prebuilt --check            does it fit the sources? if not: what has changed
  hil firmware prebuilt --check --build    the same, and does a build by the same compiler give this very image?
  hil firmware prebuilt --renew            build it, and write image and manifest

Exit codes: 0 it fits, or is renewed; 1 it does not fit, or the firmware does not build; 2 wrong usage, 3 no compiler for
the chip, or a file is damaged or cannot be written."
)]
pub(in crate::cmd) struct Args {
    /// Compare the manifest with the sources
    #[arg(long, group = "what")]
    check: bool,

    /// Build the image and write it, with its manifest
    #[arg(long, group = "what")]
    renew: bool,

    /// Build the firmware as well, and compare it with the image
    #[arg(long, requires = "check")]
    build: bool,
}

pub(in crate::cmd) fn run(args: &Args) -> Result<Exit, Failure> {
    let workspace = super::workspace()?;
    match args {
        Args { renew: true, .. } => renew(&workspace),
        Args { build: true, .. } => check_build(&workspace),
        _ => check(&workspace),
    }
}

fn check(workspace: &Path) -> Result<Exit, Failure> {
    match Prebuilt::load(workspace) {
        Ok(prebuilt) => {
            println!("{FOLDER}/ fits the sources; built by {}", prebuilt.manifest.toolchain);
            Ok(super::super::DONE)
        }
        Err(PrebuiltError::Stale { changes }) => Ok(stale(&changes)),
        Err(error) => Err(failure(&error)),
    }
}

fn stale(changes: &[Change]) -> Exit {
    println!("{FOLDER}/ does not fit the sources:");
    for change in changes {
        println!("  {change}");
    }
    println!("renew it where there is a compiler for the chip: hil firmware prebuilt --renew");
    Exit::Failed
}

fn check_build(workspace: &Path) -> Result<Exit, Failure> {
    let exit = check(workspace)?;
    if exit != super::super::DONE {
        return Ok(exit);
    }
    let Some((toolchain, built)) = build(workspace)? else { return Ok(Exit::Failed) };
    let (changes, same_image) = prebuilt::compare(workspace, &toolchain, &built).map_err(|error| failure(&error))?;
    if !changes.is_empty() {
        return Ok(stale(&changes));
    }
    let compiler = toolchain.compiler();
    match same_image {
        Some(true) => println!("a build gives this very image"),
        Some(false) => {
            println!("a build by the same compiler, {compiler}, gives another image: it is not made of these sources");
            return Ok(Exit::Failed);
        }
        None => {
            println!("a build takes what the manifest names; the images are of two compilers, this one is {compiler}")
        }
    }
    Ok(super::super::DONE)
}

fn renew(workspace: &Path) -> Result<Exit, Failure> {
    let Some((toolchain, built)) = build(workspace)? else { return Ok(Exit::Failed) };
    let prebuilt = prebuilt::renew(workspace, &toolchain, &built).map_err(|error| failure(&error))?;
    println!("{FOLDER}/ is renewed: {} bytes", prebuilt.image.len());
    Ok(super::super::DONE)
}

fn build(workspace: &Path) -> Result<Option<(Toolchain, Built)>, Failure> {
    let toolchain = super::toolchain()?;
    let built = super::build_with(&workspace.join("Cargo.toml"), &toolchain, Variant::OpenEth)?;
    Ok(built.map(|built| (toolchain, built)))
}

fn failure(error: &PrebuiltError) -> Failure {
    Failure::bench(error).help(error.help())
}
