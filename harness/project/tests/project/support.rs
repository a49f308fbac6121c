//! Files that lie beside the tests.

use std::path::{Path, PathBuf};

use hil_project::Names;

/// The project files of a folder, sorted.
pub fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/project/fixtures").join(folder);
    let entries = std::fs::read_dir(folder).expect("the fixtures are there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable entry").path()).collect();
    files.sort();
    files
}

/// The names of a build of `hil` with a light in it.
pub fn names() -> Names {
    let mut names = Names::default();
    names.provisioners.push("light".to_owned());
    names.devices.push("light".to_owned());
    names
}

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("in the folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}
