//! `hil run --target serial`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use hil_testing::process::Running;

use crate::serial::fake::Board;
use crate::support::{Broker, hil};

/// Starts a run of one scenario on the board.
pub fn start(folder: &Path, broker: &Broker, scenario: &str, arguments: &[&str]) -> Running {
    std::fs::write(folder.join("scenario.yaml"), scenario).unwrap();
    Running::start(run(folder, broker, arguments))
}

/// That run of `scenario.yaml`.
pub fn run(folder: &Path, broker: &Broker, arguments: &[&str]) -> Command {
    let fixed = ["run", "--target", "serial", "--port", "board", "--broker", &broker.url];
    let mut command = hil(folder, &[&fixed, arguments, &["scenario.yaml"]].concat());
    command.env("CI", "1");
    command
}

const ASK: &str = "
name: Asks
version: 1
steps:
  - write-serial: \"go\\n\"
  - expect-serial: { text: done, within: 10s }
";

#[test]
fn what_the_board_prints_is_expected_and_what_is_written_reaches_it() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
    let child = start(folder.path(), &broker, ASK, &[]);
    board.expect("go\n");
    board.print("I (5) light: all done\r\n");
    let (code, said) = child.end();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_board_that_is_unplugged_and_plugged_in_again_loses_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
    let child = start(folder.path(), &broker, ASK, &[]);
    board.expect("go\n");
    board.unplug();
    std::thread::sleep(Duration::from_millis(300));
    board.plug();
    // Printed only when the port is open again, as a board's boot takes longer than that.
    std::thread::sleep(Duration::from_millis(500));
    board.print("I (5) light: done\r\n");
    let (code, said) = child.end();
    assert_eq!(code, Some(0), "{said}");
    let journal = std::fs::read_to_string(folder.path().join("target/hil/report.jsonl")).unwrap();
    assert!(journal.contains("the serial port has gone") && journal.contains("the serial port is back"), "{journal}");
}

#[test]
fn a_board_that_stays_away_is_a_bench_error() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
    let child = start(folder.path(), &broker, ASK, &["--recovery", "1"]);
    board.expect("go\n");
    board.unplug();
    let (code, said) = child.end();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("did not come back within 1s"), "{said}");
}

#[test]
fn a_panic_fails_the_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
    let child = start(folder.path(), &broker, ASK, &[]);
    board.expect("go\n");
    board.print("E (7) panic: panicked at src/main.rs:3:5:\r\nE (7) panic: at 0x42000010\r\ndone\r\n");
    let (code, said) = child.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the device panicked: E (7) panic: panicked at src/main.rs:3:5:"), "{said}");
}

#[test]
fn a_reset_of_the_boards_own_fails_the_scenario_unless_it_may() {
    let boots = |reset: &str| {
        format!("ESP-ROM:esp32c3-api1-20210207\r\nrst:{reset},boot:0xc (SPI_FAST_FLASH_BOOT)\r\ndone\r\n")
    };
    let run = |scenario: &str, reset: &str| {
        let folder = tempfile::tempdir().unwrap();
        let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
        let child = start(folder.path(), &broker, scenario, &[]);
        board.expect("go\n");
        board.print(&boots(reset));
        child.end()
    };
    let (code, said) = run(ASK, "0x3 (RTC_SW_SYS_RST)");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the device reset itself: by software (RTC_SW_SYS_RST)"), "{said}");
    let may = ASK.replacen("version: 1", "version: 1\nmay-reset: true", 1);
    let (code, said) = run(&may, "0x3 (RTC_SW_SYS_RST)");
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(&may, "0x7 (TG0WDT_SYS_RST)");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the device panicked: reset by a watchdog (TG0WDT_SYS_RST)"), "{said}");
    // Whoever has made this one is not known.
    let (code, said) = run(ASK, "0x1 (POWERON)");
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn supply_and_reset_are_commands_of_the_bench() {
    let scenario = "
name: Cycle
version: 1
steps:
  - reset
  - power: off
  - power: on
";
    let folder = tempfile::tempdir().unwrap();
    let (broker, _board) = (Broker::start(), Board::new(folder.path()));
    let (code, said) = start(folder.path(), &broker, scenario, &[]).end();
    assert_eq!(code, Some(4), "a pseudo-terminal can neither: {said}");
    let commands = ["--power-command", "echo {on|off} >> did", "--reset-command", "echo reset >> did"];
    let (code, said) = start(folder.path(), &broker, scenario, &commands).end();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(std::fs::read_to_string(folder.path().join("did")).unwrap(), "reset\nreset\noff\non\n");

    let (code, said) =
        start(folder.path(), &broker, scenario, &["--power-command", "false {on|off}", "--reset-command", "true"])
            .end();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("`false off` failed"), "{said}");
}

#[test]
fn what_a_board_needs_is_asked_for() {
    let run = |arguments: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("scenario.yaml"), ASK).unwrap();
        Running::start(hil(folder.path(), &[&["run"], arguments, &["scenario.yaml"]].concat())).end()
    };
    let broker = Broker::start();
    let cases: [(&[&str], i32, &str); 4] = [
        (&["--target", "serial", "--port", "x"], 2, "needs a broker that the board is on too"),
        (&["--target", "serial", "--broker", "mqtt://127.0.0.1:1"], 2, "--target serial needs a board"),
        (&["--target", "serial", "--port", "/dev/none", "--broker", &broker.url], 3, "there is none"),
        (&["--target", "native", "--light", "reported"], 2, "--light has a meaning only with --target serial"),
    ];
    for (arguments, expected, text) in cases {
        let (code, said) = run(arguments);
        assert_eq!(code, Some(expected), "{said}");
        assert!(said.contains(text), "{said}");
    }
}
