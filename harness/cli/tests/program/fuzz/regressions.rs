//! What was found is kept, run first, and never written twice.

use crate::fuzz::support::{LIGHT, found, fuzz, hil, run, text};

const FAULT_1: [&str; 6] = ["--plant-fault", "1", "--execs", "24", "--tier", "1"];

#[test]
fn a_finding_is_a_scenario_that_says_how_it_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let output = fuzz(folder.path(), &[&FAULT_1[..], &["--jobs", "1"]].concat());
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"--device \S+", "--device [DEVICE]");
    settings.add_filter(r"after [\d.]+m?s, case", "after [TIME], case");
    settings.add_filter(r"\d+ s: (\d+ cases [^\n]*), [\d.]+ cases/s", "[TIME]: $1, [RATE]");
    settings.bind(|| insta::assert_snapshot!("printed", text(&output)));
    let [path] = found(folder.path()).try_into().unwrap_or_else(|all| panic!("{all:?}"));
    let file = std::fs::read_to_string(&path).unwrap();
    settings.bind(|| insta::assert_snapshot!("file", file));

    // It says itself how it is found again.
    let again = file.lines().find_map(|line| line.strip_prefix("# Found again by: hil ")).unwrap();
    let mut arguments: Vec<&str> = again.split(' ').collect();
    arguments.extend(["--regressions", "again"]);
    let output = hil(folder.path(), &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let name = path.file_name().unwrap();
    assert!(folder.path().join("again").join(name).is_file(), "{}", text(&output));
}

#[test]
fn the_same_seed_makes_the_same_cases() {
    let runs = [(); 2].map(|()| {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["--plant-fault", "3", "--execs", "40", "--seed", "5", "--jobs", "1"];
        let output = fuzz(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        found(folder.path())
            .into_iter()
            .map(|path| (path.file_name().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
            .collect::<Vec<_>>()
    });
    assert_eq!(runs[0], runs[1]);
}

#[test]
fn a_known_finding_is_run_first_and_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    fuzz(folder.path(), &FAULT_1);
    let [path] = found(folder.path()).try_into().unwrap_or_else(|all| panic!("{all:?}"));
    // Somebody has given it a better name, and says more.
    let text_before = format!("{}# seen in the kitchen too\n", std::fs::read_to_string(&path).unwrap());
    let renamed = path.with_file_name("empty-payload.yaml");
    std::fs::write(&renamed, &text_before).unwrap();
    std::fs::remove_file(&path).unwrap();

    let output = fuzz(folder.path(), &FAULT_1);
    let printed = text(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("known and still there: Fuzzing the light"), "{printed}");
    assert!(printed.contains("1 of 1 known findings still there"), "{printed}");
    assert!(printed.contains("its cause is known: found/empty-payload.yaml"), "{printed}");
    assert_eq!(found(folder.path()), std::slice::from_ref(&renamed));
    assert_eq!(std::fs::read_to_string(renamed).unwrap(), text_before);

    // The device has been mended.
    let output = fuzz(folder.path(), &["--execs", "4"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains("0 of 1 known findings still there"), "{}", text(&output));
}

#[test]
fn a_finding_appears_in_the_reports_like_any_failure() {
    let folder = tempfile::tempdir().unwrap();
    fuzz(folder.path(), &FAULT_1);
    let (exit, _) = run(folder.path(), &["found", "--plant-fault", "1", "--html", "report.html"]);
    assert_eq!(exit, Some(1));
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("Fuzzing the light"), "{page}");
}

#[test]
fn a_description_among_scenarios_is_checked_and_not_run() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    std::fs::copy(LIGHT, folder.path().join("scenarios/device.yaml")).unwrap();
    fuzz(folder.path(), &FAULT_1);
    let [finding] = found(folder.path()).try_into().unwrap_or_else(|all| panic!("{all:?}"));
    std::fs::copy(finding, folder.path().join("scenarios/finding.yaml")).unwrap();
    let output = hil(folder.path(), &["check"]).output().unwrap();
    let expected = "hil.toml: no errors\nscenarios/device.yaml: the light, commands: 4, statuses: 3: no errors\n1 scenario in 1 file: no errors\n";
    assert_eq!((output.status.code(), text(&output).as_str()), (Some(0), expected));
    let (exit, printed) = run(folder.path(), &[]);
    assert_eq!(exit, Some(0), "{printed}");
    std::fs::write(folder.path().join("scenarios/device.yaml"), "version: 1\n").unwrap();
    let output = hil(folder.path(), &["check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("missing key `commands`"), "{}", text(&output));
}
