//! A project of one's own, through the real program.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// The light's binary for emulators. Nobody says that it is the light: to hil it is a stranger.
const STRANGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../firmware/prebuilt/light-openeth.elf");

/// What every device does.
const SCENARIO: &str = "name: It runs\nversion: 1\nsteps:\n  - delay: 2s\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// Both outputs and the exit code.
fn hil(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
    command.args(arguments).current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (text, output.status.code().unwrap())
}

/// Five lines for a firmware that connects to `broker.example`.
fn five_lines(firmware: &str) -> String {
    format!("firmware = \"{firmware}\"\nscenarios = \"tests/hil\"\n\n[hosts]\n\"broker.example:1883\" = \"broker\"\n")
}

#[test]
fn an_empty_folder_is_an_error_with_three_ways_out() {
    let empty = folder(&[]);
    let (text, code) = hil(empty.path(), &["run"]);
    assert_eq!(code, 2, "{text}");
    for way in ["hil run --firmware FILE", "--target mqtt --broker URL", "--target serial --port PORT", "hil init"] {
        assert!(text.contains(way), "{way} is missing in:\n{text}");
    }
    // Not even with a scenario, or the light's own name for a target.
    let with_scenario = folder(&[("scenarios/a.yaml", SCENARIO)]);
    let (text, code) = hil(with_scenario.path(), &["run"]);
    assert_eq!(code, 2, "{text}");
    let (text, code) = hil(with_scenario.path(), &["run", "--target", "native"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("hil demo"), "{text}");
}

#[test]
fn a_stranger_with_five_lines_passes_and_is_named() {
    let place = folder(&[("hil.toml", &five_lines(STRANGER)), ("tests/hil/first.yaml", SCENARIO)]);
    let (text, code) = hil(place.path(), &["run"]);
    assert_eq!(code, 0, "{text}");
    let first = text.lines().next().unwrap();
    assert!(first.contains("target sim (default: hil.toml:1)"), "{first}");
    assert!(first.contains("light-openeth.elf (firmware ") && first.contains("sha256 "), "{first}");
    let junit = std::fs::read_to_string(place.path().join("target/hil/report.xml")).unwrap();
    assert!(junit.contains("name=\"firmware-sha256\"") && junit.contains("name=\"firmware-version\""), "{junit}");
    let html = std::fs::read_to_string(place.path().join("target/hil/report.html")).unwrap();
    assert!(html.contains("firmware SHA-256"));
}

#[test]
fn a_build_command_is_run_in_the_projects_folder_and_names_the_firmware() {
    let toml = "scenarios = \"s\"\n[firmware]\nbuild = \"cp $STRANGER out.elf && echo && echo out.elf\"\n";
    let place =
        folder(&[("hil.toml", &toml.replace("$STRANGER", STRANGER)), ("s/first.yaml", SCENARIO), ("sub/x", "")]);
    let (text, code) = hil(&place.path().join("sub"), &["run"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("firmware ../out.elf") && text.contains("built now"), "{text}");
    let failing = folder(&[("hil.toml", "firmware.build = \"echo no; false\"\n"), ("scenarios/a.yaml", SCENARIO)]);
    let (text, code) = hil(failing.path(), &["run"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("the build failed") && text.contains("no\n"), "{text}");
}

#[test]
fn an_unknown_key_is_shown_with_its_place_and_nothing_runs() {
    let place = folder(&[("hil.toml", "firmwares = \"a.elf\"\n"), ("scenarios/a.yaml", SCENARIO)]);
    for arguments in [&["run"][..], &["check"], &["config"], &["fuzz"]] {
        let (text, code) = hil(place.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}: {text}");
        assert!(text.contains("--> hil.toml:1:1") && text.contains("did you mean `firmware`?"), "{text}");
    }
}

#[test]
fn check_reads_the_project_file_and_looks_for_the_files_that_it_names() {
    let place =
        folder(&[("hil.toml", "diagram = \"gone.json\"\n[vars]\nroom = \"lab\"\n"), ("scenarios/a.yaml", SCENARIO)]);
    let (text, code) = hil(place.path(), &["check", "hil.toml"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("there is no gone.json") && text.contains("--> hil.toml:1:11"), "{text}");
    std::fs::write(place.path().join("hil.toml"), "[vars]\nroom = \"lab\"\n").unwrap();
    let of_room = "name: In ${room}\nversion: 1\nsteps:\n  - log: \"${room}\"\n";
    std::fs::write(place.path().join("scenarios/a.yaml"), of_room).unwrap();
    let (text, code) = hil(place.path(), &["check"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("hil.toml: no errors\n1 scenario in 1 file: no errors"), "{text}");
}

#[test]
fn config_says_what_holds_and_where_it_is_from() {
    let toml = "firmware = \"a.elf\"\nbroker = \"mqtt://lab\"\n\n[profile.bench]\ntarget = \"serial\"\nserial.port = \"usb:1\"\n";
    let place = folder(&[("hil.toml", toml)]);
    let (text, code) = hil(place.path(), &["config", "--profile", "bench", "--broker", "mqtt://desk"]);
    assert_eq!(code, 0, "{text}");
    insta::assert_snapshot!(text, @r"
    project file hil.toml, profile bench

    scenarios          scenarios          default
    target             serial             hil.toml:5, profile bench
    firmware.file      a.elf              hil.toml:1
    broker.url         mqtt://desk        --broker
    serial.port        usb:1              hil.toml:6, profile bench
    wifi.password-env  HIL_WIFI_PASSWORD  default
    ");
    let (text, code) = hil(place.path(), &["config", "--json"]);
    assert_eq!(code, 0, "{text}");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["file"], "hil.toml");
    let firmware = json["settings"].as_array().unwrap().iter().find(|it| it["key"] == "firmware.file").unwrap();
    assert_eq!(firmware["origin"], serde_json::json!({ "kind": "file", "file": "hil.toml", "line": 1 }));
    let (text, code) = hil(place.path(), &["config", "--profile", "bnech"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("did you mean `bench`?"), "{text}");
}

#[test]
fn init_writes_a_project_file_once() {
    let place = folder(&[("platformio.ini", "[env:c3]\nboard = esp32-c3-devkitm-1\n")]);
    let (text, code) = hil(place.path(), &["init"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("wrote hil.toml") && text.contains("not known: "), "{text}");
    let written = std::fs::read_to_string(place.path().join("hil.toml")).unwrap();
    assert!(written.contains("build = [\"pio\", \"run\", \"-e\", \"c3\"]"), "{written}");
    let (text, code) = hil(place.path(), &["init", "--output", "scenarios/second.yaml"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("hil.toml stays as it is"), "{text}");
    assert_eq!(std::fs::read_to_string(place.path().join("hil.toml")).unwrap(), written);
    let (text, code) = hil(place.path(), &["check"]);
    assert_eq!(code, 0, "{text}");
}
