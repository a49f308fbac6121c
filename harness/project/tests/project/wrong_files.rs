//! Every wrong project file, with exactly what is said about it.

use std::path::Path;

use hil_project::parse;

#[test]
fn wrong_files_are_explained() {
    for path in crate::support::fixtures("wrong") {
        let text = std::fs::read(&path).expect("a readable fixture");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let errors = parse(Path::new("hil.toml"), text, &crate::support::names()).err();
        let errors = errors.unwrap_or_else(|| panic!("{name} should be wrong"));
        insta::assert_snapshot!(name, errors.render(false));
    }
}

#[test]
fn a_file_that_is_not_utf8_says_where() {
    let errors = parse(Path::new("hil.toml"), b"firmware = \"\xE9.elf\"".to_vec(), &crate::support::names());
    insta::assert_snapshot!(errors.expect_err("not UTF-8").render(false));
}

#[test]
fn no_password_is_shown() {
    for secret in ["hunter2hunter2", "s3cret"] {
        let texts = crate::support::fixtures("wrong").into_iter().map(|path| std::fs::read(path).expect("readable"));
        let mut of_secret = texts.filter(|text| String::from_utf8_lossy(text).contains(secret)).peekable();
        assert!(of_secret.peek().is_some(), "no fixture has {secret}");
        for text in of_secret {
            let errors = parse(Path::new("hil.toml"), text, &crate::support::names()).expect_err("wrong");
            assert!(!errors.render(false).contains(secret), "{}", errors.render(false));
        }
    }
}

/// A file with an error at each byte of one long line took minutes: each error shows its line.
#[test]
fn of_many_errors_the_first_are_shown() {
    let text = format!("# one long line{}", "\r".repeat(20_000)).into_bytes();
    let errors = parse(Path::new("hil.toml"), text, &crate::support::names()).expect_err("a lone CR is no TOML");
    let shown = errors.render(false);
    assert_eq!(shown.matches("code: hil::project::syntax").count(), 100);
    assert!(shown.contains("more errors in this file"), "{}", &shown[shown.len() - 400..]);
}
