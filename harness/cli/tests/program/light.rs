//! A folder whose project is the example light.

use std::path::Path;

/// Its project file.
pub const PROJECT: &str = "native = \"light\"\nprovision = \"light\"\n";

/// Writes the project file, unless there is one.
pub fn project(folder: &Path) {
    let file = folder.join("hil.toml");
    if !file.exists() {
        std::fs::write(file, PROJECT).unwrap();
    }
}
