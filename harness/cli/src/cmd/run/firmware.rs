//! Which firmware the simulator runs.

mod chip;

use std::path::Path;
use std::sync::Arc;

use hil_fuzz::coverage::Image;
use hil_model::error::chain;
use hil_model::event::FirmwareInfo;
use hil_project::value::FirmwareImage;
use hil_project::{Resolved, Settings};
use hil_tools::identity::{identity, sha256};
use light_host::build::prebuilt::{FOLDER, Prebuilt};
use light_host::build::{Build, BuildError, Variant, build, find, is_planted};
use simulator::image::Firmware;

use crate::cmd::error::Failure;
use crate::cmd::project::{firmware_file, nothing_to_run};

/// Firmware, what is to be said of it, and why it is this one.
pub(in crate::cmd) struct Chosen {
    pub(in crate::cmd) image: Image,
    pub(in crate::cmd) info: FirmwareInfo,
    pub(in crate::cmd) reason: String,
}

/// The project's firmware, with all that the project puts into the flash beside it. To plant a fault in, it has to be built for
/// that.
pub(in crate::cmd) fn of_project(settings: &Settings, plants: bool) -> Result<Chosen, Failure> {
    let Some(Resolved { value: firmware, origin }) = &settings.firmware else { return Err(nothing_to_run()) };
    let path = firmware_file(&firmware.image)?;
    let bytes = read(&path)?;
    if plants && !is_planted(&bytes) {
        let text = format!("--plant-fault: {} has no fault to plant: it is run as it is", path.display());
        return Err(Failure::usage(text).help(
            "hil firmware build --planted makes one that has; without --firmware, --target sim takes it from \
             firmware/prebuilt/, and --target native needs no binary",
        ));
    }
    let elf = firmware.elf.as_deref().map(read).transpose()?;
    let built = if matches!(firmware.image, FirmwareImage::Built(_)) { ", built now" } else { "" };
    chosen(&path.display().to_string(), &bytes, elf.as_deref(), format!("{origin}{built}"), settings)
}

/// The light with faults to plant, built now or prebuilt.
pub(super) fn planted(settings: &Settings) -> Result<Chosen, Failure> {
    let (elf, how) = own_elf(Variant::Planted)?;
    chosen(Variant::Planted.file_name(), &elf, None, how, settings)
}

fn chosen(
    name: &str,
    bytes: &[u8],
    elf: Option<&[u8]>,
    reason: String,
    settings: &Settings,
) -> Result<Chosen, Failure> {
    let firmware = chip::flash(name, bytes, settings)?;
    let info = identity(name, bytes, &firmware);
    Ok(Chosen { image: Image::new(Arc::new(firmware), elf.unwrap_or(bytes)), info, reason })
}

/// A device that is compiled into this program.
pub(in crate::cmd) fn compiled_in(device: &str) -> FirmwareInfo {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    FirmwareInfo {
        name: "compiled into hil".to_owned(),
        sha256: None,
        project: Some(device.to_owned()),
        version: Some(version),
    }
}

/// What is to be said of a firmware file.
pub(super) fn info(path: &Path) -> Result<FirmwareInfo, Failure> {
    Ok(info_of(&path.display().to_string(), &read(path)?))
}

/// The same of one that has been read. One that the simulator could not run has no more than a hash.
pub(super) fn info_of(name: &str, bytes: &[u8]) -> FirmwareInfo {
    match Firmware::parse(bytes) {
        Ok(firmware) => identity(name, bytes, &firmware),
        Err(_) => FirmwareInfo { name: name.to_owned(), sha256: Some(sha256(bytes)), project: None, version: None },
    }
}

/// The ELF of our own firmware, built now, and with what. Of the variants for emulators, the prebuilt one
/// will do.
pub(super) fn own_elf(variant: Variant) -> Result<(Vec<u8>, String), Failure> {
    let here = std::env::current_dir().ok();
    let Some(workspace) = here.as_deref().and_then(light_host::build::workspace) else {
        return Err(Failure::usage("the light cannot be built: there is no firmware/ here"));
    };
    let toolchain = match find(&std::env::var_os("PATH").unwrap_or_default()) {
        Ok(toolchain) => toolchain,
        Err(error) if matches!(variant, Variant::OpenEth | Variant::Planted) => {
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
    std::fs::read(path).map_err(|e| {
        Failure::io(path.display(), &e)
            .help("is the firmware built? A project file can name the command that builds it: `build`")
    })
}
