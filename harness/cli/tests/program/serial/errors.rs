//! What can be wrong with a port or a board, as each command says it: a clear error, a remedy, exit code 3.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use hil_testing::process::Running;
use hil_testing::tool::SETPRIV;

use crate::serial::board::Place;
use crate::serial::fake::Board;
use crate::support::Broker;

/// Exit code and all that is said. `PORT` is the port, `BROKER` the broker.
fn say(place: &Place, port: &str, command: &str) -> (Option<i32>, String) {
    let arguments: Vec<&str> = command.split(' ').collect();
    let mut command = place.hil(&arguments);
    command.args(["--port", port]).env("CI", "1");
    let (code, said) = Running::start(command).end();
    (code, said.replace(port, "PORT"))
}

/// Every command that opens a port.
fn commands(place: &Place, broker: &Broker) -> [String; 4] {
    let scenario = "name: Waits\nversion: 1\nsteps:\n  - expect-serial: { text: never, within: 2s }\n";
    std::fs::write(place.path("waits.yaml"), scenario).unwrap();
    [
        "flash light.elf".to_owned(),
        "provision --wifi-ssid lab".to_owned(),
        "monitor --limit 2".to_owned(),
        format!("run --target serial --broker {} waits.yaml", broker.url),
    ]
}

#[test]
fn no_port() {
    let (place, broker) = (Place::new(), Broker::start());
    for (port, error, help) in [
        ("./none", "port PORT: there is none", "is the board plugged in"),
        ("usb:NO-SUCH-SERIAL", "port PORT: there is none", "is the board plugged in"),
        ("rfc2217://127.0.0.1:1", "port PORT: no connection", "running, and are host and port right?"),
    ] {
        for command in commands(&place, &broker) {
            let (code, said) = say(&place, port, &command);
            assert_eq!(code, Some(3), "{command}: {said}");
            assert!(said.contains(error) && said.contains(help), "{command}: {said}");
        }
    }
}

#[test]
fn a_busy_port() {
    let (place, broker) = (Place::new(), Broker::start());
    let mut served = place.serve(&["light.elf", "--pty", "c3", "--rfc2217", "0"]);
    for port in ["c3".to_owned(), format!("rfc2217://{}", served.address())] {
        let mut other = place.hil(&["monitor", "--port", &port]).stdin(Stdio::piped()).spawn().unwrap();
        served.wait_for("is opened by");
        // Opened, and then claimed.
        std::thread::sleep(Duration::from_millis(300));
        for command in commands(&place, &broker) {
            let (code, said) = say(&place, &port, &command);
            assert_eq!(code, Some(3), "{command}: {said}");
            assert!(said.contains(": port PORT: another program has it open"), "{command}: {said}");
            assert!(said.contains("help: end the other program"), "{command}: {said}");
        }
        other.kill().unwrap();
        other.wait().unwrap();
        served.wait_for("is closed");
    }
}

#[test]
fn the_wrong_chip() {
    let place = Place::new();
    let served = place.serve(&["--pty", "c3", "--rfc2217", "0", "--chip", "esp32s3"]);
    for port in ["c3".to_owned(), format!("rfc2217://{}", served.address())] {
        for command in ["flash light.elf", "provision --wifi-ssid lab"] {
            let (code, said) = say(&place, &port, command);
            assert_eq!(code, Some(3), "{said}");
            assert!(said.contains("error: port PORT: the chip is an ESP32-S3, not an ESP32-C3"), "{said}");
            assert!(said.contains("help: name the port of an ESP32-C3 board"), "{said}");
        }
    }
}

#[test]
fn flash_that_fails_to_verify_and_is_well_afterwards() {
    let place = Place::new();
    let mut served = place.serve(&["--pty", "c3"]);
    served.tell("fault flash-writes");
    let (code, said) = say(&place, "c3", "flash light.elf");
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("error: the bootloader does not read back as it was written"), "{said}");
    assert!(said.contains("help: try again with --baud 115200"), "{said}");
    served.tell("mend flash-writes");
    let (code, said) = say(&place, "c3", "flash light.elf");
    assert_eq!((code, said.matches("written and verified").count()), (Some(0), 3), "{said}");
}

#[test]
fn a_dead_board() {
    let place = Place::new();
    let mut served = place.serve(&["--pty", "c3", "--rfc2217", "0"]);
    served.tell("power off");
    for (port, help) in [
        ("c3".to_owned(), "this port cannot reset the board"),
        (format!("rfc2217://{}", served.address()), "is this the board's port?"),
    ] {
        let (code, said) = say(&place, &port, "flash light.elf");
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("error: port PORT: no chip answers in download mode") && said.contains(help), "{said}");
    }
}

#[test]
fn a_wrong_rate() {
    let (place, broker) = (Place::new(), Broker::start());
    let mut served = place.serve(&["light.elf", "--rfc2217", "0"]);
    let port = format!("rfc2217://{}", served.address());
    // What it prints at first must be over: a client has the usual rate before it asks for its own.
    let (code, said) = say(&place, &port, "monitor --until ready --limit 20 --reset");
    assert_eq!(code, Some(0), "{said}");
    for command in [
        "monitor --baud 9600 --until ready --limit 3 --reset".to_owned(),
        "monitor --baud 921600 --until ready --limit 3 --reset".to_owned(),
    ] {
        let (code, said) = say(&place, &port, &command);
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("baud is no text; does the board speak at another rate? Name it: --baud"), "{said}");
    }
    served.wait_for("cannot read what is sent");
    let run = &commands(&place, &broker)[3];
    let (code, said) = say(&place, &port, &format!("{run} --baud 921600"));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("what comes at 921600 baud is no text, and at 115200 baud it is"), "{said}");
    assert!(said.contains("name that rate: --baud"), "{said}");
    let (code, said) = say(&place, &port, "monitor --baud 115200 --until ready --limit 20 --reset");
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_firmware_that_prints_rubbish_after_text_is_not_the_benchs_fault() {
    let (place, broker) = (Place::new(), Broker::start());
    let mut board = Board::new(&place.path(""));
    let steps = "  - write-serial: \"go\\n\"\n  - expect-serial: { text: never, within: 2s }\n";
    std::fs::write(place.path("asks.yaml"), format!("name: Asks\nversion: 1\nsteps:\n{steps}")).unwrap();
    let arguments = ["run", "--target", "serial", "--broker", &broker.url, "--port", "board", "asks.yaml"];
    let mut command = place.hil(&arguments);
    command.env("CI", "1");
    let child = Running::start(command);
    board.expect("go\n");
    board.print("I (12) boot: this is text, and more than enough of it\r\n");
    (0..20).for_each(|_| board.print("\u{1}\u{2}\u{3}\u{4}"));
    let (code, said) = child.end();
    assert_eq!(code, Some(1), "{said}");
    let journal = std::fs::read_to_string(place.path("target/hil/report.jsonl")).unwrap();
    assert!(journal.contains("what comes at 115200 baud is no text"), "{journal}");
}

/// As somebody who may not: root becomes nobody, others take their own right away.
#[test]
fn no_permission() {
    let folder = tempfile::tempdir().unwrap();
    let board = Board::new(folder.path());
    let node = std::fs::read_link(&board.link).unwrap();
    let is_root = std::fs::metadata(folder.path()).unwrap().uid() == 0;
    let mut command = if is_root {
        let Some(setpriv) = SETPRIV.find() else { return };
        let mut command = Command::new(setpriv);
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(for_everybody(folder.path()));
        command
    } else {
        std::fs::set_permissions(&node, Permissions::from_mode(0o0)).unwrap();
        Command::new(env!("CARGO_BIN_EXE_hil"))
    };
    command.args(["monitor", "--limit", "2", "--port"]).arg(&node).env("NO_COLOR", "1").current_dir("/");
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains(&format!("error: port {}: no permission", node.display())), "{said}");
    assert!(said.contains("sudo usermod -aG dialout $USER"), "{said}");
}

/// The program in a folder that everybody may read: the workspace may lie in one that nobody else may.
fn for_everybody(folder: &Path) -> PathBuf {
    std::fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    let copy = folder.join("hil");
    std::fs::copy(env!("CARGO_BIN_EXE_hil"), &copy).unwrap();
    std::fs::set_permissions(&copy, Permissions::from_mode(0o755)).unwrap();
    copy
}
