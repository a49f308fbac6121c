//! Espressif's mask ROM: where it is found, what is none, and what starts with it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{hil, rom, workspace};

const ROM_BYTES: usize = 0x6_0000;

/// `hil` in a home of its own.
fn at_home(home: &Path, arguments: &[&str]) -> Command {
    let mut command = hil(home, arguments);
    command.env("HOME", home);
    for variable in ["HIL_ROM", "IDF_TOOLS_PATH", "ESP_ROM_ELF_DIR", "PLATFORMIO_CORE_DIR", "CARGO_HOME"] {
        command.env_remove(variable);
    }
    command
}

/// Exit code, and what it says in all, without the home's path.
fn told(home: &Path, arguments: &[&str], change: impl FnOnce(&mut Command)) -> (Option<i32>, String) {
    let mut command = at_home(home, arguments);
    change(&mut command);
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code(), text.replace(home.to_str().unwrap(), "HOME"))
}

/// An image with the number of a chip, and the name that its ROM has for itself.
fn image(bytes: usize, chip: u8, name: &str) -> Vec<u8> {
    let mut image = vec![0; bytes];
    image[0x10] = chip;
    image[0x100..0x100 + name.len()].copy_from_slice(name.as_bytes());
    image
}

#[test]
fn without_a_rom_it_says_where_it_looked_and_how_to_get_one() {
    let home = tempfile::tempdir().unwrap();
    let (code, text) = told(home.path(), &["rom"], |_| {});
    assert_eq!(code, Some(3));
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_no_rom_is_told_with_its_cause() {
    let home = tempfile::tempdir().unwrap();
    let files: [(&str, Vec<u8>); 7] = [
        ("cut-off.bin", image(0x2_0000, 5, "esp32c3-api1-20210207")),
        ("too-long.bin", image(ROM_BYTES + 1, 5, "esp32c3-api1-20210207")),
        ("other-chip.bin", image(ROM_BYTES, 13, "esp32c6-20220919")),
        ("xtensa.bin", image(ROM_BYTES, 0, "esp32s3-20210327")),
        ("zeros.bin", vec![0; ROM_BYTES]),
        ("text.txt", b"no ROM at all".to_vec()),
        ("cut-off.elf", b"\x7FELF\x01\x01\x01".to_vec()),
    ];
    let mut text = String::new();
    for (name, bytes) in files {
        std::fs::write(home.path().join(name), bytes).unwrap();
        let (code, said) = told(home.path(), &["rom", "--rom", name], |_| {});
        assert_eq!(code, Some(2), "{name}: {said}");
        text += &format!("{said}\n");
    }
    let light = workspace().join("firmware/prebuilt/light-openeth.elf");
    let (code, said) = told(home.path(), &["rom", "--rom", light.to_str().unwrap()], |_| {});
    assert_eq!(code, Some(2), "{said}");
    text += &said.replace(light.to_str().unwrap(), "light.elf");
    let (code, said) = told(home.path(), &["rom", "--rom", "missing.elf"], |_| {});
    assert_eq!(code, Some(3), "{said}");
    insta::assert_snapshot!(text + &said);
}

#[test]
fn the_rom_is_found_where_other_tools_put_it() {
    let Some(rom) = rom() else { return };
    for (folder, variable, place) in [
        (".espressif/tools/esp-rom-elfs/20241011", None, "ESP-IDF's tools"),
        ("idf/tools/esp-rom-elfs/20241011", Some(("IDF_TOOLS_PATH", "idf")), "ESP-IDF's tools"),
        ("elfs", Some(("ESP_ROM_ELF_DIR", "elfs")), "ESP-IDF's tools"),
        (".platformio/packages/tool-esp-rom-elfs", None, "PlatformIO's packages"),
        ("pio/packages/tool-esp-rom-elfs", Some(("PLATFORMIO_CORE_DIR", "pio")), "PlatformIO's packages"),
        (".cargo/registry/src/index/espflash-4.7.0/resources/roms", None, "cargo's copy of espflash"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let path: PathBuf = home.path().join(folder);
        std::fs::create_dir_all(&path).unwrap();
        // One that hil does not know is not taken unasked.
        std::fs::write(path.join("esp32c3_rev900_rom.elf"), image(ROM_BYTES, 5, "esp32c3-api1-20210207")).unwrap();
        std::fs::copy(&rom, path.join("esp32c3_rev3_rom.elf")).unwrap();
        let set = |command: &mut Command| {
            if let Some((name, value)) = variable {
                command.env(name, home.path().join(value));
            }
        };
        let (code, text) = told(home.path(), &["rom"], set);
        assert_eq!(code, Some(0), "{text}");
        assert!(text.starts_with(&format!("HOME/{folder}/esp32c3_rev3_rom.elf\n  from      {place}\n")), "{text}");
        // What is named goes before, and none is none.
        let (code, _) = told(home.path(), &["rom"], |command| {
            set(command);
            command.env("HIL_ROM", "none");
        });
        assert_eq!(code, Some(3));
    }
}

#[test]
fn the_project_file_and_the_environment_name_it() {
    let Some(rom) = rom() else { return };
    let home = tempfile::tempdir().unwrap();
    std::fs::copy(&rom, home.path().join("it.elf")).unwrap();
    std::fs::write(home.path().join("hil.toml"), "rom = \"it.elf\"\n").unwrap();
    let (code, text) = told(home.path(), &["rom"], |_| {});
    assert_eq!((code, text.lines().nth(1)), (Some(0), Some("  from      hil.toml:1")), "{text}");
    let (code, _) = told(home.path(), &["rom"], |command| {
        command.env("HIL_ROM", "none");
    });
    assert_eq!(code, Some(3), "the environment goes before the file");
    std::fs::write(home.path().join("hil.toml"), "rom = \"none\"\n").unwrap();
    let (code, _) = told(home.path(), &["rom"], |command| {
        command.env("CARGO_HOME", home.path());
    });
    assert_eq!(code, Some(3));
}

#[test]
fn with_the_rom_firmware_starts_as_on_silicon() {
    let Some(rom) = rom() else { return };
    let light = workspace().join("firmware/prebuilt/light-openeth.elf");
    let partitions = workspace().join("firmware/partitions.csv");
    let home = tempfile::tempdir().unwrap();
    let arguments = ["sim", "run", light.to_str().unwrap(), "--partitions", partitions.to_str().unwrap()];
    let run = |rom: &str| told(home.path(), &[&arguments[..], &["--rom", rom, "--for", "200ms"]].concat(), |_| {});
    let (code, text) = run(rom.to_str().unwrap());
    assert_eq!(code, Some(0), "{text}");
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what} is missing in {text}"));
    let banner = place("ESP-ROM:esp32c3-");
    let mode = place("rst:0x1 (POWERON),boot:0xe (SPI_FAST_FLASH_BOOT)");
    let app = place("wifi: address");
    assert!(banner < mode && mode < app, "{text}");
    let (_, text) = run("none");
    assert!(!text.contains("ESP-ROM") && text.contains("wifi: address"), "{text}");
}
