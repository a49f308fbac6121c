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
    assert_eq!(device.statuses[0].payload.fill(&device.state), r#"{"target":20,"mode":"eco"}"#);
}
