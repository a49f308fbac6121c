//! Ports that come, go and refuse.

use std::time::{Duration, Instant};

use hil_bench::serial::{Options, PortError, PortSpec, Sequence, SerialPort};

use crate::serial::fake::{Board, until};

fn open(board: &Board, recovery: Duration) -> SerialPort {
    SerialPort::open(&PortSpec::Path(board.link.clone()), Options { recovery, ..Options::default() }).unwrap()
}

#[test]
fn lines_come_whole_and_in_order_and_a_prompt_comes_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut board = Board::new(folder.path());
    let port = open(&board, Duration::from_secs(5));
    let lines: Vec<String> = (0..500).map(|n| format!("I ({n}) light: line {n}\r\n")).collect();
    for chunk in lines.concat().as_bytes().chunks(37) {
        board.print(std::str::from_utf8(chunk).unwrap());
    }
    board.print("> ");
    let seen = until(&port, "> ");
    assert_eq!(seen.concat(), lines.concat() + "> ");
    port.write(b"help\n").wait().unwrap();
    board.expect("help\n");
}

#[test]
fn a_board_that_is_plugged_in_again_under_another_name_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut board = Board::new(folder.path());
    let port = open(&board, Duration::from_secs(10));
    board.print("before\nhalf a li");
    assert_eq!(until(&port, "half"), ["before\n", "half a li"]);
    board.unplug();
    assert_eq!(until(&port, "gone"), ["gone"]);
    // Asked while it is away: done when it is back.
    let pending = port.write(b"ping");
    board.plug();
    assert_eq!(until(&port, "back"), ["back"]);
    pending.wait().unwrap();
    board.expect("ping");
    board.print("after\n");
    assert_eq!(until(&port, "after"), ["after\n"]);
}

#[test]
fn a_board_that_stays_away_ends_within_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let mut board = Board::new(folder.path());
    let port = open(&board, Duration::from_millis(300));
    board.unplug();
    let began = Instant::now();
    let pending = port.write(b"anybody there?");
    let seen = until(&port, "ended");
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(seen.last().unwrap().contains("it has gone and did not come back within 300ms"), "{seen:?}");
    assert!(pending.wait().is_err() && port.is_ended());
}

#[test]
fn a_board_whose_supply_is_off_may_stay_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut board = Board::new(folder.path());
    let port = open(&board, Duration::from_millis(200));
    port.may_be_away(true);
    board.unplug();
    std::thread::sleep(Duration::from_millis(800));
    board.plug();
    assert_eq!(until(&port, "back"), ["gone", "back"]);
}

#[test]
fn what_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let board = Board::new(folder.path());
    let held = open(&board, Duration::from_secs(1));
    let error = |spec: PortSpec| SerialPort::open(&spec, Options::default()).unwrap_err();
    assert!(matches!(error(PortSpec::Path(board.link.clone())), PortError::Busy { .. }));
    assert!(matches!(error(PortSpec::Path(folder.path().join("none"))), PortError::Missing { .. }));
    let file = folder.path().join("file");
    std::fs::write(&file, "text").unwrap();
    assert!(matches!(error(PortSpec::Path(file)), PortError::NotATty { .. }));
    assert!(matches!(error(PortSpec::Usb("NO-SUCH-SERIAL".to_owned())), PortError::Missing { .. }));
    assert!(!held.has_control_lines());
    assert!(matches!(held.reset(Sequence::Run).wait(), Err(PortError::NoControlLines { .. })));
    drop(held);
    drop(open(&board, Duration::from_secs(1)));
}
