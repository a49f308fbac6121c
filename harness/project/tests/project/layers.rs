//! What goes before what.

use std::path::Path;

use crate::support::{folder, names};
use hil_project::value::{Firmware, FirmwareImage};
use hil_project::{Origin, Project, Request, Resolved, Settings};

/// Loads the file by name, as the working folder of a test is another.
fn load(folder: &Path, change: impl FnOnce(&mut Request)) -> Project {
    let mut request = Request { file: Some(folder.join("hil.toml")), names: names(), ..Request::default() };
    change(&mut request);
    Project::load(folder, request).unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

fn said<T>(value: T, origin: Origin) -> Option<Resolved<T>> {
    Some(Resolved::new(value, origin))
}

fn file_of(project: &Project) -> (&Path, &Origin) {
    let firmware = project.settings.firmware.as_ref().expect("a firmware");
    let FirmwareImage::File(path) = &firmware.value.image else { panic!("a file") };
    (path, &firmware.origin)
}

const FILE: &str = "firmware = \"file.elf\"\ntarget = \"sim\"\n[vars]\na = 1\nb = 1\n\
    [hosts]\n\"a:1\" = \"broker\"\n[profile.bench]\ntarget = \"serial\"\nfirmware = \"bench.elf\"\n[profile.bench.vars]\nb = 2\n";

#[test]
fn the_command_line_goes_before_the_environment_before_a_profile_before_the_file() {
    let folder = folder(&[("hil.toml", FILE)]);
    let project = load(folder.path(), |_| {});
    assert_eq!(file_of(&project).0, folder.path().join("file.elf"));
    assert!(matches!(file_of(&project).1, Origin::File(place) if place.line == 1));

    let project = load(folder.path(), |request| request.profile = Some("bench".into()));
    assert_eq!(file_of(&project).0, folder.path().join("bench.elf"));
    assert!(matches!(file_of(&project).1, Origin::Profile { name, place } if name == "bench" && place.line == 10));

    let of_environment = Settings {
        firmware: said(Firmware::file("env.elf".into()), Origin::Environment("HIL_FIRMWARE")),
        target: said("mqtt".into(), Origin::Environment("HIL_TARGET")),
        ..Settings::default()
    };
    let of_command_line = Settings {
        firmware: said(Firmware::file("cli.elf".into()), Origin::CommandLine("--firmware")),
        ..Settings::default()
    };
    let project = load(folder.path(), |request| {
        request.profile = Some("bench".into());
        request.environment = of_environment;
        request.command_line = of_command_line;
    });
    assert_eq!(file_of(&project), (Path::new("cli.elf"), &Origin::CommandLine("--firmware")));
    let target = project.settings.target.expect("a target");
    assert_eq!((target.value.as_str(), target.origin), ("mqtt", Origin::Environment("HIL_TARGET")));
}

#[test]
fn tables_of_a_profile_are_joined_with_those_of_the_file() {
    let folder = folder(&[("hil.toml", FILE)]);
    let settings = load(folder.path(), |request| request.profile = Some("bench".into())).settings;
    let vars: Vec<(&str, &str)> = settings.vars.iter().map(|(k, v)| (k.as_str(), v.value.as_str())).collect();
    assert_eq!(vars, [("a", "1"), ("b", "2")]);
    assert_eq!(settings.hosts.len(), 1);
}

#[test]
fn the_roots_of_one_broker_are_not_those_of_another() {
    let text = "[broker]\nurl = \"mqtts://lab\"\nca = \"ca.pem\"\ntopic-root = \"lab/3\"\n";
    let folder = folder(&[("hil.toml", text)]);
    let broker = load(folder.path(), |_| {}).settings.broker;
    assert!(broker.ca.is_some() && broker.topic_root.is_some());
    let broker = load(folder.path(), |request| {
        request.command_line.broker.url = said("mqtt://desk".into(), Origin::CommandLine("--broker"));
    });
    let broker = broker.settings.broker;
    assert!(broker.ca.is_none() && broker.topic_root.is_none());
}

#[test]
fn a_port_goes_before_an_inventory_of_a_lower_layer() {
    let folder = folder(&[("hil.toml", "[serial]\nbench = \"bench.yaml\"\n")]);
    let serial = load(folder.path(), |request| {
        request.command_line.serial.port = said("/dev/ttyUSB7".into(), Origin::CommandLine("--port"));
    });
    let serial = serial.settings.serial;
    assert!(serial.bench.is_none() && serial.port.is_some());
}

#[test]
fn wokwis_file_counts_where_the_project_is_silent() {
    let wokwi = "[wokwi]\nversion = 1\nfirmware = \"build/app.bin\"\nelf = \"build/app.elf\"\n";
    let silent = folder(&[("hil.toml", "target = \"sim\"\n"), ("wokwi.toml", wokwi)]);
    let project = load(silent.path(), |_| {});
    assert_eq!(file_of(&project).0, silent.path().join("build/app.bin"));
    assert!(matches!(file_of(&project).1, Origin::WokwiToml(place) if place.line == 3));
    let firmware = project.settings.firmware.as_ref().expect("a firmware");
    assert_eq!(firmware.value.elf, Some(silent.path().join("build/app.elf")));

    let loud = folder(&[("hil.toml", "firmware = \"own.elf\"\n"), ("wokwi.toml", "not toml")]);
    let project = load(loud.path(), |_| {});
    assert_eq!(file_of(&project).0, loud.path().join("own.elf"));
    assert_eq!(project.settings.firmware.expect("a firmware").value.elf, None);
}

#[test]
fn a_wokwi_toml_that_is_needed_and_wrong_is_an_error() {
    let folder = folder(&[("hil.toml", ""), ("wokwi.toml", "[wokwi\n")]);
    let request = Request { file: Some(folder.path().join("hil.toml")), ..Request::default() };
    let errors = Project::load(folder.path(), request).expect_err("wrong");
    assert!(errors.render(false).contains("wokwi.toml:1:"), "{}", errors.render(false));
}

#[test]
fn without_a_project_only_defaults_hold() {
    let folder = folder(&[]);
    let project = Project::load(folder.path(), Request::default()).unwrap();
    assert_eq!((project.file, project.settings.firmware), (None, None));
    let scenarios = project.settings.scenarios.expect("a default");
    assert_eq!((scenarios.value, scenarios.origin), (vec!["scenarios".into()], Origin::Default));
}

#[test]
fn a_profile_that_is_not_there_is_an_error_with_a_guess() {
    let folder = folder(&[("hil.toml", FILE)]);
    let explain = |name: &str, file: &str| {
        let request = Request {
            file: Some(folder.path().join(file)),
            profile: Some(name.into()),
            names: names(),
            ..Request::default()
        };
        let text = Project::load(folder.path(), request).expect_err("no such profile").render(false);
        text.replace(&folder.path().display().to_string(), "FOLDER")
    };
    insta::assert_snapshot!(explain("bnech", "hil.toml"));
    insta::assert_snapshot!(explain("x", "hil.toml"));
    std::fs::write(folder.path().join("none.toml"), "").unwrap();
    insta::assert_snapshot!(explain("x", "none.toml"));
    insta::assert_snapshot!(explain("x", "gone.toml"));
}
