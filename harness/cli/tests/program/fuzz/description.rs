//! Descriptions of devices, and what is said about wrong ones.

use std::path::{Path, PathBuf};

use hil_fuzz::device::DeviceDescription;

#[test]
fn wrong_descriptions_are_explained() {
    let folder = Path::new("tests/fixtures/device/wrong");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let errors = DeviceDescription::load(&path, &[std::sync::Arc::new(light_host::LightModel)])
            .err()
            .unwrap_or_else(|| panic!("{} should be wrong", path.display()));
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        insta::assert_snapshot!(name, errors.render(false));
    }
}

#[test]
fn the_description_of_the_manual_is_one() {
    let text = std::fs::read_to_string("../../docs/fuzz.md").unwrap();
    let mut examples = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let example = examples.find(|example| example.starts_with("version: 1")).unwrap();
    let device = DeviceDescription::load_text(Path::new("device.yaml"), example, &[])
        .unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    assert_eq!(device.state.get("target"), "20");
    let keys = device.statuses[0].payload.keys(&device.state);
    assert_eq!(keys, r#", payload: "{\"target\":20,\"mode\":\"eco\"}""#);
}

#[test]
fn the_description_of_json_in_the_manual_is_the_one_that_is_tried() {
    let text = std::fs::read_to_string("../../docs/fuzz.md").unwrap();
    let section = text.split("## Devices that speak JSON").nth(1).unwrap();
    let example = section.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(example.lines().count() <= 20, "{example}");
    let of_manual = DeviceDescription::load_text(Path::new("device.yaml"), example, &[])
        .unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let tried = DeviceDescription::load(Path::new("tests/program/fuzz/thermostat.device.yaml"), &[])
        .unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    // Its limits are shorter, so that the tests are.
    assert_eq!(of_manual.commands, tried.commands);
    assert_eq!(of_manual.start, tried.start);
    let statuses = |device: &DeviceDescription| -> Vec<String> {
        let shown = |status: &hil_fuzz::device::StatusRule| {
            format!("{}{} {:?} {}", status.topic, status.payload.keys(&device.state), status.every, status.once)
        };
        device.statuses.iter().map(shown).collect()
    };
    assert_eq!(statuses(&of_manual), statuses(&tried));
}
