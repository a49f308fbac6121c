//! `hil boards`.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use hil_bench::lock::LockedPort;
use hil_bench::{Access as _, Grant};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

const BENCH: &str = "
version: 1
defaults: { chip: esp32c3, tags: [lab] }
boards:
  - { id: light-1, port: ./one, tags: [lab, ws2812] }
  - { id: light-2, port: ./two }
  - { id: light-3, port: \"rfc2217://127.0.0.1:1\", tags: [ws2812] }
  - { id: light-4, port: ./none }
  - { id: light-5, port: ./bench.yaml }
";

fn hil(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
    command
        .arg("boards")
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("HIL_LOCK_DIR", folder.join("locks"));
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8([output.stdout.as_slice(), &output.stderr].concat()).unwrap()
}

/// A terminal under a name; it is there as long as what comes back is.
fn terminal(folder: &Path, name: &str) -> std::os::fd::OwnedFd {
    let inner = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&inner).unwrap();
    unlockpt(&inner).unwrap();
    let node = ptsname(&inner, Vec::new()).unwrap().into_string().unwrap();
    std::os::unix::fs::symlink(node, folder.join(name)).unwrap();
    inner
}

fn take(folder: &Path, port: &str) -> Grant {
    let port = folder.join(port).display().to_string().parse().unwrap();
    let board = LockedPort { port, folder: folder.join("locks") };
    board.acquire(Duration::ZERO, &|| false).map_err(|e| e.problem).unwrap()
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"/dev/pts/\d+", "/dev/pts/N");
    settings.add_filter(r"\S+@\S+ \(\S+, process \d+\) since \S+Z", "USER@HOST (hil, process N) since T");
    settings.add_filter(r"; (there are [^\n]*|this machine has no USB serial port)", "; [PORTS]");
    settings
}

#[test]
fn the_table_says_which_boards_are_free_and_what_is_wrong_with_others() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bench.yaml"), BENCH).unwrap();
    let (_one, _two) = (terminal(folder.path(), "one"), terminal(folder.path(), "two"));
    let _grant = take(folder.path(), "two");
    // As wide as any node: the columns must not depend on the machine.
    let output = hil(folder.path(), &[]);
    settings().bind(|| insta::assert_snapshot!(columns(&text(&output))));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(hil(folder.path(), &["--check"]).status.code(), Some(3));
    assert_eq!(hil(folder.path(), &["--check", "--board", "light-1"]).status.code(), Some(0));
    let tagged = text(&hil(folder.path(), &["--board-tag", "ws2812,!lab"]));
    assert!(tagged.contains("light-3") && !tagged.contains("light-1"), "{tagged}");
}

/// Two blanks between columns.
fn columns(text: &str) -> String {
    regex::Regex::new(" {2,}").unwrap().replace_all(text, "  ").into_owned()
}

#[test]
fn json_is_for_scripts() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bench.yaml"), BENCH).unwrap();
    let _terminals = (terminal(folder.path(), "one"), terminal(folder.path(), "two"));
    let _grant = take(folder.path(), "two");
    let boards: serde_json::Value = serde_json::from_slice(&hil(folder.path(), &["--json"]).stdout).unwrap();
    let states: Vec<&str> = boards.as_array().unwrap().iter().map(|board| board["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["free", "in-use", "free", "port-not-there", "no-port"]);
    assert_eq!(boards[1]["owner"]["pid"], std::process::id());
    assert!(boards[0]["node"].as_str().unwrap().starts_with("/dev/"), "{}", boards[0]);
    assert_eq!((&boards[2]["node"], &boards[2]["port"]), (&serde_json::Value::Null, &"rfc2217://127.0.0.1:1".into()));
    assert!(boards[3]["help"].as_str().unwrap().starts_with("is the board plugged in"), "{}", boards[3]);
}

#[test]
fn a_lock_that_was_left_over_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bench.yaml"), BENCH).unwrap();
    let _terminal = terminal(folder.path(), "one");
    // What a process that was killed leaves: its name, and nobody who holds the lock.
    drop(take(folder.path(), "one"));
    let owner = r#"{"user":"ann@ci2","pid":4711,"since":"2026-11-20T12:01:07Z","command":"hil run"}"#;
    for entry in std::fs::read_dir(folder.path().join("locks")).unwrap() {
        std::fs::write(entry.unwrap().path(), owner).unwrap();
    }
    let output = hil(folder.path(), &["--board", "light-1", "--check"]);
    let expected = "free; stale lock of ann@ci2 (hil run, process 4711) since 2026-11-20T12:01:07Z\n";
    assert!(text(&output).ends_with(expected), "{}", text(&output));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn wrong_and_missing_inventories_are_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let output = hil(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).starts_with("error: there is no bench.yaml here\n  help: name one"), "{}", text(&output));
    std::fs::write(folder.path().join("bench.yaml"), "version: 1\nboards: [{ id: a, chip: esp32c3, prot: ./a }]\n")
        .unwrap();
    let output = hil(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output).contains("did you mean `port`?") && text(&output).contains("bench.yaml:2:"),
        "{}",
        text(&output)
    );
    std::fs::write(folder.path().join("bench.yaml"), BENCH).unwrap();
    let output = hil(folder.path(), &["--board", "light1"]);
    assert!(text(&output).contains("did you mean `light-1`?"), "{}", text(&output));
}
