//! `firmware/prebuilt/`: the images and the manifest beside them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::change::Change;
use super::error::PrebuiltError;
use super::inputs::{Inputs, digest, read};
use super::renew::Stripped;
use crate::build::Variant;

/// Where the images lie, from the workspace's root.
pub const FOLDER: &str = "firmware/prebuilt";
/// Which programs lie there.
pub const VARIANTS: [Variant; 4] = [Variant::Wifi, Variant::OpenEth, Variant::Planted, Variant::PlantedWifi];
pub(super) const MANIFEST: &str = "firmware/prebuilt/manifest.json";
/// The format that this program writes, and the only one that it reads.
const FORMAT: u32 = 2;

/// What the images are, and what they were made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    written_by: String,
    /// The SHA-256 of each image, by its file's name.
    images: BTreeMap<String, String>,
    /// The compiler that built the images.
    pub toolchain: String,
    pub(super) inputs: Inputs,
}

/// An image that fits the sources.
#[derive(Debug)]
pub struct Prebuilt {
    /// ELF, with function symbols and without debug information.
    pub image: Vec<u8>,
    /// What it was made of.
    pub manifest: Manifest,
}

impl Prebuilt {
    /// Reads manifest and image, and compares them with the workspace's sources.
    ///
    /// # Errors
    /// There is none, it is damaged, or the sources have changed since.
    pub fn load(workspace: &Path, variant: Variant) -> Result<Self, PrebuiltError> {
        let manifest = Manifest::read(workspace)?;
        let image = manifest.image(workspace, variant)?;
        manifest.fits(workspace)?;
        Ok(Self { image, manifest })
    }
}

impl Manifest {
    /// Reads the manifest and all images, and compares them with the workspace's sources.
    ///
    /// # Errors
    /// One is missing or damaged, or the sources have changed since.
    pub fn check(workspace: &Path) -> Result<Self, PrebuiltError> {
        let manifest = Self::read(workspace)?;
        for variant in VARIANTS {
            manifest.image(workspace, variant)?;
        }
        manifest.fits(workspace)?;
        Ok(manifest)
    }

    /// Reads the manifest, whether it fits the sources or not.
    pub(super) fn read(workspace: &Path) -> Result<Self, PrebuiltError> {
        let manifest: Self = serde_json::from_slice(&read(workspace, MANIFEST)?).map_err(|e| damaged(MANIFEST, e))?;
        match manifest.format {
            FORMAT => Ok(manifest),
            format => Err(damaged(MANIFEST, format_args!("format {format} is not {FORMAT}"))),
        }
    }

    /// Reads an image, which has to be the one that this names.
    pub(super) fn image(&self, workspace: &Path, variant: Variant) -> Result<Vec<u8>, PrebuiltError> {
        let name = variant.file_name();
        let expected =
            self.images.get(name).ok_or_else(|| damaged(MANIFEST, format_args!("it names no image {name}")))?;
        let path = format!("{FOLDER}/{name}");
        let image = read(workspace, &path)?;
        if digest(&image) != *expected {
            return Err(damaged(&path, "its SHA-256 is not the one that manifest.json names"));
        }
        Ok(image)
    }

    fn fits(&self, workspace: &Path) -> Result<(), PrebuiltError> {
        let changes: Vec<Change> = self.inputs.changes(workspace)?;
        if changes.is_empty() { Ok(()) } else { Err(PrebuiltError::Stale { changes }) }
    }

    pub(super) fn new(images: &[Stripped], toolchain: String, inputs: Inputs) -> Self {
        Self {
            format: FORMAT,
            written_by: "hil firmware prebuilt --renew".to_owned(),
            images: images.iter().map(|it| (it.variant.file_name().to_owned(), digest(&it.image))).collect(),
            toolchain,
            inputs,
        }
    }

    /// Writes the images, and then this.
    pub(super) fn write(&self, workspace: &Path, images: &[Stripped]) -> Result<(), PrebuiltError> {
        let json = serde_json::to_string_pretty(self).expect("tables of strings become JSON") + "\n";
        let write = |path: &str, bytes: &[u8]| {
            std::fs::write(workspace.join(path), bytes)
                .map_err(|source| PrebuiltError::File { path: path.into(), source })
        };
        std::fs::create_dir_all(workspace.join(FOLDER))
            .map_err(|source| PrebuiltError::File { path: FOLDER.into(), source })?;
        for Stripped { variant, image, .. } in images {
            write(&format!("{FOLDER}/{}", variant.file_name()), image)?;
        }
        write(MANIFEST, json.as_bytes())
    }
}

fn damaged(path: &str, reason: impl ToString) -> PrebuiltError {
    PrebuiltError::Damaged { path: path.into(), reason: reason.to_string() }
}
