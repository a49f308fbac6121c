//! `hil flash` and `hil provision`, on boards of `hil sim serve`.

use std::process::Output;

use crate::serial::board::Place;

/// What a command says, with its exit code. The board's address is not the same twice.
fn run(place: &Place, port: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = place.hil(arguments);
    let Output { status, stdout, stderr } = command
        .args(["--port", port])
        .env("HIL_WIFI_PASSWORD", "secret-99")
        .stdout(std::process::Stdio::piped())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[stdout, stderr].concat()).replace(port, "PORT");
    assert!(!said.contains("secret-99"), "{said}");
    (status.code(), said)
}

#[test]
fn a_board_on_the_network_is_flashed_and_only_what_changed_is_written_again() {
    let place = Place::new();
    let served = place.serve(&["--rfc2217", "0", "--mac", "02:00:00:12:34:56"]);
    let port = format!("rfc2217://{}", served.address());
    let (code, first) = run(&place, &port, &["flash", "light.elf"]);
    assert_eq!(code, Some(0), "{first}");
    assert_eq!(first.matches("written and verified").count(), 3, "{first}");
    assert!(first.contains("ESP32-C3 revision") && first.contains("MAC address 02:00:00:12:34:56"), "{first}");
    assert!(first.ends_with("reset: the board boots\n"), "{first}");

    let (code, second) = run(&place, &port, &["flash", "light.elf"]);
    assert_eq!((code, second.matches("is there already").count()), (Some(0), 3), "{second}");

    let (code, said) = run(&place, &port, &["monitor", "--reset", "--until", "ready", "--limit", "30"]);
    assert_eq!(code, Some(0), "it runs what was flashed: {said}");
}

#[test]
fn a_configuration_is_written_and_kept() {
    let place = Place::new();
    let _served = place.serve(&["--pty", "c3"]);
    let (code, said) = run(&place, "c3", &["provision", "--wifi-ssid", "lab"]);
    assert_eq!(code, Some(3), "a blank board has no partitions: {said}");
    assert!(
        said.contains("the flash has no partition table") && said.contains("help: flash the firmware first"),
        "{said}"
    );

    assert_eq!(run(&place, "c3", &["flash", "light.elf"]).0, Some(0));
    let arguments = ["provision", "--wifi-ssid", "lab", "--client-id", "light-7"];
    let (code, said) = run(&place, "c3", &arguments);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(&place, "c3", &["provision", "--keep", "--prefix", "lab/3"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Wi-Fi      \"lab\", with a password"), "{said}");
    assert!(said.contains("client id  \"light-7\", prefix \"lab/3\""), "{said}");
}

#[test]
fn a_port_without_a_chip_and_a_file_without_firmware_say_so() {
    let place = Place::new();
    let mut board = crate::serial::fake::Board::new(&place.path(""));
    board.print("just a terminal\n");
    let (code, said) = run(&place, "board", &["flash", "light.elf"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("error: port PORT: no chip answers in download mode"), "{said}");
    assert!(said.contains("hold its button BOOT"), "{said}");

    std::fs::write(place.path("text"), "not an ELF").unwrap();
    let (code, said) = run(&place, "board", &["flash", "text"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("not a firmware for the ESP32-C3: not an ELF file"), "{said}");
}
