//! Which firmware the simulator runs.

use std::path::Path;
use std::sync::Arc;

use hil_fuzz::coverage::Image;
use hil_model::error::chain;
use light_host::build::prebuilt::{FOLDER, Prebuilt};
use light_host::build::{Build, BuildError, ToolchainError, Variant, build, find, is_planted};
use miette::Diagnostic as _;
use simulator::image::{Firmware, Layout, PartitionTable};

use crate::cmd::error::Failure;

/// Firmware, and why it is this one.
pub(super) struct Chosen {
    pub(super) image: Image,
    pub(super) reason: String,
}

/// What the simulator can run without being told.
pub(super) enum Choice {
    /// Firmware.
    Chosen(Chosen),
    /// There is none, and this is why.
    None(String),
}

/// The firmware that the user names. To plant a fault in, it has to be built for that.
pub(super) fn named(path: &Path, plants: bool) -> Result<Chosen, Failure> {
    let bytes = read(path)?;
    if plants && !is_planted(&bytes) {
        let text = format!("--plant-fault: {} has no fault to plant: it is run as it is", path.display());
        return Err(Failure::usage(text).help(
            "hil firmware build --planted makes one that has; without --firmware, --target sim takes it from \
             firmware/prebuilt/, and --target native needs no binary",
        ));
    }
    Ok(Chosen { image: parse(path, &bytes)?, reason: path.display().to_string() })
}

/// Our own firmware for emulators: built now if that is possible, else the prebuilt one if it still fits the sources.
pub(super) fn own(variant: Variant) -> Result<Choice, Failure> {
    let here = std::env::current_dir().ok();
    let Some(workspace) = here.as_deref().and_then(light_host::build::workspace) else {
        return Ok(Choice::None("no --firmware, and there is no firmware/ here to build".to_owned()));
    };
    let toolchain = match find(&std::env::var_os("PATH").unwrap_or_default()) {
        Ok(toolchain) => toolchain,
        Err(error) => return prebuilt(&workspace, variant, &error),
    };
    let manifest = workspace.join("Cargo.toml");
    let built = build(&Build { manifest: &manifest, toolchain: &toolchain, variant });
    let built = built.map_err(|error: BuildError| {
        Failure::bench(&error).help("correct it, or run without the chip's binary: --target native")
    })?;
    let image = parse(&built.elf, &read(&built.elf)?)?;
    Ok(Choice::Chosen(Chosen { image, reason: format!("firmware built with {toolchain}") }))
}

fn prebuilt(workspace: &Path, variant: Variant, missing: &ToolchainError) -> Result<Choice, Failure> {
    match Prebuilt::load(workspace, variant) {
        Ok(prebuilt) => {
            let reason = format!("{FOLDER}/, it fits the sources; {missing}");
            Ok(Choice::Chosen(Chosen { image: parse(Path::new(FOLDER), &prebuilt.image)?, reason }))
        }
        Err(error) => Ok(Choice::None(format!(
            "{missing}; {} (hil firmware prebuilt --renew, where one can, makes it fit); see hil doctor",
            chain(&error)
        ))),
    }
}

/// The ELF of our own firmware, built now, and with what. Of the variant for Ethernet, the prebuilt one will do.
pub(super) fn own_elf(variant: Variant) -> Result<(Vec<u8>, String), Failure> {
    let here = std::env::current_dir().ok();
    let Some(workspace) = here.as_deref().and_then(light_host::build::workspace) else {
        return Err(Failure::usage("no --firmware, and there is no firmware/ here to build"));
    };
    let toolchain = match find(&std::env::var_os("PATH").unwrap_or_default()) {
        Ok(toolchain) => toolchain,
        Err(error) if variant == Variant::OpenEth => {
            let prebuilt = Prebuilt::load(&workspace, variant)
                .map_err(|stale| Failure::usage(format!("{error}; {}", chain(&stale))).help("see hil doctor"))?;
            return Ok((prebuilt.image, format!("{FOLDER}/")));
        }
        Err(error) => return Err(Failure::bench(&error).help(error.help())),
    };
    let built = build(&Build { manifest: &workspace.join("Cargo.toml"), toolchain: &toolchain, variant });
    let built = built.map_err(|error: BuildError| Failure::bench(&error))?;
    let elf = std::fs::read(&built.elf).map_err(|e| Failure::io(built.elf.display(), &e))?;
    Ok((elf, format!("built with {toolchain}")))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|e| Failure::io(path.display(), &e))
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Image, Failure> {
    let partitions = PartitionTable::from_csv(firmware::PARTITIONS).expect("our own table is valid; a test reads it");
    let firmware = Firmware::parse_with(bytes, &Layout::default().with_partitions(partitions));
    let firmware = firmware.map_err(|error| {
        let failure = Failure::usage(format!("{}: {}", path.display(), chain(&error)));
        match error.help() {
            Some(help) => failure.help(help.to_string()),
            None => failure,
        }
    })?;
    Ok(Image::new(Arc::new(firmware), bytes))
}
