//! What `hil` writes: reports, and lines on standard output. None of it takes the place of something else, and nothing is half there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hil_testing::process::{output, text};
use tempfile::TempDir;

use crate::support::{hil, workspace};

const SCENARIO: &str = "name: Nothing\nversion: 1\nsteps: [{ delay: 1ms }]\n";

/// A project with one scenario and an included file, on a device that needs no firmware file.
fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("hil.toml", "native = \"light\"\n");
    write("scenarios/one.yaml", &SCENARIO.replace("steps", "include: [_all.inc]\nsteps"));
    write("scenarios/_all.inc", "version: 1\nsetup: [{ delay: 1ms }]\n");
    write("scenarios/two.yaml", SCENARIO);
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let run = output(hil(folder, &[&["run"], arguments].concat()));
    (text(&run), run.status.code())
}

#[test]
fn reports_take_the_place_of_nothing_that_is_read_or_written_by_hand() {
    let project = project();
    let before = |name: &str| std::fs::read_to_string(project.path().join(name)).unwrap();
    for name in ["scenarios/one.yaml", "scenarios/_all.inc", "scenarios/../scenarios/two.yaml", "hil.toml"] {
        let content = before(name);
        for option in ["--html", "--junit", "--json"] {
            let (shown, code) = run(project.path(), &["scenarios/one.yaml", option, name]);
            assert_eq!(code, Some(2), "{shown}");
            assert!(shown.contains(option) && shown.contains("not overwritten"), "{shown}");
            assert_eq!(before(name), content);
        }
    }
    assert!(!project.path().join("target").exists(), "nothing was written");
}

#[test]
fn the_firmware_is_no_place_for_a_report() {
    let project = project();
    let light = workspace().join("firmware/prebuilt/light-openeth.elf");
    std::fs::copy(light, project.path().join("app.elf")).unwrap();
    let (shown, code) = run(project.path(), &["--target", "sim", "--firmware", "app.elf", "--html", "./app.elf"]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("the firmware app.elf"), "{shown}");
}

#[test]
fn each_report_has_a_place_of_its_own() {
    let project = project();
    let (shown, code) = run(project.path(), &["--html", "report", "--json", "./report"]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("the file of --json"), "{shown}");
    let (shown, code) = run(project.path(), &["--html", "-", "--json", "-"]);
    assert_eq!(code, Some(2), "{shown}");
    let (shown, code) = run(project.path(), &["--json", "one.jsonl"]);
    assert_eq!(code, Some(0), "{shown}");
    let merge = |json: &str| output(hil(project.path(), &["report", "merge", "one.jsonl", "--json", json]));
    assert_eq!(merge("one.jsonl").status.code(), Some(2), "the shard is read");
    assert_eq!(merge("all.jsonl").status.code(), Some(0));
}

#[test]
fn a_report_on_standard_output_has_that_for_itself() {
    let project = project();
    let run = output(hil(project.path(), &["run", "--json", "-"]));
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let events = String::from_utf8(run.stdout).unwrap();
    for line in events.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    assert!(events.contains("run-finished"), "{events}");
    assert!(String::from_utf8(run.stderr).unwrap().contains("Summary"));
    assert!(!project.path().join("-").exists());
    let run = output(hil(project.path(), &["run", "--junit", "-"]));
    assert!(String::from_utf8(run.stdout).unwrap().starts_with("<?xml"));
}

/// What lies in a folder.
fn names(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into()).collect()
}

#[test]
fn reports_are_there_as_a_whole() {
    let project = project();
    let reports = project.path().join("reports");
    std::fs::create_dir(&reports).unwrap();
    std::fs::write(reports.join("r.xml"), "the old one").unwrap();
    let arguments = ["--junit", "reports/r.xml", "--json", "reports/r.jsonl", "--html", "reports/r.html"];
    let (shown, code) = run(project.path(), &arguments);
    assert_eq!(code, Some(0), "{shown}");
    assert!(std::fs::read_to_string(reports.join("r.xml")).unwrap().starts_with("<?xml"));
    assert_eq!(names(&reports).len(), 3, "{:?}", names(&reports));
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_a_device_stays_a_device() {
    let project = project();
    let path = |name: &str| project.path().join(name);
    std::os::unix::fs::symlink("elsewhere.xml", path("link.xml")).unwrap();
    let (shown, code) = run(project.path(), &["--junit", "link.xml", "--json", "/dev/null", "--html", "/dev/null"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(path("link.xml").is_symlink());
    assert!(std::fs::read_to_string(path("elsewhere.xml")).unwrap().starts_with("<?xml"));
    assert!(!Path::new("/dev/null").is_file());
    // As any other new file, not as a secret.
    let rights =
        |name: &str| std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path(name)).unwrap().permissions());
    assert_eq!(rights("elsewhere.xml"), rights("hil.toml"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_the_file() {
    let project = project();
    for option in ["--html", "--junit", "--json"] {
        let (shown, code) = run(project.path(), &[option, "/dev/full"]);
        assert_eq!(code, Some(3), "{shown}");
        assert!(shown.contains("cannot write the report /dev/full: No space left on device"), "{shown}");
    }
    // A limit for the size of files, which is a full disk for one that is not a device: what was there stays.
    std::fs::write(project.path().join("old.html"), "the old one").unwrap();
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" run --html old.html", env!("CARGO_BIN_EXE_hil")]);
    limited.current_dir(project.path()).env("NO_COLOR", "1");
    let run = output(limited);
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(3), "{shown}");
    assert!(shown.contains("cannot write the report old.html: File too large"), "{shown}");
    assert_eq!(std::fs::read_to_string(project.path().join("old.html")).unwrap(), "the old one");
    assert!(names(project.path()).iter().all(|name| !name.display().to_string().ends_with(".part")));
    let mut schema = hil(project.path(), &["schema"]);
    schema.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap()).stderr(Stdio::piped());
    let ended = schema.spawn().unwrap().wait_with_output().unwrap();
    let shown = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(3), "{shown}");
    assert!(shown.contains("standard output cannot be written: No space left"), "{shown}");
}

/// Runs a command whose standard output nobody reads: what it says on standard error, and its exit code.
#[cfg(unix)]
fn unread(mut command: Command) -> (String, Option<i32>) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let ended = child.wait_with_output().unwrap();
    (String::from_utf8(ended.stderr).unwrap(), ended.status.code())
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    let project = project();
    for arguments in [&["schema"][..], &["completions", "bash"], &["check"], &["config"], &["run", "--list"]] {
        let (said, code) = unread(hil(project.path(), arguments));
        assert_eq!((said.as_str(), code), ("", Some(141)), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_nobody_reads_ends_in_order() {
    let project = project();
    let (said, code) = unread(hil(project.path(), &["run", "--jobs", "1"]));
    assert_eq!((said.as_str(), code), ("", Some(141)));
    let report = std::fs::read_to_string(project.path().join("target/hil/report.jsonl")).unwrap();
    assert!(report.contains("\"interrupted\":true"), "{report}");
    // Nobody reads what goes wrong either.
    let mut command = hil(project.path(), &["run", "--nonsense"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = command.stdout(writer.try_clone().unwrap()).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_scenario_is_a_file_and_nothing_else() {
    let project = project();
    let scenarios = project.path().join("scenarios");
    let made = Command::new("mkfifo").arg(scenarios.join("pipe.yaml")).status().unwrap();
    assert!(made.success());
    for arguments in [&["check"][..], &["run"], &["check", "scenarios/pipe.yaml"]] {
        let run = output(hil(project.path(), arguments));
        assert_eq!(run.status.code(), Some(2), "{}", text(&run));
        assert!(text(&run).contains("pipe.yaml: this is no file, but a device, a pipe or a socket"), "{}", text(&run));
    }
    std::fs::remove_file(scenarios.join("pipe.yaml")).unwrap();
    std::os::unix::fs::symlink("gone.yaml", scenarios.join("link.yaml")).unwrap();
    for arguments in [&["check"][..], &["check", "scenarios/link.yaml"]] {
        let run = output(hil(project.path(), arguments));
        assert_eq!(run.status.code(), Some(2), "{}", text(&run));
        assert!(text(&run).contains("link.yaml: it is a link to gone.yaml, which is not there"), "{}", text(&run));
    }
    let run = output(hil(project.path(), &["check", "/dev/zero"]));
    assert_eq!(run.status.code(), Some(2), "{}", text(&run));
    let run = output(hil(project.path(), &["run", "scenarios/two.yaml", "--target", "sim", "--firmware", "/dev/zero"]));
    assert!(text(&run).contains("/dev/zero: this is no file"), "{}", text(&run));
}

#[test]
fn a_scenario_without_end_is_an_error_that_names_the_step() {
    let project = project();
    let endless = "name: Endless\nversion: 1\nsteps:\n  - delay: 1ms\n  - repeat:\n      times: 1000\n      steps:\n        \
                   - repeat: { times: 1000000, steps: [{ delay: 1ms }] }\n";
    std::fs::write(project.path().join("scenarios/two.yaml"), endless).unwrap();
    let run = output(hil(project.path(), &["check"]));
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(2), "{shown}");
    assert!(shown.contains("with step 2.1, the scenario carries out 1000000001 steps, more than 1000000"), "{shown}");
    assert!(shown.contains("two.yaml:8"), "the place: {shown}");
    let fits = endless.replace("1000000", "900");
    std::fs::write(project.path().join("scenarios/two.yaml"), fits).unwrap();
    assert_eq!(output(hil(project.path(), &["check"])).status.code(), Some(0));
}

#[test]
fn a_scenario_that_takes_all_memory_ends_at_the_step() {
    let project = project();
    let payload = "x".repeat(500_000);
    let flood = format!(
        "name: Flood\nversion: 1\ntimeout: 1h\nsteps:\n  - delay: 1ms\n  - repeat:\n      times: 100000\n      steps:\n        \
         - publish: {{ topic: nobody/listens, payload: \"{payload}\" }}\n"
    );
    std::fs::write(project.path().join("scenarios/two.yaml"), flood).unwrap();
    let run = output(hil(project.path(), &["run", "scenarios/two.yaml"]));
    let shown = text(&run);
    assert_eq!(run.status.code(), Some(3), "{shown}");
    assert!(shown.contains("the journal is full"), "{shown}");
    assert!(shown.contains("step 2.1 (iteration"), "the step: {shown}");
}
