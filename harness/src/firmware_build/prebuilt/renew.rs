//! Making the prebuilt image of what the compiler has built.

use std::path::{Path, PathBuf};

use super::change::Change;
use super::error::PrebuiltError;
use super::inputs::Inputs;
use super::manifest::Prebuilt;
use super::strip::strip;
use crate::firmware_build::{Built, Toolchain};

/// Writes image and manifest to `firmware/prebuilt/`. The build must be that of `Variant::OpenEth`, just made.
///
/// # Errors
/// The ELF cannot be stripped or tells where it was built, or a file cannot be read or written.
pub fn renew(workspace: &Path, toolchain: &Toolchain, built: &Built) -> Result<Prebuilt, PrebuiltError> {
    let prebuilt = made_of(workspace, toolchain, built)?;
    prebuilt.write(workspace)?;
    Ok(prebuilt)
}

/// Compares the image and manifest in `firmware/prebuilt/` with a build that was just made. `None` for the image where
/// another compiler has made it.
///
/// # Errors
/// They are damaged, or as for [`renew`].
pub fn compare(
    workspace: &Path,
    toolchain: &Toolchain,
    built: &Built,
) -> Result<(Vec<Change>, Option<bool>), PrebuiltError> {
    let there = Prebuilt::read(workspace)?;
    let fresh = made_of(workspace, toolchain, built)?;
    let same_compiler = there.manifest.toolchain == fresh.manifest.toolchain;
    let same_image = same_compiler.then(|| there.image == fresh.image);
    Ok((there.manifest.inputs.changes_to(&fresh.manifest.inputs), same_image))
}

fn made_of(workspace: &Path, toolchain: &Toolchain, built: &Built) -> Result<Prebuilt, PrebuiltError> {
    let elf = std::fs::read(&built.elf).map_err(|source| PrebuiltError::File { path: built.elf.clone(), source })?;
    let image = strip(&elf)?;
    no_path_of_this_machine(workspace, &image)?;
    let (inputs, _) = Inputs::of(workspace, built.packages.iter().map(String::as_str))?;
    Ok(Prebuilt::new(image, toolchain.compiler(), inputs))
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
