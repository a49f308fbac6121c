//! The light as the firmware that comes with `hil`: built where its sources are, or prebuilt.

use std::path::Path;

use hil_model::error::chain;
use hil_targets::own::{Look, LookState, NoOwnImage, OwnBuild, OwnFirmware, OwnImage};

use crate::build::prebuilt::{FOLDER, Manifest, Prebuilt, PrebuiltError, VARIANTS};
use crate::build::{Build, BuildError, Variant, build, find, workspace};

/// The light's binary for the chip.
#[derive(Debug, Clone, Copy, Default)]
pub struct LightFirmware;

impl OwnFirmware for LightFirmware {
    fn image(&self, folder: &Path, wanted: OwnBuild) -> Result<OwnImage, NoOwnImage> {
        let workspace = workspace(folder).ok_or(NoOwnImage::NoSources)?;
        let variant = match wanted {
            OwnBuild::Boards => Variant::Wifi,
            OwnBuild::Emulators => Variant::OpenEth,
            OwnBuild::EmulatorsWithFaults => Variant::Planted,
            OwnBuild::RadioWithFaults => Variant::PlantedWifi,
        };
        // A build takes minutes and gives the same.
        let stale = match prebuilt(&workspace, variant) {
            Some(Ok(image)) => return Ok(image),
            Some(Err(stale)) => Some(chain(&stale)),
            None => None,
        };
        let toolchain = find(&path()).map_err(|missing| NoOwnImage::NoCompiler {
            missing: missing.to_string(),
            help: missing.help().to_owned(),
            prebuilt: stale,
        })?;
        let manifest = workspace.join("Cargo.toml");
        let built = build(&Build { manifest: &manifest, toolchain: &toolchain, variant });
        let built = built.map_err(|error: BuildError| NoOwnImage::Build(chain(&error)))?;
        let elf = std::fs::read(&built.elf).map_err(|source| NoOwnImage::File { path: built.elf.clone(), source })?;
        Ok(OwnImage { elf, path: built.elf, built_with: Some(toolchain.to_string()), not_built: None })
    }

    fn looks(&self, folder: &Path) -> Vec<Look> {
        let compiler = {
            const FOR: &str = "`hil firmware build`: the firmware for the ESP32-C3; `hil run` does not need it";
            let (detail, state) = match find(&path()) {
                Ok(toolchain) => (toolchain.to_string(), LookState::Ok),
                Err(error) => (error.to_string(), LookState::Missing(error.help().to_owned())),
            };
            Look { name: "esp32-c3", needed_for: FOR, detail, state }
        };
        let prebuilt = workspace(folder).map(|workspace| {
            const FOR: &str = "`hil run` on the simulator without a compiler for the ESP32-C3";
            let (detail, state) = match Manifest::check(&workspace) {
                Ok(manifest) => (format!("{FOLDER}/ fits the sources; built by {}", manifest.toolchain), LookState::Ok),
                Err(error) => (chain(&error), LookState::Wrong(error.help().to_owned())),
            };
            Look { name: "prebuilt", needed_for: FOR, detail, state }
        });
        [compiler].into_iter().chain(prebuilt).collect()
    }
}

/// The binary that lies among the sources, if there is one of this kind, and if it fits them.
fn prebuilt(workspace: &Path, variant: Variant) -> Option<Result<OwnImage, PrebuiltError>> {
    if !VARIANTS.contains(&variant) {
        return None;
    }
    let of_sources = |found: Prebuilt| OwnImage {
        elf: found.image,
        path: Path::new(FOLDER).join(variant.file_name()),
        built_with: None,
        not_built: Some("it fits the sources".to_owned()),
    };
    Some(Prebuilt::load(workspace, variant).map(of_sources))
}

fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}
