//! Making the prebuilt images of what the compiler has built.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::change::Change;
use super::error::PrebuiltError;
use super::inputs::Inputs;
use super::manifest::Manifest;
use super::strip::strip;
use crate::build::{Built, Toolchain, Variant};

/// A build without its debug information.
#[derive(Debug, Clone)]
pub struct Stripped {
    /// What was built.
    pub variant: Variant,
    /// The ELF.
    pub image: Vec<u8>,
    /// The packages that it took, `NAME VERSION`.
    packages: BTreeSet<String>,
}

impl Stripped {
    /// Strips a build that was just made; the next one overwrites its file.
    ///
    /// # Errors
    /// The ELF cannot be read or stripped, or tells where it was built.
    pub fn of(workspace: &Path, variant: Variant, built: Built) -> Result<Self, PrebuiltError> {
        let elf = std::fs::read(&built.elf).map_err(|source| PrebuiltError::File { path: built.elf, source })?;
        let image = strip(&elf)?;
        no_path_of_this_machine(workspace, &image)?;
        Ok(Self { variant, image, packages: built.packages })
    }
}

/// Writes images and manifest to `firmware/prebuilt/`.
///
/// # Errors
/// A file cannot be read or written.
pub fn renew(workspace: &Path, toolchain: &Toolchain, images: &[Stripped]) -> Result<(), PrebuiltError> {
    manifest(workspace, toolchain, images)?.write(workspace, images)
}

/// Compares the images and the manifest in `firmware/prebuilt/` with builds that were just made: what differs in what they
/// are made of, and whether all images are the same; `None` where another compiler has made them.
///
/// # Errors
/// They are damaged, or as for [`renew`].
pub fn compare(
    workspace: &Path,
    toolchain: &Toolchain,
    images: &[Stripped],
) -> Result<(Vec<Change>, Option<bool>), PrebuiltError> {
    let there = Manifest::read(workspace)?;
    let fresh = manifest(workspace, toolchain, images)?;
    let mut same = true;
    for Stripped { variant, image, .. } in images {
        same &= there.image(workspace, *variant)? == *image;
    }
    Ok((there.inputs.changes_to(&fresh.inputs), (there.toolchain == fresh.toolchain).then_some(same)))
}

fn manifest(workspace: &Path, toolchain: &Toolchain, images: &[Stripped]) -> Result<Manifest, PrebuiltError> {
    let packages: BTreeSet<&str> = images.iter().flat_map(|it| &it.packages).map(String::as_str).collect();
    let (inputs, _) = Inputs::of(workspace, packages.into_iter())?;
    Ok(Manifest::new(images, toolchain.compiler(), inputs))
}

/// The image is published: it must not tell where it was built.
fn no_path_of_this_machine(workspace: &Path, image: &[u8]) -> Result<(), PrebuiltError> {
    let folders =
        [Some(workspace.to_owned()), std::env::home_dir(), std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from)];
    for folder in folders.into_iter().flatten() {
        let path = folder.display().to_string() + std::path::MAIN_SEPARATOR_STR;
        // A home directory of `/` tells nothing.
        if path.len() > 2 && image.windows(path.len()).any(|window| window == path.as_bytes()) {
            return Err(PrebuiltError::Path { path });
        }
    }
    Ok(())
}
