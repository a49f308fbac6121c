//! Which firmware the simulator runs.

mod chip;

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use hil_fuzz::coverage::Image;
use hil_model::event::FirmwareInfo;
use hil_project::{Resolved, Settings};
use hil_scenario::load::open_file;
use hil_targets::own::{NoOwnImage, OwnBuild, OwnImage};
use hil_tools::identity::{identity, sha256};
use simulator::image::Firmware;

use super::provision::{Telling, telling};
use crate::Extensions;
use crate::cmd::error::Failure;
use crate::cmd::project::{firmware_file, nothing_to_run};

/// Firmware, what is to be said of it, and why it is this one.
pub(in crate::cmd) struct Chosen {
    pub(in crate::cmd) image: Image,
    /// What knows its functions, if it is an ELF.
    pub(in crate::cmd) elf: Arc<[u8]>,
    pub(in crate::cmd) info: FirmwareInfo,
    pub(in crate::cmd) reason: String,
}

/// The project's firmware, with all that the project puts into the flash beside it. To plant a fault in, it has to be built for
/// that.
pub(in crate::cmd) fn of_project(
    settings: &Settings,
    plants: bool,
    extensions: &Extensions,
) -> Result<Chosen, Failure> {
    let Some(Resolved { value: firmware, origin }) = &settings.firmware else { return Err(nothing_to_run(extensions)) };
    let (path, built) = firmware_file(&firmware.image)?;
    let bytes = read(&path)?;
    let telling = telling(settings, &bytes, extensions)?;
    if plants && !telling.provisioner.can_have_faults(&bytes) {
        let text = format!("--plant-fault: {} has no fault to plant: it is run as it is", path.display());
        return Err(Failure::usage(text).help(
            "hil firmware build --planted makes one that has; without --firmware, --target sim takes it from \
             firmware/prebuilt/, and --target native needs no binary",
        ));
    }
    let elf = firmware.elf.as_deref().map(read).transpose()?;
    let reason = format!("{origin}{built}");
    chosen(&path.display().to_string(), &bytes, elf.as_deref(), reason, settings, telling)
}

/// The program's own firmware, built now or prebuilt.
pub(super) fn own(settings: &Settings, build: OwnBuild, extensions: &Extensions) -> Result<Chosen, Failure> {
    let own = own_elf(extensions, build)?;
    let telling = telling(settings, &own.elf, extensions)?;
    chosen(&own.name, &own.elf, None, own.how, settings, telling)
}

fn chosen(
    name: &str,
    bytes: &[u8],
    elf: Option<&[u8]>,
    reason: String,
    settings: &Settings,
    telling: Telling,
) -> Result<Chosen, Failure> {
    let Telling { provisioner, told } = telling;
    let firmware = chip::flash(name, bytes, settings, provisioner.as_ref())?;
    let info = identity(name, bytes, &firmware);
    let mut image = Image::new(Arc::new(firmware), elf.unwrap_or(bytes)).provisioned_by(provisioner);
    image.access_points = vec![super::target::access_point(&told)?];
    image.told = told;
    image.deaths = super::target::deaths(settings);
    let elf = elf.unwrap_or(bytes).into();
    Ok(Chosen { image, elf, info, reason })
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

/// The ELF of the firmware that comes with `hil`.
pub(super) struct OwnElf {
    pub(super) elf: Vec<u8>,
    /// Its file, or the folder that it lies in.
    pub(super) name: String,
    /// How it came to be.
    pub(super) how: String,
}

/// The firmware that comes with `hil`, built now or, for emulators, prebuilt.
pub(super) fn own_elf(extensions: &Extensions, build: OwnBuild) -> Result<OwnElf, Failure> {
    let OwnImage { elf, path, built_with, .. } = find(extensions, build).map_err(|error| match error {
        NoOwnImage::NoSources => Failure::usage(format!("no firmware is named, and {error}")),
        NoOwnImage::NoCompiler { missing, prebuilt: Some(stale), .. } => {
            Failure::usage(format!("{missing}; {stale}")).help("see hil doctor")
        }
        NoOwnImage::NoCompiler { missing, help, .. } => Failure::of_bench(missing).help(help),
        error => Failure::bench(&error),
    })?;
    let name = path.display().to_string();
    let how = match (built_with, path.parent()) {
        (Some(toolchain), _) => format!("built with {toolchain}"),
        (None, Some(folder)) => format!("{}/", folder.display()),
        (None, None) => name.clone(),
    };
    Ok(OwnElf { elf, name, how })
}

/// The firmware that comes with `hil`.
pub(in crate::cmd) fn find(extensions: &Extensions, build: OwnBuild) -> Result<OwnImage, NoOwnImage> {
    let here = std::env::current_dir().map_err(|_| NoOwnImage::NoSources)?;
    extensions.firmware.as_ref().map_or(Err(NoOwnImage::NoSources), |firmware| firmware.image(&here, build))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = open_file(path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|e| {
        Failure::io(path.display(), &e)
            .help("is the firmware built? A project file can name the command that builds it: `build`")
    })
}
