//! Our own firmware: built if there is a compiler for the chip, with a broker of our own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use firmware::config::{BrokerUri, Config, LedLog, Scheme};
use hil_testing::tool::{CHIP_COMPILER, GDB, MOSQUITTO_PUB};

use crate::sim_run::Place;
use crate::sim_run::gdb::{Session, gdb};
use crate::sim_run::program::End;
use crate::support::{Broker, workspace};

/// The firmware's ELF file; `None`, with the reason printed, if it cannot be built here.
fn firmware() -> Option<PathBuf> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT.get_or_init(build).clone()
}

fn build() -> Option<PathBuf> {
    if let Some(path) = CHIP_COMPILER.named() {
        return Some(path);
    }
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sim_run-firmware");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
    command.args(["firmware", "build", "--openeth", "--out"]).arg(&out).current_dir(workspace());
    let output = command.stdin(Stdio::null()).output().unwrap();
    if output.status.code() == Some(3) {
        CHIP_COMPILER.missing(&format!("the firmware cannot be built: {}", String::from_utf8_lossy(&output.stderr)));
        return None;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(out.join("light-openeth.elf"))
}

#[test]
fn our_firmware_reaches_its_broker_and_gdb_breaks_where_a_command_is_applied() {
    let Some(elf) = firmware() else { return };
    let place = Place::new(End::Halt);
    let broker = Broker::start();
    let uri = BrokerUri { scheme: Scheme::Mqtt, host: "broker.hil".to_owned(), port: 1883 };
    let nvs = firmware::config::write(&Config { broker: uri, ..Config::default() }, 0x6000).unwrap();
    std::fs::write(place.path("nvs.bin"), nvs).unwrap();
    let partitions = workspace().join("firmware/partitions.csv");
    let allow = format!("broker.hil:1883=127.0.0.1:{}", broker.port());
    let [elf, partitions] = [&elf, &partitions].map(|path| path.to_str().unwrap());
    let run = ["sim", "run", elf, "--partitions", partitions, "--nvs", "nvs.bin", "--allow", &allow];
    let connected = ["--until", "mqtt: connected", "--for", "20s", "--pcap", "net.pcap"];
    let output = place.hil(&[&run[..], &connected].concat()).output().unwrap();
    let shown = place.shown(&output);
    assert_eq!(output.status.code(), Some(0), "{shown}");
    assert!(shown.contains(&format!("connects to broker.hil:1883, which is 127.0.0.1:{}", broker.port())), "{shown}");
    assert!(std::fs::metadata(place.path("net.pcap")).unwrap().len() > 500);

    let (Some(program), Some(publisher)) = (GDB.find(), MOSQUITTO_PUB.find()) else { return };
    let session = Session::start(place.hil(&[&run[..], &["--gdb", ":0"]].concat()));
    let publish =
        format!("shell (sleep 3; {} -p {} -t cmnd/led/hsb -m 120,255,255 -q 1) &", publisher.display(), broker.port());
    let commands = [
        &publish,
        "rbreak ^firmware::light::shared::.*command",
        "break firmware/src/light/machine.rs:53",
        "continue",
        "backtrace 3",
        "info args",
        "delete",
        "kill",
    ];
    let text = gdb(&program, &place, elf, &session.address, &commands);
    assert!(text.contains("Light<firmware::rules::Contract>::apply"), "{text}");
    assert!(text.contains("command = "), "{text}");
}

/// What the chip says of its light is what the board's LED shows: what it has sent, and what its receiver has heard on the pin.
#[test]
fn our_firmware_says_what_its_light_shows() {
    let Some(elf) = firmware() else { return };
    let place = Place::new(End::Halt);
    let partitions = workspace().join("firmware/partitions.csv");
    let [elf, partitions] = [&elf, &partitions].map(|path| path.to_str().unwrap());
    for (led_log, led_count, word) in [
        (LedLog::Reported, 1, "shows"),
        (LedLog::Measured, 1, "measured"),
        (LedLog::Measured, 3, "measured"),
        (LedLog::Measured, 12, "measured"),
    ] {
        let nvs = firmware::config::write(&Config { led_log, led_count, ..Config::default() }, 0x6000).unwrap();
        std::fs::write(place.path("nvs.bin"), nvs).unwrap();
        let run = ["sim", "run", elf, "--partitions", partitions, "--nvs", "nvs.bin", "--for", "400ms"];
        let output = place.hil(&run).output().unwrap();
        let shown = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let colors = |line_has: &str| -> Vec<&str> {
            let lines = shown.lines().filter(|line| line.contains(line_has));
            lines.filter_map(|line| line.rsplit_once('#').map(|(_, color)| color)).collect()
        };
        let (said, seen) = (colors(&format!("light: {word} #")), colors("led: ["));
        assert!(said.len() > 10 && said == seen, "{led_log}, {led_count} LEDs: {said:?}, {seen:?}\n{shown}");
    }
}
