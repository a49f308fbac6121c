//! Inventory files: what they say, and what is said about wrong ones.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hil_bench::inventory::{ConfigurationError, FirmwareSource, Inventory, LightSource, Selection};
use hil_bench::provision::SecretSource;
use hil_targets::provision::LightLog;
use light_host::provision::LightProvisioner;

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new("tests/fixtures/bench").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn inventory(boards: &str) -> Inventory {
    let text = format!("version: 1\n{boards}");
    Inventory::load_text(Path::new("lab/bench.yaml"), text, &LightProvisioner)
        .unwrap_or_else(|e| panic!("{}", e.render(false)))
}

#[test]
fn wrong_inventories_are_explained() {
    for path in fixtures("wrong") {
        let errors = Inventory::load(&path, &LightProvisioner)
            .err()
            .unwrap_or_else(|| panic!("{} should be wrong", path.display()));
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        insta::assert_snapshot!(name, errors.render(false));
    }
}

#[test]
fn a_password_in_an_inventory_is_not_repeated() {
    for text in [
        "wifi-password: s3cret-s3cret",
        "{ wifi-ssid: lab, mqtt-password: \"s3cret s3cret\", led-gpio: 99 }",
        "{ wifi-ssid: lab, wifi_password: s3cret }",
        "{ wifi-ssid: lab, wifi-password-env: s3cret-word }",
    ] {
        let nested = if text.starts_with('{') { text.to_owned() } else { format!("\n      {text}") };
        let text = format!("version: 1\nboards:\n  - id: a\n    chip: esp32c3\n    port: ./a\n    device: {nested}\n");
        let errors = Inventory::load_text(Path::new("bench.yaml"), text, &LightProvisioner).unwrap_err().render(false);
        assert!(errors.contains("wifi") && errors.contains("***") && !errors.contains("s3cret"), "{errors}");
    }
}

#[test]
fn a_board_has_its_own_keys_and_those_of_defaults() {
    let path = Path::new("tests/fixtures/bench/good/lab.yaml");
    let inventory = Inventory::load(path, &LightProvisioner).unwrap_or_else(|e| panic!("{}", e.render(false)));
    assert_eq!(inventory.limits.flash, Duration::from_secs(300));
    assert_eq!(inventory.limits.boot, Duration::from_secs(30));
    let [one, two, three] = inventory.boards.as_slice() else { panic!("{inventory:#?}") };

    assert_eq!(one.port.to_string(), "usb:7CDFA1A2B3C4");
    assert_eq!(one.firmware, Some(FirmwareSource::Elf("tests/fixtures/bench/good/out/light.elf".into())));
    assert_eq!(one.light, LightSource::Reported);
    assert_eq!(one.topic_root.as_deref(), Some("hil/light-1/"));
    let told = one.identity(&LightProvisioner).unwrap().unwrap();
    assert_eq!((told.prefix.as_deref(), told.client_id.as_deref()), (Some("hil/light-1"), Some("hil-light-1")));
    assert_eq!(told.broker.as_ref().map(ToString::to_string).as_deref(), Some("mqtt://192.168.1.10:1883"));
    assert_eq!(told.settings.get("led-count").map(String::as_str), Some("12"));
    assert_eq!(told.light_log, Some(LightLog::Reported), "it follows the light");

    assert_eq!(two.port.to_string(), "tests/fixtures/bench/good/./c3", "ports are relative to the inventory");
    assert_eq!(two.device.as_ref().unwrap().wifi_password, SecretSource::Variable("LAB_PASSWORD".to_owned()));
    assert_eq!(two.device.as_ref().unwrap().identity.settings["led-count"], "1", "its own key goes before");
    assert_eq!((two.topic_root.as_deref(), two.ready.as_deref()), (Some("lab/3/"), None));
    let analyzer = LightSource::Analyzer { driver: "fx2lafw".into(), channel: "D0".into(), samplerate_hz: 24_000_000 };
    assert_eq!(two.light, analyzer);

    assert_eq!((&three.device, &three.firmware, &three.topic_root), (&None, &None, &None));
    assert_eq!((three.baud, three.ready.as_deref()), (460_800, Some("mqtt: connected")));
}

#[test]
fn the_inventory_of_the_manual_is_one() {
    let text = std::fs::read_to_string("../../docs/bench.md").unwrap();
    let example = text.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(example.starts_with("version: 1"), "{example}");
    let inventory = Inventory::load_text(Path::new("bench.yaml"), example, &LightProvisioner)
        .unwrap_or_else(|e| panic!("{}", e.render(false)));
    assert_eq!(inventory.limits, hil_bench::Limits::default(), "it shows the defaults");
    assert_eq!(inventory.boards.len(), 3);
}

#[test]
fn what_cannot_be_read_says_where_it_was_expected() {
    let board =
        "boards: [{ id: a, chip: esp32c3, port: ./a, device: { wifi-ssid: lab, wifi-password-env: HIL_NO_SUCH } }]";
    let error = inventory(board).boards[0].identity(&LightProvisioner).unwrap_err();
    assert!(matches!(error, ConfigurationError::Read { .. }));
    assert_eq!(hil_model::error::chain(&error), "board a: the environment variable HIL_NO_SUCH is not set");
    assert!(error.help().contains("HIL_NO_SUCH=... hil run"), "{}", error.help());
}

#[test]
fn boards_are_chosen_by_id_tag_or_all() {
    let inventory = inventory(
        "defaults: { chip: esp32c3 }\nboards:\n  - { id: a, port: ./a, tags: [lab, rgb] }\n  - { id: b, port: ./b, tags: [lab] }\n  \
         - { id: light-1, port: ./c }\n",
    );
    let chosen = |ids: &[&str], tags: &[&str], all| {
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let selection = Selection { ids: own(ids), tags: own(tags), all };
        match inventory.select(&selection) {
            Ok(boards) => boards.iter().map(|board| board.id.as_str()).collect::<Vec<_>>().join(" "),
            Err(e) => format!("error: {e}\n help: {}", e.help()),
        }
    };
    assert_eq!(chosen(&["b"], &[], false), "b");
    assert_eq!(chosen(&[], &["lab,!rgb"], false), "b");
    assert_eq!(chosen(&["light-1"], &["rgb"], false), "a light-1");
    assert_eq!(chosen(&[], &[], true), "a b light-1");
    let wrong = [
        chosen(&[], &[], false),
        chosen(&["light1"], &[], false),
        chosen(&[], &["rgb,!lab"], false),
        chosen(&[], &[""], false),
    ];
    insta::assert_snapshot!(wrong.join("\n"));
}

#[test]
fn the_only_board_needs_no_choice() {
    let inventory = inventory("boards: [{ id: a, chip: esp32c3, port: ./a }]");
    assert_eq!(inventory.select(&Selection::default()).unwrap().len(), 1);
}
