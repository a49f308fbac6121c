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

/// Each row of `cases` was checked with each step, however wrong the file was by then: 30 kB took seconds.
#[test]
fn a_file_that_is_wrong_in_each_row_is_not_looked_at_to_its_end() {
    let rows = "  - { case: a }\n".repeat(1000);
    let steps = "  - shout: hello\n".repeat(500);
    let text = format!("name: wrong all over\nversion: 1\ncases:\n{rows}steps:\n{steps}");
    let errors =
        Loader::new().load_text(Path::new("a.yaml"), text.as_bytes()).expect_err("`shout` is no command").render(false);
    assert!(errors.contains("and 401 more errors in this file"), "{errors}");
    assert!(errors.contains("the rows of `cases` from here on were not looked at"), "{errors}");
}
