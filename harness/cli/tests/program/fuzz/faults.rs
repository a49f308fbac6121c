//! Each of the ten faults is found from no hint, and its scenario tells the faulty device from the right one.

use crate::fuzz::support::{CHIP, NATIVE, commands, found, fuzz, fuzz_on, run_on, text};

/// Cases in which the fault is found with seed 0, with room to spare.
fn finds(fault: u8, cases: u32, tier: &str) {
    finds_on(NATIVE, fault, &["--execs", &cases.to_string(), "--tier", tier, "--jobs", "2"]);
}

fn finds_on(target: &[&str], fault: u8, limits: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let fault = fault.to_string();
    let output = fuzz_on(target, folder.path(), &[&["--plant-fault", &fault], limits].concat());
    let printed = text(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    let found = found(folder.path());
    assert!(!found.is_empty(), "{printed}");
    for path in &found {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(commands(path) <= 3, "{} commands in\n{text}", commands(path));
        let path = path.to_str().unwrap();
        let (exit, printed) = run_on(target, folder.path(), &[path, "--plant-fault", &fault]);
        assert_eq!(exit, Some(1), "it does not fail with the fault:\n{text}\n{printed}");
    }
    let (exit, printed) = run_on(target, folder.path(), &["found"]);
    assert_eq!(exit, Some(0), "it does not pass without the fault:\n{printed}");
}

#[test]
fn fault_1_an_empty_payload_switches_the_light_on() {
    finds(1, 40, "1");
}

#[test]
fn fault_2_an_empty_payload_starts_the_rainbow() {
    finds(2, 100, "1");
}

#[test]
fn fault_3_numbers_wrap() {
    finds(3, 40, "1");
}

#[test]
fn fault_4_text_around_a_number_is_accepted() {
    finds(4, 40, "1");
}

#[test]
fn fault_5_hue_360_is_magenta() {
    finds(5, 100, "1");
}

#[test]
fn fault_6_a_command_in_the_same_tick_is_lost() {
    finds(6, 30, "2");
}

#[test]
fn fault_7_it_gives_up() {
    finds(7, 60, "2");
}

#[test]
fn fault_8_commands_to_a_device_that_is_away_are_lost() {
    finds(8, 30, "2");
}

#[test]
fn fault_9_a_piece_of_a_long_payload_is_executed() {
    finds(9, 150, "1");
}

#[test]
fn fault_10_flash_is_written_although_nothing_changed() {
    finds(10, 60, "1");
}

#[test]
fn each_is_found_in_the_chips_binary_on_the_simulator() {
    for fault in 1..=10 {
        finds_on(CHIP, fault, &["--execs", "100", "--jobs", "2", "--max-findings", "1"]);
    }
}

#[test]
fn nothing_is_found_on_the_device_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let output = fuzz(folder.path(), &["--execs", "120", "--seed", "1", "--jobs", "2"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains(" 120 cases (tier 1: 60, tier 2: 60)"), "{}", text(&output));
    assert_eq!(found(folder.path()), Vec::<std::path::PathBuf>::new());
}
