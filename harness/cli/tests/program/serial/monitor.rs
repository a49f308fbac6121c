//! `hil monitor`.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use hil_testing::console_program::{self, Speaks};

use crate::serial::fake::Board;
use crate::support::hil;

fn monitor(board: &Board, arguments: &[&str]) -> std::process::Child {
    let port = board.link.display().to_string();
    let mut command = hil(Path::new("."), &[&["monitor", "--port", &port], arguments].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn text(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn it_shows_what_the_board_prints_and_sends_what_is_typed() {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let mut board = Board::new(folder.path());
    let mut child = monitor(&board, &["--until", "ready", "--limit", "20"]);
    child.stdin.as_mut().unwrap().write_all(b"hello\n").unwrap();
    board.expect("hello\n");
    board.print("I (1) boot: light\r\nI (2) mqtt: ready\r\n");
    let output = child.wait_with_output().unwrap();
    let (out, err) = text(&output);
    assert_eq!((output.status.code(), out.as_str()), (Some(0), "I (1) boot: light\r\nI (2) mqtt: ready\r\n"), "{err}");
}

#[test]
fn passwords_that_hil_knows_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut board = Board::new(folder.path());
    let project = "provision = { kind = \"serial\", steps = [{ prompt = \"Password:\", answer = \"of the device\\n\" }] }\n\
                   [broker]\nurl = \"wss://lab/mqtt?token=a1b2c3d4e5\"\n";
    std::fs::write(folder.path().join("hil.toml"), project).unwrap();
    let port = board.link.display().to_string();
    let mut command = hil(folder.path(), &["monitor", "--port", &port, "--until", "ready", "--limit", "20"]);
    command.env("HIL_WIFI_PASSWORD", "correct horse").env("HIL_BROKER_PASSWORD", "s3cr3t");
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    board.print("joining lab, correct horse\r\nmqtt://dev:s3cr3t@lab\r\n");
    board.print("wss://lab/mqtt?token=a1b2c3d4e5\r\nPassword: of the device\r\nready\r\n");
    let output = child.wait_with_output().unwrap();
    let (out, err) = text(&output);
    assert_eq!(output.status.code(), Some(0), "{err}");
    insta::assert_snapshot!(out.replace('\r', ""));
}

#[test]
fn a_panic_of_esp_idf_has_the_names_of_its_functions() {
    let folder = tempfile::tempdir().unwrap();
    let (elf, [pc, ra]) = console_program::elf(folder.path(), Speaks::Panic);
    let path = folder.path().join("app.elf");
    std::fs::write(&path, elf).unwrap();
    let mut board = Board::new(folder.path());
    let child = monitor(&board, &["--elf", path.to_str().unwrap(), "--until", "Rebooting...", "--limit", "20"]);
    board.print(&console_program::panic_text(pc, ra));
    let output = child.wait_with_output().unwrap();
    let (out, err) = text(&output);
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(out.contains("Guru Meditation"), "{out}");
    let calls: Vec<&str> = err.lines().filter(|line| line.starts_with("    ")).collect();
    insta::assert_snapshot!(calls.join("\n").replace(folder.path().to_str().unwrap(), "[folder]"));
}

#[test]
fn each_line_can_begin_with_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut board = Board::new(folder.path());
    board.print("one\ntwo\n");
    let output = monitor(&board, &["--timestamps", "--until", "two", "--limit", "20"]).wait_with_output().unwrap();
    let (out, _) = text(&output);
    let expected = regex::Regex::new(r"^\[\d\d:\d\d:\d\d\.\d{3}\] one\n\[\d\d:\d\d:\d\d\.\d{3}\] two\n$").unwrap();
    assert!(expected.is_match(&out), "{out}");
}

#[test]
fn a_text_that_does_not_come_and_a_port_that_goes_are_bench_errors() {
    let folder = tempfile::tempdir().unwrap();
    let mut board = Board::new(folder.path());
    let output = monitor(&board, &["--until", "never", "--limit", "1"]).wait_with_output().unwrap();
    let (_, err) = text(&output);
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("\"never\" was not printed within 1 s"), "{err}");

    let child = monitor(&board, &["--recovery", "1"]);
    std::thread::sleep(Duration::from_millis(500));
    board.unplug();
    let output = child.wait_with_output().unwrap();
    let (_, err) = text(&output);
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("did not come back within 1s") && err.contains("help: check cable"), "{err}");
}

#[test]
fn a_port_that_is_not_there_says_what_to_do() {
    let run = |port: &str| {
        let output = hil(Path::new("."), &["monitor", "--port", port]).output().unwrap();
        (output.status.code(), text(&output).1)
    };
    let (code, err) = run("/dev/no-such-port");
    assert_eq!(code, Some(3));
    assert!(
        err.starts_with("error: port /dev/no-such-port: there is none") && err.contains("help: is the board"),
        "{err}"
    );
    let (code, err) = run("socket://lab:1");
    assert_eq!(code, Some(2));
    assert!(err.contains("is neither a path nor usb:SERIAL nor rfc2217://HOST:PORT"), "{err}");
}
