//! The real wokwi-cli.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Instant;

use hil_testing::process::output;
use hil_testing::tool::{SIGROK, WOKWI_CLI};
use simulator::board::ws2812::Rgb;

use crate::support::workspace;
use crate::wokwi_serve::lights::{color, colors};
use crate::wokwi_serve::program::{self, End};
use crate::wokwi_serve::server::{LIMIT, Server};

/// What it prints and how it ends, in the server's folder, which is a project with this firmware.
pub fn run(program: &PathBuf, server: &Server, firmware: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let toml = format!("[wokwi]\nversion = 1\nfirmware = \"{firmware}\"\nelf = \"{firmware}\"\n");
    std::fs::write(server.path("wokwi.toml"), toml).unwrap();
    let mut command = Command::new(program);
    command.args(arguments).arg(".").current_dir(server.path(""));
    command.env("WOKWI_CLI_SERVER", server.url()).env("WOKWI_CLI_TOKEN", "none").env_remove("FORCE_COLOR");
    let Output { status, stdout, stderr } = output(command);
    (status.code(), String::from_utf8_lossy(&stdout).into_owned() + "---\n" + &String::from_utf8_lossy(&stderr))
}

#[test]
fn texts_and_times_end_it_with_0_1_and_42() {
    let Some(cli) = WOKWI_CLI.find() else { return };
    let server = Server::start(&[]);
    let (code, text) = run(&cli, &server, "echo.elf", &["--expect-text", "ready"]);
    assert!(code == Some(0) && text.contains("ESP-ROM:esp32c3") && text.contains("TEST PASSED"), "{code:?} {text}");
    assert!(text.contains("Connected to Wokwi Simulation API"), "{text}");
    let (code, text) = run(&cli, &server, "echo.elf", &["--fail-text", "ready"]);
    assert!(code == Some(1) && text.contains("Unexpected text found"), "{code:?} {text}");
    let (code, text) = run(&cli, &server, "echo.elf", &["--expect-text", "never", "--timeout", "500"]);
    assert!(code == Some(42) && text.contains("did not finish in 500ms"), "{code:?} {text}");
    let (code, text) = run(&cli, &server, "diagram.json", &["--timeout", "500"]);
    assert!(code == Some(1) && text.contains("Error 400: firmware.json: this is no firmware"), "{code:?} {text}");
}

#[test]
fn ten_thousand_seconds_pass_in_a_few() {
    let Some(cli) = WOKWI_CLI.find() else { return };
    let server = Server::start(&[]);
    let began = Instant::now();
    let elf = program::elf(&server.path(""), End::Halt);
    std::fs::write(server.path("halt.elf"), elf).unwrap();
    let (code, text) = run(&cli, &server, "halt.elf", &["--timeout", "10000000"]);
    assert_eq!(code, Some(42), "{text}");
    // Nobody who tries it out should think that it hangs.
    assert!(text.contains("[hil] the firmware has halted"), "{text}");
    assert!(began.elapsed() < LIMIT / 2, "{:?}", began.elapsed());
}

/// A scenario in a file of the project.
fn scenario(server: &Server, steps: &str) {
    std::fs::write(server.path("test.yaml"), format!("name: Test\nversion: 1\nsteps:\n{steps}")).unwrap();
}

#[test]
fn a_scenario_uses_every_step() {
    let Some(cli) = WOKWI_CLI.find() else { return };
    let server = Server::start(&[]);
    let steps = r#"
  - name: boot
    wait-serial: "ready\n"
  - delay: 20ms
  - write-serial: "ping"
  - wait-serial: "ping"
  - expect-pin: { part-id: esp, name: "5", value: 0 }
  - expect-pin: { part-id: esp, pin: 4, value: 1 }
  - set-control: { part-id: btn1, name: pressed, value: 1 }
  - wait-serial: "v"
  - expect-pin: { part-id: esp, name: "5", value: 1 }
  - write-serial: [104, 105]
  - wait-serial: "hi"
  - take-screenshot: { part-id: led1, save-to: led.png }
  - take-screenshot: { part-id: led1, compare-with: led.png }
"#;
    scenario(&server, steps);
    let (code, text) = run(&cli, &server, "echo.elf", &["--scenario", "test.yaml", "--serial-log-file", "serial.log"]);
    assert!(code == Some(0) && text.contains("Scenario completed successfully"), "{code:?} {text}");
    assert!(std::fs::read_to_string(server.path("serial.log")).unwrap().ends_with("ready\npingvhi"));
    assert_eq!(color(&std::fs::read(server.path("led.png")).unwrap()), [0, 0, 0]);

    scenario(&server, "  - wait-serial: ready\n  - expect-pin: { part-id: esp, name: \"5\", value: 1 }\n");
    let (code, text) = run(&cli, &server, "echo.elf", &["--scenario", "test.yaml"]);
    let failure = regex::Regex::new(r"\[\d+ns\] GPIO esp:5 expected to be 1 but was 0").unwrap();
    assert!(code == Some(1) && failure.is_match(&text), "{code:?} {text}");

    for step in [
        "touch: { part-id: led1, x: 1, y: 2, duration: 10ms, wait: true }",
        "touch-press: { part-id: led1, x: 1, y: 2 }",
        "touch-move: { part-id: led1, x: 1, y: 2 }",
        "touch-release: { part-id: led1 }",
    ] {
        scenario(&server, &format!("  - {step}\n"));
        let (code, text) = run(&cli, &server, "echo.elf", &["--scenario", "test.yaml"]);
        let message = "Error 501: part led1 (wokwi-neopixel) has no touch screen";
        assert!(code == Some(1) && text.contains(message), "{step}: {code:?} {text}");
    }
    // There are no custom chips that could say something.
    scenario(&server, "  - expect-chip-output: hello\n");
    let (code, text) = run(&cli, &server, "echo.elf", &["--scenario", "test.yaml", "--timeout", "300"]);
    assert_eq!(code, Some(42), "{text}");
}

#[test]
fn a_screenshot_and_a_recording_have_the_colour_of_a_known_program() {
    let Some(cli) = WOKWI_CLI.find() else { return };
    let server = Server::start(&[]);
    std::fs::write(server.path("light.elf"), program::elf(&server.path(""), End::Count)).unwrap();
    let shot = ["--screenshot-part", "led1", "--screenshot-time", "50", "--screenshot-file", "shot.png"];
    let arguments = [&["--timeout", "100", "--vcd-file", "out.vcd"], &shot[..]].concat();
    let (code, text) = run(&cli, &server, "light.elf", &arguments);
    assert_eq!(code, Some(42), "{text}");
    assert_eq!(color(&std::fs::read(server.path("shot.png")).unwrap()), [0xFF, 0, 5]);
    let vcd = std::fs::read_to_string(server.path("out.vcd")).unwrap();
    let shown: Vec<Rgb> = colors(&vcd).into_iter().map(|(_, color)| color).collect();
    assert_eq!(shown, [Rgb::new(0xFF, 0, 5)]);
    sigrok(&server, "out.vcd", &["#ff0005"]);
}

/// What sigrok makes of the recording: these colours at first.
fn sigrok(server: &Server, file: &str, expected: &[&str]) {
    let Some(sigrok) = SIGROK.find() else { return };
    let mut command = Command::new(sigrok);
    // Wokwi's nanoseconds would be 1 GHz.
    command.args(["-I", "vcd:downsample=50", "-i", file, "-P", "rgb_led_ws281x:din=LED", "-A", "rgb_led_ws281x=rgb"]);
    command.current_dir(server.path(""));
    let Output { stdout, stderr, .. } = output(command);
    let text = String::from_utf8_lossy(&stdout);
    let found: Vec<&str> = text.lines().filter_map(|line| line.rsplit_once(' ').map(|it| it.1)).collect();
    assert!(found.starts_with(expected), "{text}{}", String::from_utf8_lossy(&stderr));
}

#[test]
fn the_real_light_is_seen_as_it_shines() {
    let Some(cli) = WOKWI_CLI.find() else { return };
    let partitions = workspace().join("firmware/partitions.csv").display().to_string();
    let server = Server::start(&["--partitions", &partitions]);
    std::fs::copy(workspace().join("firmware/prebuilt/light-openeth.elf"), server.path("light.elf")).unwrap();
    let shot = ["--screenshot-part", "led1", "--screenshot-time", "1000"];
    let arguments = [&["--timeout", "1500", "--vcd-file", "out.vcd"], &shot[..]].concat();
    let (code, text) = run(&cli, &server, "light.elf", &arguments);
    assert!(code == Some(42) && text.contains("boot: light"), "{code:?} {text}");
    let vcd = std::fs::read_to_string(server.path("out.vcd")).unwrap();
    let colors = colors(&vcd);
    assert!(colors.len() > 10, "{colors:?}");
    let (_, shown) = colors.iter().rfind(|(at, _)| *at <= 1_000_000_000).unwrap();
    assert_eq!(color(&std::fs::read(server.path("screenshot.png")).unwrap()), [shown.r, shown.g, shown.b]);
    // It has no broker here, and is told so.
    assert!(text.contains("[hil] the device may not connect to"), "{text}");
    let first = |(_, it): &(u64, Rgb)| it.to_string();
    let expected: Vec<String> = colors.iter().take(5).map(first).collect();
    sigrok(&server, "out.vcd", &expected.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn what_the_server_refuses_is_an_error_and_no_hang() {
    let Some(cli) = WOKWI_CLI.find() else { return };
    let full = Server::start(&["--max-clients", "1"]);
    let _first = full.echo();
    let (code, text) = run(&cli, &full, "echo.elf", &["--expect-text", "ready"]);
    assert!(code == Some(1) && text.contains("API Error: the server is full"), "{code:?} {text}");
    let locked = Server::with(&[], |command| _ = command.env("HIL_WOKWI_TOKEN", "secret"));
    let (code, text) = run(&cli, &locked, "echo.elf", &["--expect-text", "ready"]);
    assert!(code == Some(1) && text.contains("401"), "{code:?} {text}");
}
