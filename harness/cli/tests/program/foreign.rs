//! Firmware of another device: what its user does not name stays as it is, byte for byte.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hil_testing::image::pattern;
use hil_testing::program::{End, elf};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

/// Nothing lies where the light has it.
const TABLE: &str = "\
settings, data, nvs,   0xb000,   0x5000
factory,  app,  factory, 0x20000, 0x40000
storage,  data, fat,     0x200000, 0x100000
";
/// Its file system, and settings that no generator of NVS would write.
const STORAGE: u8 = 17;
const SETTINGS: u8 = 5;

const PROJECT: &str = "\
firmware = \"app.elf\"
scenarios = \"tests/hil\"
flash.partitions = \"partitions.csv\"
flash.images = { settings = \"settings.bin\", storage = \"storage.bin\" }
";

/// Its console says `ready`.
const SCENARIO: &str = "name: It is ready\nversion: 1\nsetup: [{ wait-serial: ready }]\nsteps: [{ delay: 100ms }]\n";

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    std::fs::create_dir_all(folder.path().join("tests/hil")).unwrap();
    write("app.elf", &elf(folder.path(), End::Count));
    write("partitions.csv", TABLE.as_bytes());
    write("settings.bin", &pattern(SETTINGS, 0x5000));
    write("storage.bin", &pattern(STORAGE, 0x100000));
    write("hil.toml", PROJECT.as_bytes());
    write("tests/hil/first.yaml", SCENARIO.as_bytes());
    folder
}

fn hil(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

/// The flash as it is after the device has run, and what was printed.
fn flash_after_running(folder: &Path, file: &str) -> (Vec<u8>, String) {
    let log = folder.join("up.log");
    let out = std::fs::File::create(&log).unwrap();
    let mut command = hil(folder);
    command.args(["up", "--port", "0", "--flash", file]);
    let mut up = command.stdout(out.try_clone().unwrap()).stderr(out).spawn().unwrap();
    let until = Instant::now() + LIMIT;
    let printed = || std::fs::read_to_string(&log).unwrap();
    while !printed().contains("serial   ready") {
        assert!(Instant::now() < until && up.try_wait().unwrap().is_none(), "{}", printed());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &up.id().to_string()]).status().unwrap().success());
    assert!(up.wait().unwrap().success(), "{}", printed());
    (std::fs::read(folder.join(file)).unwrap(), printed())
}

#[test]
fn a_scenario_passes_with_a_project_file_of_few_lines() {
    let folder = project();
    let output = hil(folder.path()).arg("run").output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("1 passed"), "{text}");
}

#[test]
fn settings_partitions_and_file_systems_stay_byte_for_byte() {
    let folder = project();
    let (flash, printed) = flash_after_running(folder.path(), "flash.bin");
    assert_eq!(flash.len(), 4 << 20, "{printed}");
    assert!(flash[0xB000..0x10000] == pattern(SETTINGS, 0x5000), "the settings");
    assert!(flash[0x20_0000..0x30_0000] == pattern(STORAGE, 0x100000), "the file system");
    // A magic number of the table's first entry, and its offset.
    assert_eq!(flash[0x8000..0x8008], [0xAA, 0x50, 1, 2, 0, 0xB0, 0, 0]);
    assert_eq!(flash[0x20000], 0xE9, "the app is where the table says");
    // Where the light has its configuration, there is nothing.
    let is_erased = |range: std::ops::Range<usize>| flash[range].iter().all(|byte| *byte == 0xFF);
    assert!(is_erased(0x9000..0xB000) && is_erased(0x1_0000..0x2_0000) && is_erased(0x6_0000..0x20_0000));
    assert!(is_erased(0x30_0000..0x40_0000));
}

#[test]
fn a_flash_file_keeps_data_and_takes_the_new_firmware() {
    let folder = project();
    let (mut flash, _) = flash_after_running(folder.path(), "flash.bin");
    // The device has written in its file system, and its app is an old one.
    flash[0x20_0000..0x20_1000].fill(0x5A);
    flash[0x2_0100..0x2_0200].fill(0);
    std::fs::write(folder.path().join("flash.bin"), &flash).unwrap();
    let (again, _) = flash_after_running(folder.path(), "flash.bin");
    assert!(again[0x20_0000..0x20_1000].iter().all(|byte| *byte == 0x5A));
    assert!(again[0x2_0100..0x2_0200] != flash[0x2_0100..0x2_0200]);
    // Of another table, nobody knows what is whose.
    std::fs::write(folder.path().join("partitions.csv"), TABLE.replace("0x200000", "0x210000")).unwrap();
    let output = hil(folder.path()).args(["up", "--port", "0", "--flash", "flash.bin"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("flash.bin") && text.contains("another partition table"), "{text}");
    assert!(std::fs::read(folder.path().join("flash.bin")).unwrap() == again, "nothing is lost");
}

#[test]
fn images_that_a_target_does_not_write_are_an_error_there() {
    let folder = project();
    let broker = ["--broker", "mqtt://127.0.0.1:1"];
    for target in [&["--target", "wokwi"][..], &["--target", "serial", "--port", "c3", "--firmware", "app.elf"]] {
        let output = hil(folder.path()).arg("run").args(target).args(broker).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("hil.toml:4: settings.bin at settings is not written into"), "{text}");
    }
}
