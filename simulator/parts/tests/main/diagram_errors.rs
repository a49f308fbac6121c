//! Every error message of the diagram reader, drawn as a user sees it: one fixture and one snapshot each.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hil_sim_parts::Registry;
use hil_sim_parts::diagram::{Diagram, DiagramError};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/errors");
    let entries = fs::read_dir(folder).expect("the folder of fixtures");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// The error of a fixture, under its file name alone, so that snapshots do not depend on where the project lies.
fn error_of(path: &Path) -> DiagramError {
    let file = path.file_name().and_then(|name| name.to_str()).expect("a name");
    let text = fs::read_to_string(path).expect("a readable fixture");
    Diagram::parse(file, &text).expect_err("a faulty diagram")
}

fn drawn(error: &DiagramError) -> String {
    let place = error.location().map_or_else(|| "no place".to_owned(), |location| location.to_string());
    let mut drawing = format!("{place}: {error}\n\n");
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .render_report(&mut drawing, error)
        .expect("a drawing");
    without_types(drawing)
}

/// The list of known types grows with every part, so it is compared with the registry here and left out of snapshots.
fn without_types(drawing: String) -> String {
    const BEFORE: &str = "known types: ";
    let Some((before, types)) = drawing.split_once(BEFORE) else { return drawing };
    // Lines are broken behind hyphens too.
    assert_eq!(types.split_whitespace().collect::<String>(), Registry::standard().type_names().join(","));
    format!("{before}{BEFORE}(those of the registry)\n")
}

#[test]
fn every_fixture_is_refused_with_its_pinned_message() {
    for path in fixtures() {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        insta::assert_snapshot!(name, drawn(&error_of(&path)));
    }
}

#[test]
fn the_codes_are_stable() {
    let code = |error: &DiagramError| error.code().map(|code| code.to_string());
    let mut seen: BTreeSet<String> = fixtures().iter().filter_map(|path| code(&error_of(path))).collect();
    seen.extend(code(&Diagram::read(Path::new("no-such-diagram.json")).expect_err("no such file")));
    insta::assert_snapshot!(seen.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_error_has_a_help_line() {
    for path in fixtures() {
        assert!(error_of(&path).help().is_some(), "{}", path.display());
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Diagram::read(Path::new("no-such-diagram.json")).expect_err("no such file");
    assert_eq!(error.to_string(), "failed to read the diagram no-such-diagram.json");
    assert!(error.location().is_none());
    let cause = std::error::Error::source(&error).expect("a cause");
    assert_eq!(cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind), Some(std::io::ErrorKind::NotFound));
}

#[test]
fn columns_count_characters_and_a_byte_order_mark_does_not_count() {
    let text = "\u{feff}{\r\n  \"author\": \"Grün\", \"part\": [] }";
    let error = Diagram::parse("diagram.json", text).expect_err("a misspelled key");
    assert_eq!(error.location().map(|location| location.to_string()).as_deref(), Some("diagram.json:2:21"));
}
