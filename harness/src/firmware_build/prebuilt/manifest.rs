//! `firmware/prebuilt/`: the image and the manifest beside it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::change::Change;
use super::error::PrebuiltError;
use super::inputs::{Inputs, digest, read};
use crate::firmware_build::Variant;

/// Where the image lies, from the workspace's root.
pub const FOLDER: &str = "firmware/prebuilt";
pub(super) const MANIFEST: &str = "firmware/prebuilt/manifest.json";
/// The format that this program writes, and the only one that it reads.
const FORMAT: u32 = 1;

/// What the image is, and what it was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    written_by: String,
    /// File name of the image.
    image: String,
    /// SHA-256 of the image.
    sha256: String,
    /// Feature of the firmware's package.
    variant: String,
    /// The compiler that built the image.
    pub toolchain: String,
    pub(super) inputs: Inputs,
}

/// The image that fits the sources.
#[derive(Debug)]
pub struct Prebuilt {
    /// ELF, with function symbols and without debug information.
    pub image: Vec<u8>,
    /// What it was made of.
    pub manifest: Manifest,
}

impl Prebuilt {
    /// Reads image and manifest, and compares them with the workspace's sources.
    ///
    /// # Errors
    /// There is none, it is damaged, or the sources have changed since.
    pub fn load(workspace: &Path) -> Result<Self, PrebuiltError> {
        let prebuilt = Self::read(workspace)?;
        let changes = prebuilt.changes(workspace)?;
        if changes.is_empty() { Ok(prebuilt) } else { Err(PrebuiltError::Stale { changes }) }
    }

    /// Reads image and manifest, whether they fit the sources or not.
    pub(super) fn read(workspace: &Path) -> Result<Self, PrebuiltError> {
        let damaged = |path: &str, reason: String| PrebuiltError::Damaged { path: path.into(), reason };
        let manifest: Manifest =
            serde_json::from_slice(&read(workspace, MANIFEST)?).map_err(|e| damaged(MANIFEST, e.to_string()))?;
        if manifest.format != FORMAT {
            return Err(damaged(MANIFEST, format!("format {} is not {FORMAT}", manifest.format)));
        }
        let expected = Variant::OpenEth.file_name();
        if manifest.image != expected {
            return Err(damaged(MANIFEST, format!("the image is named {:?}, not {expected:?}", manifest.image)));
        }
        let path = format!("{FOLDER}/{expected}");
        let image = read(workspace, &path)?;
        if digest(&image) != manifest.sha256 {
            return Err(damaged(&path, "its SHA-256 is not the one that manifest.json names".to_owned()));
        }
        Ok(Self { image, manifest })
    }

    fn changes(&self, workspace: &Path) -> Result<Vec<Change>, PrebuiltError> {
        self.manifest.inputs.changes(workspace)
    }

    pub(super) fn new(image: Vec<u8>, toolchain: String, inputs: Inputs) -> Self {
        let manifest = Manifest {
            format: FORMAT,
            written_by: "hil firmware prebuilt --renew".to_owned(),
            image: Variant::OpenEth.file_name().to_owned(),
            sha256: digest(&image),
            variant: "openeth".to_owned(),
            toolchain,
            inputs,
        };
        Self { image, manifest }
    }

    pub(super) fn write(&self, workspace: &Path) -> Result<(), PrebuiltError> {
        let json = serde_json::to_string_pretty(&self.manifest).expect("tables of strings become JSON") + "\n";
        let write = |path: &str, bytes: &[u8]| {
            std::fs::write(workspace.join(path), bytes)
                .map_err(|source| PrebuiltError::File { path: path.into(), source })
        };
        std::fs::create_dir_all(workspace.join(FOLDER))
            .map_err(|source| PrebuiltError::File { path: FOLDER.into(), source })?;
        write(&format!("{FOLDER}/{}", self.manifest.image), &self.image)?;
        write(MANIFEST, json.as_bytes())
    }
}
