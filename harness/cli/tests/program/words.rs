//! What `hil` says before and after a run: filters that leave nothing, what was built, what a scenario does not ask.

use std::path::Path;

use hil_testing::process::{output, text};
use tempfile::TempDir;

use crate::support::{Broker, hil, workspace};

/// A project whose build command leaves a mark.
fn project(output: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    let elf = workspace().join("firmware/prebuilt/light-openeth.elf");
    write("make.sh", &format!("touch built; cat {} > new.elf; echo {output}", elf.display()));
    write("hil.toml", "[firmware]\nbuild = \"sh make.sh\"\n");
    write("scenarios/blink.yaml", "name: Blinks slowly\nversion: 1\ntags: [lamp]\nsteps: [{ delay: 1ms }]\n");
    write(
        "scenarios/fade.yaml",
        "name: Fades\nversion: 1\ntags: [lamp, slow]\nsteps: [{ expect-nothing: { topic: a, for: 1ms } }]\n",
    );
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let run = output(hil(folder, arguments));
    (text(&run), run.status.code())
}

#[test]
fn a_filter_that_leaves_nothing_is_named_and_nothing_is_built() {
    let project = project("new.elf");
    let cases: [(&[&str], &str); 6] = [
        (&["-k", "blnk"], "-k blnk: did you mean `blink`?"),
        (&["-k", "slwly"], "-k slwly: did you mean `slowly`?"),
        (&["-t", "lmp"], "--tag lmp: did you mean `lamp`? no scenario has the tag `lmp`; there are `lamp` and `slow`"),
        (&["-k", "!blink", "-k", "!fade"], "-k !blink -k !fade together leave nothing of 2 scenarios"),
        (&["-k", "blink", "-t", "slow"], "-k blink --tag slow together leave nothing of 2 scenarios"),
        (&["-k", "=scenarios/blnk"], "did you mean `scenarios/blink`?"),
    ];
    for (filters, said) in cases {
        for command in [&["run"][..], &["run", "--list"], &["run", "--dry-run"], &["check"]] {
            let (shown, code) = run(project.path(), &[command, filters].concat());
            assert_eq!(code, Some(4), "{shown}");
            assert!(shown.contains(said), "{command:?} {filters:?}: {shown}");
        }
    }
    let (shown, code) = run(project.path(), &["run", "--list", "-k", "blink", "-k", "fede"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("-k fede: did you mean `fade`?"), "one of several: {shown}");
    assert!(!project.path().join("built").exists(), "nothing of this needs the firmware");
}

#[test]
fn what_would_be_run_is_known_without_a_build() {
    let project = project("new.elf");
    let scenario = "name: Told\nversion: 1\ndevice: { prefix: a }\nsteps: [{ delay: 1ms }]\n";
    std::fs::write(project.path().join("scenarios/told.yaml"), scenario).unwrap();
    for arguments in [&["run", "--list"][..], &["run", "--dry-run"]] {
        let (shown, code) = run(project.path(), arguments);
        assert_eq!(code, Some(0), "{shown}");
        assert!(shown.contains("scenarios/blink"), "{shown}");
    }
    assert!(!project.path().join("built").exists());
    std::fs::write(project.path().join("hil.toml"), "provision = \"none\"\n[firmware]\nbuild = \"sh make.sh\"\n")
        .unwrap();
    let (shown, _) = run(project.path(), &["run", "--dry-run"]);
    assert!(shown.contains("skipped: target sim has no `provision`"), "{shown}");
    assert!(!project.path().join("built").exists());
}

#[test]
fn a_build_that_has_made_nothing_is_not_said_to_have_built() {
    let fresh = project("new.elf");
    let (shown, code) = run(fresh.path(), &["run", "-k", "fade"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("hil.toml:1, built now)"), "{shown}");
    let elf = workspace().join("firmware/prebuilt/light-openeth.elf");
    let only_named = project(&elf.display().to_string());
    let (shown, code) = run(only_named.path(), &["run", "-k", "fade"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("hil.toml:1, built before)"), "{shown}");
}

#[test]
fn a_scenario_that_expects_nothing_is_named() {
    let project = project("new.elf");
    let (shown, code) = run(project.path(), &["check"]);
    assert_eq!(code, Some(0), "{shown}");
    let warning = "warning: scenarios/blink.yaml: no step expects anything: a device that does not die passes";
    assert_eq!(shown.lines().filter(|line| line.starts_with("warning")).collect::<Vec<_>>(), [warning], "{shown}");
    let (shown, code) = run(project.path(), &["run"]);
    assert_eq!(code, Some(0), "{shown}");
    let told = "1 scenario expects nothing: a device that does not die passes\n          scenarios/blink\n";
    assert!(shown.contains(told), "{shown}");
    let report = |name: &str| std::fs::read_to_string(project.path().join("target/hil").join(name)).unwrap();
    assert_eq!(report("report.jsonl").matches("\"expects-nothing\":true").count(), 1);
    assert_eq!(report("report.xml").matches("name=\"expects\" value=\"nothing\"").count(), 1);
    assert_eq!(report("report.html").matches(">expects nothing<").count(), 1);
}

#[test]
fn a_broker_needs_no_scheme() {
    let broker = Broker::start();
    let project = tempfile::tempdir().unwrap();
    std::fs::write(project.path().join("a.yaml"), "name: a\nversion: 1\nsteps: [{ delay: 1ms }]\n").unwrap();
    let address = format!("127.0.0.1:{}", broker.port());
    let (shown, code) = run(project.path(), &["run", "--target", "mqtt", "--broker", &address, "a.yaml"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains(&format!("broker mqtt://{address}")), "{shown}");
    std::fs::write(project.path().join("hil.toml"), format!("target = \"mqtt\"\nbroker = \"{address}\"\n")).unwrap();
    let (shown, code) = run(project.path(), &["run", "a.yaml"]);
    assert_eq!(code, Some(0), "{shown}");
    let (shown, code) = run(project.path(), &["run", "--target", "mqtt", "--broker", "embeded", "a.yaml"]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("did you mean `embedded`?"), "{shown}");
}

#[test]
fn a_firmware_that_is_not_there_has_one_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.yaml"), "name: a\nversion: 1\nsteps: [{ delay: 1ms }]\n").unwrap();
    let broker = Broker::start();
    let commands: [&[&str]; 8] = [
        &["run", "a.yaml", "--firmware", "gone.elf"],
        &["run", "a.yaml", "--target", "serial", "--port", "p", "--broker", &broker.url, "--firmware", "gone.elf"],
        &["up", "--firmware", "gone.elf"],
        &["sim", "run", "gone.elf"],
        &["sim", "test", "gone.elf"],
        &["sim", "serve", "gone.elf", "--rfc2217", "127.0.0.1:0"],
        &["flash", "--port", "p", "gone.elf"],
        &["monitor", "--port", "p", "--elf", "gone.elf"],
    ];
    for command in commands {
        let (shown, code) = run(folder.path(), command);
        assert_eq!(code, Some(3), "{command:?}: {shown}");
        assert!(shown.contains("gone.elf: No such file"), "{command:?}: {shown}");
    }
}

#[test]
fn a_port_that_is_not_there_is_found_even_if_no_scenario_needs_it() {
    let broker = Broker::start();
    let folder = tempfile::tempdir().unwrap();
    let scenario = "name: a\nversion: 1\nrequires: [power]\nsteps: [{ delay: 1ms }]\n";
    std::fs::write(folder.path().join("a.yaml"), scenario).unwrap();
    let serial = ["run", "a.yaml", "--target", "serial", "--broker", &broker.url, "--port", "/dev/not-there"];
    let (shown, code) = run(folder.path(), &serial);
    assert_eq!(code, Some(3), "{shown}");
    assert!(shown.contains("port /dev/not-there: there is none"), "{shown}");
    let (shown, code) = run(folder.path(), &[&serial[..], &["--dry-run"]].concat());
    assert_eq!(code, Some(0), "{shown}");
}

#[test]
fn a_device_that_is_there_already_is_taken_over_by_the_identifier_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = "name: It is back\nversion: 1\nsteps:\n  - take-over: { within: 300ms }\n  - expect-nothing: { topic: a, for: 1ms }\n";
    std::fs::write(folder.path().join("back.yaml"), scenario).unwrap();
    let broker = Broker::start();
    let on_mqtt = ["run", "back.yaml", "--target", "mqtt", "--broker", &broker.url];
    let (said, code) = run(folder.path(), &on_mqtt);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("target mqtt has no `client-id`, needed by step 1 (take-over)"), "{said}");
    // Nobody has this one here.
    let (said, code) = run(folder.path(), &[&on_mqtt[..], &["--client-id", "lamp"]].concat());
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("nobody has taken back the connection of lamp within 300ms"), "{said}");
    assert!(said.contains("--client-id lamp"), "the rerun line names it: {said}");
    let (said, code) = run(folder.path(), &["run", "back.yaml", "--target", "serial", "--client-id", "lamp"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("--client-id needs --target mqtt"), "{said}");
}
