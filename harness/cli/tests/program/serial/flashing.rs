//! `hil flash` and `hil provision`, on boards of `hil sim serve`.

use std::process::Output;

use firmware::config::esp_nvs::mem_flash::MemFlash;
use firmware::config::esp_nvs::{Key, Nvs};

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
fn what_other_programs_have_in_the_partition_is_kept() {
    const SIZE: usize = 0x6000;
    let place = Place::new();
    let out =
        place.hil(&["provision", "--provisioner", "light", "--out", "nvs.bin", "--client-id", "light-7"]).output();
    assert!(out.unwrap().status.success());
    let image = std::fs::read(place.path("nvs.bin")).unwrap();
    let mut nvs = Nvs::new(0, SIZE, MemFlash::from_bytes(image)).unwrap();
    let calibration: Vec<u8> = (0..3000u32).map(|i| (i % 251) as u8).collect();
    nvs.set(&Key::from_str("phy"), &Key::from_str("cal_data"), calibration.as_slice()).unwrap();
    nvs.set(&Key::from_str("app"), &Key::from_str("serial"), "SN-77").unwrap();
    nvs.set(&Key::from_str("hil"), &Key::from_str("own_key"), 42u64).unwrap();
    std::fs::write(place.path("nvs.bin"), nvs.into_inner().into_inner()).unwrap();

    let partitions = concat!(env!("CARGO_MANIFEST_DIR"), "/../../firmware/partitions.csv");
    let serve = ["light.elf", "--partitions", partitions, "--nvs", "nvs.bin", "--pty", "c3", "--flash", "flash.bin"];
    let served = place.serve(&serve);
    let (code, said) = run(&place, "c3", &["provision", "--provisioner", "light", "--keep", "--prefix", "lab/3"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("client id  \"light-7\", prefix \"lab/3\""), "{said}");
    served.interrupt();
    let flash = std::fs::read(place.path("flash.bin")).unwrap();
    let mut nvs = Nvs::new(0, SIZE, MemFlash::from_bytes(flash[0x9000..0x9000 + SIZE].to_vec())).unwrap();
    let mut text = |space: &str, key: &str| nvs.get::<String>(&Key::from_str(space), &Key::from_str(key)).unwrap();
    assert_eq!(text("hil", "topic_prefix"), "lab/3");
    assert_eq!(text("app", "serial"), "SN-77");
    assert_eq!(nvs.get::<u64>(&Key::from_str("hil"), &Key::from_str("own_key")).unwrap(), 42);
    let kept = nvs.get::<Vec<u8>>(&Key::from_str("phy"), &Key::from_str("cal_data")).unwrap();
    assert_eq!(kept, calibration);
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
