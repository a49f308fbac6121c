//! Where the firmware's sources are.

use std::path::{Path, PathBuf};

/// The folder of hilbench's sources that `folder` lies in, if it lies in one.
pub fn workspace(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|folder| folder.join("firmware/src/bin/light/main.rs").is_file()).map(Path::to_owned)
}
