//! First project files, from what lies in a folder.

use std::path::Path;

use hil_project::init::{Unknown, WriteError, detect, write};
use hil_project::parse;

use crate::support::{folder, names};

/// The file that is made for these; it is a right one.
fn made(files: &[(&str, &str)]) -> String {
    let folder = folder(files);
    let text = detect(folder.path()).to_toml();
    if let Err(errors) = parse(Path::new("hil.toml"), text.clone().into_bytes(), &names()) {
        panic!("{}\n{text}", errors.render(false));
    }
    text
}

fn check(name: &str, files: &[(&str, &str)]) {
    insta::assert_snapshot!(name, made(files));
}

/// The file with its commented settings in force.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with([' ', ':']) => format!("{setting}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn settings_in_comments_are_right_ones() {
    let text = uncommented(&made(&[]));
    let file = parse(Path::new("hil.toml"), text.clone().into_bytes(), &names());
    let file = file.unwrap_or_else(|errors| panic!("{}\n{text}", errors.render(false)));
    assert!(file.settings.firmware.is_some() && file.settings.provision.is_some() && !file.settings.hosts.is_empty());
    assert!(file.profiles["bench"].serial.port.is_some());
}

#[test]
fn an_esp_hal_project_is_found() {
    check(
        "esp_hal",
        &[
            (
                "Cargo.toml",
                "[package]\nname = \"thermostat\"\n[dependencies]\nesp-hal = { version = \"1\", features = [\"esp32c3\", \"unstable\"] }\n",
            ),
            (".cargo/config.toml", "[build]\ntarget = \"riscv32imc-unknown-none-elf\"\n"),
            ("src/main.rs", "const BROKER: &str = \"mqtt://broker.example:1883\";"),
            ("src/bin/calibrate.rs", ""),
            ("tests/hil/first.yaml", ""),
        ],
    );
}

#[test]
fn a_package_of_a_workspace_is_built_into_the_workspaces_folder() {
    let folder = folder(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"app\"]\n"),
        (
            "app/Cargo.toml",
            "[package]\nname = \"app\"\n[dependencies]\nesp-hal = { version = \"1\", features = [\"esp32c3\"] }\n",
        ),
        ("app/src/main.rs", ""),
    ]);
    let firmware = detect(&folder.path().join("app")).draft.firmware.expect("a firmware");
    assert_eq!(firmware.file, "../target/riscv32imc-unknown-none-elf/release/app");
}

#[test]
fn an_esp_idf_project_is_found() {
    check(
        "esp_idf",
        &[
            (
                "CMakeLists.txt",
                "cmake_minimum_required(VERSION 3.16)\ninclude($ENV{IDF_PATH}/tools/cmake/project.cmake)\nproject(mqtt_tcp)\n",
            ),
            (
                "sdkconfig",
                "CONFIG_IDF_TARGET=\"esp32c3\"\nCONFIG_ESPTOOLPY_FLASHSIZE=\"2MB\"\nCONFIG_PARTITION_TABLE_CUSTOM=y\n\
             CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"partitions.csv\"\nCONFIG_PARTITION_TABLE_OFFSET=0x9000\n\
             CONFIG_BROKER_URL=\"mqtt://mqtt.eclipseprojects.io\"\n",
            ),
            ("main/app_main.c", "// mqtts://hidden.example is not looked into\n"),
        ],
    );
}

#[test]
fn an_esp_idf_project_with_a_usual_table_has_the_built_one() {
    let files = [("sdkconfig", "CONFIG_IDF_TARGET=\"esp32s3\"\n"), ("build/lamp.elf", "")];
    let folder = folder(&files);
    let detected = detect(folder.path());
    assert_eq!(detected.draft.partitions.as_deref(), Some("build/partition_table/partition-table.bin"));
    assert_eq!(detected.draft.firmware.expect("a firmware").file, "build/lamp.elf");
    assert!(detected.unknown.contains(&Unknown::NoModelOfChip("esp32s3".to_owned())));
}

#[test]
fn a_platformio_project_is_found() {
    check(
        "platformio",
        &[
            (
                "platformio.ini",
                "[platformio]\ndefault_envs = c3, s3\n\n[env]\nframework = arduino\nboard_build.partitions = parts.csv\n\n\
             [env:s3]\nboard = esp32-s3-devkitc-1\n\n[env:c3]\nboard = seeed_xiao_esp32c3 ; the small one\n",
            ),
            ("parts.csv", "nvs, data, nvs, 0x9000, 0x6000\n"),
            ("src/main.cpp", "client.setServer(\"lab\", 1883);"),
            ("sdkconfig.c3", ""),
        ],
    );
}

#[test]
fn an_arduino_sketch_is_found() {
    check("arduino", &[("lamp.ino", "void setup() {}"), ("partitions.csv", "")]);
    check(
        "arduino_with_a_board",
        &[
            ("lamp.ino", ""),
            ("sketch.yaml", "default_fqbn: esp32:esp32:esp32c3\n"),
            ("build/esp32.esp32.esp32c3/lamp.ino.elf", ""),
        ],
    );
}

#[test]
fn a_wokwi_project_is_found() {
    check(
        "wokwi",
        &[
            ("wokwi.toml", "[wokwi]\nversion = 1\nfirmware = \"build/app.bin\"\nelf = \"build/app.elf\"\n"),
            (
                "diagram.json",
                r#"{ "version": 1, "parts": [{ "type": "board-esp32-s3-devkitc-1", "id": "esp" }, { "type": "wokwi-led", "id": "l" }] }"#,
            ),
        ],
    );
}

#[test]
fn an_empty_folder_says_what_is_to_be_filled_in() {
    check("empty", &[]);
}

#[test]
fn broken_files_are_named_and_stop_nothing() {
    let folder =
        folder(&[("Cargo.toml", "[package"), ("wokwi.toml", "="), ("diagram.json", "{"), ("platformio.ini", "")]);
    let detected = detect(folder.path());
    let broken = detected.unknown.iter().filter(|unknown| matches!(unknown, Unknown::Unreadable { .. }));
    assert_eq!(broken.count(), 3);
    assert!(parse(Path::new("hil.toml"), detected.to_toml().into_bytes(), &names()).is_ok());
}

#[test]
fn two_build_tools_are_not_guessed_between() {
    let folder = folder(&[
        ("Cargo.toml", "[package]\nname = \"a\"\n[dependencies]\nesp-hal = \"1\"\n"),
        ("platformio.ini", "[env:c3]\nboard = esp32-c3-devkitm-1\n"),
    ]);
    let unknown = detect(folder.path()).unknown;
    assert!(unknown.iter().any(|it| matches!(it, Unknown::AnotherToolkit(_))), "{unknown:?}");
}

#[test]
fn a_name_that_breaks_out_of_a_comment_or_a_string_does_not() {
    let manifest = "[package]\nname = \"a\\\"\\nb\"\n[dependencies]\nesp-hal = \"1\"\n";
    let text = made(&[("Cargo.toml", manifest), ("src/main.rs", "")]);
    assert!(text.contains("release/a\\\"\\nb") || text.contains("release/a\"\nb"), "{text}");
}

#[test]
fn a_file_that_is_there_stays_as_it_is() {
    let folder = folder(&[("hil.toml", "mine")]);
    let path = folder.path().join("hil.toml");
    assert!(matches!(write(&path, "other"), Err(WriteError::Exists(_))));
    assert_eq!(std::fs::read_to_string(&path).expect("still there"), "mine");
    assert!(matches!(write(&folder.path().join("no/hil.toml"), "x"), Err(WriteError::Io { .. })));
    write(&folder.path().join("new.toml"), "new").expect("written");
    assert_eq!(std::fs::read_to_string(folder.path().join("new.toml")).expect("there"), "new");
}
