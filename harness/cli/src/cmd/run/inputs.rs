//! The files that a run reads, which no report may take the place of.

use std::path::Path;

use hil_project::value::{Firmware, FirmwareImage, Provision};
use hil_project::{BrokerSettings, FlashSettings, Project, Resolved, SerialSettings, Settings};
use hil_runner::Planned;

use crate::output::Guard;

/// Those of the project and of its scenarios.
pub(in crate::cmd) fn guard(project: &Project, planned: &[Planned]) -> Guard {
    let mut guard = Guard::new();
    if let Some(file) = &project.file {
        guard.input("the project file", file);
    }
    for Planned { file, scenario } in planned {
        guard.input("the scenario", &file.source.path);
        let included = scenario.setup.iter().chain(&scenario.teardown);
        included.for_each(|step| guard.input("the scenario's file", &step.source.path));
    }
    of_settings(&mut guard, &project.settings);
    guard
}

fn of_settings(guard: &mut Guard, settings: &Settings) {
    // Destructured, so that a new setting does not compile until it is looked at.
    let Settings {
        firmware,
        diagram,
        rom,
        flash: FlashSettings { partitions, images, size: _ },
        broker: BrokerSettings { ca, url: _, topic_root: _ },
        serial: SerialSettings { bench, port: _, baud: _ },
        provision,
        fuzz_device,
        scenarios: _,
        target: _,
        native: _,
        chip: _,
        wifi: _,
        hosts: _,
        vars: _,
        console: _,
    } = settings;
    if let Some(Resolved { value: Firmware { image, elf }, .. }) = firmware {
        if let FirmwareImage::File(path) = image {
            guard.input("the firmware", path);
        }
        elf.iter().for_each(|path| guard.input("the firmware's ELF file", path));
    }
    let files = [
        ("the board drawing", diagram),
        ("the mask ROM", rom),
        ("the partition table", partitions),
        ("the certificate", ca),
        ("the device's description", fuzz_device),
    ];
    for (what, path) in files {
        path.iter().for_each(|path| guard.input(what, &path.value));
    }
    images.values().for_each(|path| guard.input("the flash image", &path.value));
    bench.iter().for_each(|bench| guard.input("the inventory", Path::new(&bench.value)));
    match provision.as_ref().map(|provision| &provision.value) {
        Some(Provision::Nvs { file, .. } | Provision::Image { file, .. }) => guard.input("the provisioned file", file),
        Some(Provision::None | Provision::Serial { .. } | Provision::Other { .. }) | None => {}
    }
}
