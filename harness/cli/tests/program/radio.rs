//! Faults of the simulated radio: none passes that the device cannot have noticed.

use std::path::Path;

use crate::light::project;
use crate::support::{hil, rom, workspace};

/// Exit code and text of a run of these steps on the chip with its mask ROM.
fn run(rom: &Path, firmware: &str, steps: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let scenario = format!("name: A fault of the radio\nversion: 1\ntimeout: 1min\nsteps:\n{steps}");
    std::fs::write(folder.path().join("radio.yaml"), scenario).unwrap();
    let firmware = workspace().join("firmware/prebuilt").join(firmware);
    let arguments = ["run", "--target", "sim", "--firmware", firmware.to_str().unwrap(), "radio.yaml"];
    let output = hil(folder.path(), &arguments).env("HIL_ROM", rom).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code(), text)
}

/// The failure, without the journal and what is said of the run.
fn failure(text: &str) -> String {
    let from = text.find("error:").unwrap_or_else(|| panic!("no error in {text}"));
    let lines = text[from..].lines().take_while(|line| !line.contains("journal"));
    lines.map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_fault_before_the_device_has_asked_to_join_is_a_bench_error() {
    let Some(rom) = rom() else { return };
    let (code, text) = run(&rom, "light.elf", "  - network: { access-point: off }\n");
    assert_eq!(code, Some(3), "{text}");
    insta::assert_snapshot!(failure(&text));
}

#[test]
fn nobody_is_put_out_who_does_not_hear_of_it() {
    let Some(rom) = rom() else { return };
    let steps = "  - wait-serial: 'mqtt: connected'\n  - network: { rssi: -100 }\n  - network: { deauthenticate: 3 }\n";
    let (code, text) = run(&rom, "light.elf", steps);
    assert_eq!(code, Some(3), "{text}");
    insta::assert_snapshot!(failure(&text));
    let steps = "  - wait-serial: 'mqtt: connected'\n  - network: { deauthenticate: 3 }\n  - wait-serial: 'mqtt: '\n";
    let (code, text) = run(&rom, "light.elf", steps);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn firmware_without_wifi_is_not_tried_by_faults_of_the_radio() {
    let Some(rom) = rom() else { return };
    let (_, text) = run(&rom, "light-openeth.elf", "  - network: { access-point: off }\n");
    assert!(text.contains("1 this firmware has no Wi-Fi driver, needed by step 1 (network)"), "{text}");
    assert!(text.contains("1 scenario: 1 skipped"), "{text}");
}

#[test]
fn a_wrong_access_point_is_told_with_what_is_right_and_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = String::new();
    for wrong in
        ["lab", "ssid=lab,password=short", "ssid=lab,psk=secret123", "ssid=lab,ssid=lab", "ssid=lab,channel=14"]
    {
        let output = hil(folder.path(), &["sim", "run", "none.elf", "--wifi", wrong]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        told += &String::from_utf8(output.stderr).unwrap();
    }
    insta::assert_snapshot!(told);
}
