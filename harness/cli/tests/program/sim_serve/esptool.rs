//! Real esptool.

use std::path::PathBuf;
use std::process::Command;

use hil_testing::tool::ESPTOOL;

use crate::sim_serve::board::Place;

struct Tool<'a> {
    program: PathBuf,
    place: &'a Place,
    port: String,
}

impl Tool<'_> {
    fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.program);
        command.args(["--chip", "esp32c3", "--port", &self.port]).args(arguments).current_dir(self.place.path(""));
        let output = command.env("NO_COLOR", "1").output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "esptool {arguments:?}: {text}");
        text
    }
}

#[test]
fn esptool_identifies_writes_verifies_reads_and_erases_over_a_terminal() {
    let Some(program) = ESPTOOL.find() else { return };
    let place = Place::new();
    let image = place.image();
    let length = image.len().to_string();
    let mut served = place.serve(&["--pty", "c3", "--mac", "02:00:00:12:34:56"]);
    let tool = Tool { program, place: &place, port: "./c3".to_owned() };
    assert!(tool.run(&["chip-id"]).to_lowercase().contains("02:00:00:12:34:56"));
    let text = tool.run(&["flash-id"]);
    assert!(text.contains("Manufacturer: ef") && text.contains("Device: 4016") && text.contains("4MB"), "{text}");
    for stub in [&[][..], &["--no-stub"]] {
        let with = |arguments: &[&'static str]| [stub, arguments].concat();
        let text = tool.run(&with(&["write-flash", "0x8000", "merged.bin"]));
        assert!(text.contains("Hash of data verified"), "{text}");
        assert!(tool.run(&with(&["verify-flash", "0x8000", "merged.bin"])).contains("Verification successful"));
        tool.run(&[stub, &["read-flash", "0x8000", &length, "back.bin"]].concat());
        assert!(std::fs::read(place.path("back.bin")).unwrap() == image);
    }
    tool.run(&["--baud", "921600", "erase-region", "0x8000", "0x1000"]);
    tool.run(&["read-flash", "0x8000", "0x2000", "back.bin"]);
    let back = std::fs::read(place.path("back.bin")).unwrap();
    assert!(back[..0x1000].iter().all(|byte| *byte == 0xFF));
    // The table is gone: the chip does not boot.
    served.wait_for("the flash holds no app that can be started");
}

#[test]
fn esptool_resets_the_chip_by_its_lines_over_the_network() {
    let Some(program) = ESPTOOL.find() else { return };
    let place = Place::new();
    place.image();
    let mut served = place.serve(&["--rfc2217", "0"]);
    let port = format!("rfc2217://{}", served.address());
    let tool = Tool { program, place: &place, port };
    let text = tool.run(&["write-flash", "0x8000", "merged.bin"]);
    assert!(text.contains("Hash of data verified") && text.contains("Hard resetting"), "{text}");
    served.wait_for("download mode");
    served.wait_for("download mode ends");
    let mut client = crate::sim_serve::client::Client::connect(&served.address());
    client.lines(false, true);
    client.lines(false, false);
    client.read_until(b"ready");
}
