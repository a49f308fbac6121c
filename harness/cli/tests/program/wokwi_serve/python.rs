//! The Python packages wokwi-client 0.5.1, pytest-embedded-wokwi 2.9.3 and pytest-embedded-idf 2.9.3.

use std::process::Command;

use hil_testing::process;
use hil_testing::tool::WOKWI_PYTHON;

use crate::wokwi_serve::server::Server;

/// A program of the folder run by a Python with them; its output. None if there is no such Python.
fn python(server: &Server, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(WOKWI_PYTHON.find()?);
    command.args(arguments).current_dir(server.path("")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("WOKWI_CLI_SERVER", server.url()).env("WOKWI_CLI_TOKEN", "none");
    let output = process::output(command);
    let text = process::text(&output);
    assert!(output.status.success(), "{text}");
    Some(text)
}

const SYNC: &str = r#"
from pathlib import Path
from wokwi_client import WokwiClientSync

client = WokwiClientSync("none")
print("version", client.connect()["version"])
client.upload_file("diagram.json", Path("diagram.json"))
client.upload_file("echo.elf", Path("echo.elf"))
seen = bytearray()
client.serial_monitor(seen.extend)
client.start_simulation(firmware="echo.elf", elf="echo.elf")
client.wait_until_simulation_time(0.05)
assert bytes(seen).endswith(b"ready\n"), seen
client.serial_write("hello")
client.wait_until_simulation_time(0.06)
assert bytes(seen).endswith(b"ready\nhello"), seen
assert client.download("diagram.json") == Path("diagram.json").read_bytes()
assert client.gpio_list()[8] == "esp:GPIO8", client.gpio_list()
assert client.read_pin("esp", "4")["value"] == 1
client.listen_pin("esp", "5")
client.set_control("btn1", "pressed", True)
client.wait_until_simulation_time(0.07)
pin = client.read_pin("esp", "5")
assert pin["value"] == 1 and pin["direction"] == "output", pin
assert bytes(seen).endswith(b"v"), seen
client.save_framebuffer_png("led1", Path("led.png"))
assert Path("led.png").read_bytes().startswith(b"\x89PNG")
vcd = client.save_vcd(Path("out.vcd"))
assert vcd["channel_count"] == 8 and vcd["sample_count"] >= 2, vcd
client.restart_simulation(pause=True)
client.wait_until_simulation_time(0.01)
assert client.last_pause_nanos // 1000 == 10000, client.last_pause_nanos
client.disconnect()
print("all is well")
"#;

#[test]
fn the_python_client_does_all_that_it_can() {
    let server = Server::start(&[]);
    std::fs::write(server.path("sync.py"), SYNC).unwrap();
    let Some(text) = python(&server, &["sync.py"]) else { return };
    assert!(text.contains("all is well"), "{text}");
    server.wait_for("client 1 is wokwi-client-py/");
}

const PYTEST: &str = r#"
def test_echo(dut, wokwi):
    dut.expect_exact("ready")
    dut.write("ping")
    dut.expect_exact("ping")
    wokwi.client.set_control("btn1", "pressed", 1)
    dut.expect_exact("v")
"#;

#[test]
fn pytest_embedded_runs_an_idf_project() {
    let server = Server::start(&[]);
    let build = server.path("build");
    std::fs::create_dir(&build).unwrap();
    let whole = crate::wokwi_serve::firmware::flash(&server);
    std::fs::write(build.join("table.bin"), &whole[crate::wokwi_serve::firmware::TABLE..][..0xC00]).unwrap();
    std::fs::write(build.join("echo.bin"), &whole[crate::wokwi_serve::firmware::APP..]).unwrap();
    std::fs::copy(server.path("echo.elf"), build.join("echo.elf")).unwrap();
    let arguments = r#"{
        "write_flash_args": [], "extra_esptool_args": { "chip": "esp32c3" },
        "flash_settings": { "flash_size": "4MB" },
        "flash_files": { "0x8000": "table.bin", "0x10000": "echo.bin" }
    }"#;
    std::fs::write(build.join("flasher_args.json"), arguments).unwrap();
    std::fs::write(server.path("test_echo.py"), PYTEST).unwrap();
    let arguments = ["-m", "pytest", "-p", "no:cacheprovider", "--embedded-services", "idf,wokwi", "--app-path", "."];
    let diagram = ["--wokwi-diagram", "diagram.json", "--root-logdir", "logs"];
    let Some(text) = python(&server, &[&arguments[..], &diagram].concat()) else { return };
    assert!(text.contains("1 passed"), "{text}");
    server.wait_for("starts 2 parts of the flash");
}
