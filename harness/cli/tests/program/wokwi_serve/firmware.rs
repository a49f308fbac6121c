//! Every form in which firmware is uploaded.

use serde_json::{Value, json};

use crate::wokwi_serve::server::Server;

/// Where the partition table is.
pub const TABLE: usize = 0x8000;
/// Where espflash's usual table has the app.
pub const APP: usize = 0x1_0000;

/// The whole flash with the echo program.
pub fn flash(server: &Server) -> Vec<u8> {
    let arguments = ["sim", "run", "echo.elf", "--flash", "whole.bin", "--for", "1ms"];
    let output = crate::support::hil(&server.path(""), &arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let whole = std::fs::read(server.path("whole.bin")).unwrap();
    let end = whole.iter().rposition(|byte| *byte != 0xFF).unwrap() + 1;
    whole[..end.next_multiple_of(16)].to_vec()
}

fn says_ready(server: &Server, files: &[(&str, &[u8])], start: &Value) {
    let mut client = server.client();
    client.upload_text("diagram.json", crate::wokwi_serve::echo::DIAGRAM);
    files.iter().for_each(|(name, bytes)| client.upload(name, bytes));
    client.ok("serial-monitor:listen", &json!({}));
    client.ok("sim:start", start);
    assert!(client.run_until("ready\n").contains("ESP-ROM"), "{start}");
}

#[test]
fn a_merged_image_an_app_image_and_parts_of_the_flash_start_as_the_elf_file_does() {
    let server = Server::start(&[]);
    let whole = flash(&server);
    let elf = std::fs::read(server.path("echo.elf")).unwrap();
    let pause = |firmware: Value| json!({ "firmware": firmware, "pause": true });
    says_ready(&server, &[("firmware.elf", &elf)], &pause(json!("firmware.elf")));
    // The API lets `firmware` be left out.
    says_ready(&server, &[("firmware.elf", &elf)], &json!({ "elf": "firmware.elf", "pause": true }));
    says_ready(&server, &[("firmware.bin", &whole)], &pause(json!("firmware.bin")));
    says_ready(&server, &[("app.bin", &whole[APP..])], &pause(json!("app.bin")));
    let files: [(&str, &[u8]); 2] =
        [("flash-0x8000.bin", &whole[TABLE..TABLE + 0xC00]), ("flash-0x10000.bin", &whole[APP..])];
    let sections = json!([
        { "offset": TABLE, "file": "flash-0x8000.bin" },
        { "offset": APP, "file": "flash-0x10000.bin" },
    ]);
    // Text from wokwi-cli, a number from the Python client.
    for size in [json!("4MB"), json!(4), Value::Null] {
        says_ready(&server, &files, &json!({ "firmware": sections, "flashSize": size, "pause": true }));
    }
}

#[test]
fn a_flash_that_holds_nothing_to_start_is_told() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.upload_text("diagram.json", crate::wokwi_serve::echo::DIAGRAM);
    client.upload("zeros.bin", &[0; 64]);
    client.ok("sim:start", &json!({ "firmware": [{ "offset": 0, "file": "zeros.bin" }] }));
    let log = client.event("chips:log");
    assert!(log["payload"]["message"].as_str().unwrap().contains("no app that can be started"), "{log}");
}

#[test]
fn the_console_can_be_the_usb_port() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let diagram = r#"{ "version": 1, "parts": [{ "type": "board-esp32-c3-devkitm-1", "id": "esp",
        "attrs": { "serialInterface": "USB_SERIAL_JTAG" } }] }"#;
    client.upload_text("diagram.json", diagram);
    client.upload("echo.elf", &std::fs::read(server.path("echo.elf")).unwrap());
    client.ok("serial-monitor:listen", &json!({}));
    client.ok("sim:start", &json!({ "firmware": "echo.elf" }));
    // The program prints to UART0, which is not the console here.
    let log = client.event("chips:log");
    assert!(log["payload"]["message"].as_str().unwrap().contains("does not connect"), "{log}");
    client.ok("sim:pause", &json!({}));
    assert_eq!(client.serial(), "");
}
