//! What lies in a folder.

use std::path::Path;

use super::draft::{Draft, Finding, Toolkit, Unknown};
use super::{arduino, cargo, drawing, hosts, idf, platformio};
use crate::settings::Settings;
use crate::value::Chip;

/// Folders in which scenarios are sometimes kept, beside the usual one.
const SCENARIOS: [&str; 3] = ["tests/hil", "test/hil", "hil"];

/// What lies in a folder, and what it means for the project file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detected {
    /// What was found.
    pub findings: Vec<Finding>,
    /// What could not be known.
    pub unknown: Vec<Unknown>,
    /// What the project file says then.
    pub draft: Draft,
}

/// Looks at what lies in `folder`.
pub fn detect(folder: &Path) -> Detected {
    let mut detected = Detected::default();
    // A project of PlatformIO has files of its framework, too; one of Rust may have those of ESP-IDF.
    platformio::detect(folder, &mut detected);
    cargo::detect(folder, &mut detected);
    idf::detect(folder, &mut detected);
    arduino::detect(folder, &mut detected);
    drawing::detect(folder, &mut detected);
    detected.scenarios(folder);
    for (file, host) in hosts::brokers(folder) {
        detected.found(&file, format!("the broker {host}"));
        detected.draft.brokers.push(host);
    }
    detected.conclude();
    detected
}

impl Detected {
    /// Something was found in a file.
    pub(super) fn found(&mut self, file: &str, tells: impl Into<String>) {
        self.findings.push(Finding { file: file.to_owned(), tells: tells.into() });
    }

    /// A file cannot be read as what its name says.
    pub(super) fn unreadable(&mut self, file: &str, why: &str) {
        self.unknown.push(Unknown::Unreadable { file: file.to_owned(), why: why.to_owned() });
    }

    /// The project is built with this, unless something before said otherwise.
    pub(super) fn take(&mut self, toolkit: Toolkit) -> bool {
        match self.draft.toolkit {
            None => {
                self.draft.toolkit = Some(toolkit);
                true
            }
            // Both are built on ESP-IDF, and have its files.
            Some(Toolkit::PlatformIo | Toolkit::EspIdfRust) if toolkit == Toolkit::EspIdf => false,
            Some(_) => {
                self.unknown.push(Unknown::AnotherToolkit(toolkit));
                false
            }
        }
    }

    /// The chip is called so; `None`: nothing says it.
    pub(super) fn chip(&mut self, name: Option<&str>) {
        match name.map(|name| (name, name.parse::<Chip>())) {
            None => self.unknown.push(Unknown::Chip),
            Some((_, Ok(chip))) => self.draft.chip = Some(chip),
            Some((name, Err(_))) => self.unknown.push(Unknown::NoModelOfChip(name.to_owned())),
        }
    }

    fn scenarios(&mut self, folder: &Path) {
        let usual = folder.join(Settings::SCENARIOS).is_dir();
        let other = SCENARIOS.into_iter().find(|name| !usual && folder.join(name).is_dir());
        if usual {
            self.found(&format!("{}/", Settings::SCENARIOS), "scenarios");
        }
        if let Some(name) = other {
            self.found(&format!("{name}/"), "perhaps scenarios");
            self.draft.scenarios = Some(name.to_owned());
        }
    }

    fn conclude(&mut self) {
        let Draft { firmware, firmware_of_wokwi, chip, brokers, .. } = &self.draft;
        let has_firmware = firmware.is_some() || *firmware_of_wokwi;
        if !has_firmware && !self.unknown.contains(&Unknown::Firmware) {
            self.unknown.push(Unknown::Firmware);
        }
        if brokers.is_empty() {
            self.unknown.push(Unknown::Hosts);
        }
        if chip.is_some() {
            self.unknown.push(Unknown::Network);
        }
    }
}
