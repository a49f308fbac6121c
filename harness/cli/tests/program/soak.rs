//! `hil soak`: what holds survives disturbances, what hangs by a thread is told, and the line that it prints does it again.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::{hil, workspace};

/// The answer comes in no time undisturbed, and has less room than a disturbance takes.
const TIGHT: &str = r#"
name: The answer comes at once
version: 1
setup:
  - expect-retained: { topic: stat/led/online, payload: online, within: 10s }
steps:
  - request: { topic: cmnd/led/power, payload: "on", response: ok, within: 1ms }
"#;

/// Fails as long as the status comes in no time: late, it comes when nobody looks any more.
const BLIND: &str = r#"
name: No status comes
version: 1
setup:
  - expect-retained: { topic: stat/led/online, payload: online, within: 10s }
  - delay: 100ms
steps:
  - publish: { topic: cmnd/led/power, payload: "off" }
  - expect-nothing: { topic: stat/led/power, for: 1ms }
"#;

fn light(scenario: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    crate::light::project(folder.path());
    std::fs::write(folder.path().join("one.yaml"), scenario).unwrap();
    folder
}

fn soak(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let out = hil(folder, &["soak"]).args(arguments).output().unwrap();
    (out.status.code().unwrap(), told(&out))
}

fn told(out: &Output) -> String {
    String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
}

/// The lines about the first flip, without the time that it took.
fn flip(text: &str) -> String {
    let about = text.lines().skip_while(|line| !line.starts_with("flip 1:"));
    about.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The second command waits for the acknowledgement of the first: were that late, both would not come within one LED tick; and a reset
/// would overtake a command that waits behind pieces.
#[test]
fn a_planted_fault_is_given_its_commands_in_time() {
    for (filter, seed) in
        [("=scenarios/command/two-in-quick-succession[hue and power]", "1"), ("=scenarios/session/reset", "33")]
    {
        for round in ["1", "2", "3", "4", "5", "6"] {
            let again =
                ["--plant-fault", "6", "--seed", seed, "--round", round, "--latest", "5ms", "--target", "native"];
            let (code, text) = soak(workspace(), &[&again[..], &["--filter", filter]].concat());
            assert_eq!(code, 0, "{text}");
            assert!(text.contains("1 disturbed runs, 0 flipped"), "{text}");
        }
    }
}

#[test]
fn good_scenarios_pass_and_those_of_a_broken_device_fail_however_they_are_disturbed() {
    let reports = TempDir::new().unwrap();
    let file = |name: &str| reports.path().join(name).display().to_string();
    let (junit, json, html) = (file("a.xml"), file("a.jsonl"), file("a.html"));
    let (code, text) = soak(
        workspace(),
        &[
            "scenarios/command",
            "scenarios/session",
            "--target",
            "native",
            "--runs",
            "160",
            "--seed",
            "5",
            "--faults",
            "3",
            "--junit",
            &junit,
            "--json",
            &json,
            "--html",
            &html,
        ],
    );
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("160 disturbed runs") && text.contains("seed 5: 0 flipped verdicts"), "{text}");
    let faulty = text.lines().find(|line| line.starts_with("fault 3")).unwrap_or_else(|| panic!("{text}"));
    assert!(
        faulty.contains("(0 passed, ") && !faulty.contains(" 0 failed") && faulty.ends_with(" 0 flipped"),
        "{faulty}"
    );
    assert!(!faulty.contains(", 0 disturbed runs"), "{faulty}");
    let junit = std::fs::read_to_string(junit).unwrap();
    assert!(junit.contains("fault 3: scenarios/") && !junit.contains("<failure"), "{junit}");
}

#[test]
fn a_verdict_that_hangs_by_a_thread_flips_and_its_line_flips_it_again() {
    for (scenario, title) in [
        (TIGHT, "one: passed undisturbed, failed when disturbed"),
        (BLIND, "one: failed undisturbed, passed when disturbed"),
    ] {
        let folder = light(scenario);
        let (code, text) =
            soak(folder.path(), &["one.yaml", "--target", "native", "--runs", "20", "--seed", "7", "--faults", "none"]);
        assert_eq!(code, 1, "{text}");
        let first = flip(&text);
        assert!(first.contains(title) && first.contains("seed 7, round ") && first.contains("disturbed by "), "{text}");
        let again =
            first.lines().find_map(|line| line.strip_prefix("  again: hil ")).unwrap_or_else(|| panic!("{text}"));
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec \"$HIL\" {again}")]).env("HIL", env!("CARGO_BIN_EXE_hil"));
        let out = command.current_dir(folder.path()).env("NO_COLOR", "1").output().unwrap();
        assert_eq!(out.status.code(), Some(1), "{}", told(&out));
        assert_eq!(flip(&told(&out)), first);
        let junit = std::fs::read_to_string(folder.path().join("target/hil/soak/report.xml")).unwrap();
        assert!(junit.contains("hil::soak") && junit.contains("--round"), "{junit}");
    }
}

#[test]
fn undisturbed_nothing_flips() {
    let folder = light(TIGHT);
    let arguments =
        ["one.yaml", "--target", "native", "--runs", "20", "--faults", "none", "--disturb", "pieces,slow-host"];
    let (code, text) = soak(folder.path(), &arguments);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn wrong_usage_and_nothing_to_run_have_their_exit_codes() {
    let folder = light(TIGHT);
    let (code, text) = soak(folder.path(), &["one.yaml", "--latest", "1us"]);
    assert!(code == 2 && text.contains("whole milliseconds"), "{code}: {text}");
    let (code, text) = soak(folder.path(), &["one.yaml", "--disturb", "gremlins"]);
    assert!(code == 2 && text.contains("starved-cpu"), "{code}: {text}");
    let (code, text) = soak(folder.path(), &["one.yaml", "-k", "two"]);
    assert!(code == 4, "{code}: {text}");
    let (code, text) = soak(folder.path(), &["one.yaml", "--target", "native", "--faults", "99"]);
    assert!(code == 2 && text.contains("no fault 99"), "{code}: {text}");
}

/// A library that steps the wall clock back and forth by days at every look; the monotonic clock stays as it is.
const STEPPING: &str = r#"
use std::ffi::{c_int, c_long};
use std::sync::atomic::{AtomicI64, Ordering};

#[repr(C)]
pub struct Timespec { seconds: i64, nanos: c_long }

unsafe extern "C" { fn syscall(number: c_long, ...) -> c_long; }

static LOOKS: AtomicI64 = AtomicI64::new(0);

#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int {
    let result = unsafe { syscall(NUMBER, clock, time) } as c_int;
    if clock == 0 && result == 0 {
        let look = LOOKS.fetch_add(1, Ordering::Relaxed);
        unsafe { (*time).seconds += (look % 5 - 2) * 86_400 };
        if look == 0 { eprintln!("the wall clock steps"); }
    }
    result
}
"#;

/// MQTT brokers count expiry in wall time, reports carry the date: neither may reach a verdict.
#[test]
fn no_verdict_depends_on_the_wall_clock() {
    let number = match (cfg!(target_os = "linux"), std::env::consts::ARCH) {
        (true, "x86_64") => "228",
        (true, "aarch64") => "113",
        _ => return eprintln!("not tested: the wall clock is stepped on Linux on x86-64 and AArch64 only"),
    };
    let folder = TempDir::new().unwrap();
    let (source, library) = (folder.path().join("stepping.rs"), folder.path().join("libstepping.so"));
    std::fs::write(&source, STEPPING.replace("NUMBER", number)).unwrap();
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let mut build = Command::new(rustc);
    build.args(["--edition", "2024", "--crate-type", "cdylib", "-o"]).arg(&library).arg(&source);
    assert!(build.status().unwrap().success());
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (junit, json, html) = (file("a.xml"), file("a.jsonl"), file("a.html"));
    let mut command = hil(workspace(), &["soak", "scenarios/session", "scenarios/store", "scenarios/request"]);
    command.args(["--target", "native", "--runs", "100", "--faults", "none"]);
    command.args(["--junit", &junit, "--json", &json, "--html", &html]).env("LD_PRELOAD", &library);
    let out = command.output().unwrap();
    let text = told(&out);
    assert!(text.contains("the wall clock steps"), "the library was not looked at: {text}");
    assert_eq!(out.status.code(), Some(0), "{text}");
    assert!(!text.contains(" 0 passed") && text.contains(" 0 failed undisturbed"), "{text}");
}
