//! Every wrong scenario file, with exactly what is said about it.

use std::path::{Path, PathBuf};

use hil_scenario::Loader;

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new("tests/fixtures/scenario").join(folder);
    let entries = std::fs::read_dir(folder).expect("the fixtures are there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable entry").path()).collect();
    files.retain(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('_')));
    files.sort();
    files
}

#[test]
fn wrong_files_are_explained() {
    let loader = Loader::with_env(|_| None);
    for path in fixtures("wrong") {
        let loaded = loader.load(std::slice::from_ref(&path));
        assert!(loaded.files.is_empty(), "{} should be wrong", path.display());
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        insta::assert_snapshot!(name, loaded.errors.render(false));
    }
}
