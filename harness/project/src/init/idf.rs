//! `sdkconfig` and `CMakeLists.txt`: ESP-IDF.

use std::collections::BTreeMap;
use std::path::Path;

use super::detect::Detected;
use super::draft::{DraftFirmware, Toolkit, Unknown};
use super::files;
use crate::value::BuildCommand;

const CMAKE: &str = "CMakeLists.txt";
/// Settings, those that go before first.
const SETTINGS: [&str; 3] = ["sdkconfig", "sdkconfig.defaults.esp32c3", "sdkconfig.defaults"];
/// Where ESP-IDF puts the partition table that it made of a CSV file.
const TABLE: &str = "build/partition_table/partition-table.bin";
/// Where a bootloader looks for the partition table, unless it is told otherwise.
const TABLE_OFFSET: u32 = 0x8000;

pub(super) fn detect(folder: &Path, detected: &mut Detected) {
    let cmake = files::text(folder, CMAKE).filter(|text| text.contains("IDF_PATH"));
    let (file, settings) = settings(folder);
    if cmake.is_none() && file.is_none() || !detected.take(Toolkit::EspIdf) {
        return;
    }
    let name = cmake.as_deref().and_then(project_name);
    if let Some(name) = &name {
        detected.found(CMAKE, format!("the project {name} of ESP-IDF"));
    }
    let get = |key: &str| settings.get(key).map(String::as_str);
    if let Some(file) = file {
        let chip = get("CONFIG_IDF_TARGET").map_or_else(String::new, |chip| format!(" for the {chip}"));
        detected.found(file, format!("settings of ESP-IDF{chip}"));
    }
    detected.chip(get("CONFIG_IDF_TARGET"));
    detected.draft.flash_size = get("CONFIG_ESPTOOLPY_FLASHSIZE").and_then(|size| size.parse().ok());
    detected.draft.partitions = Some(match get("CONFIG_PARTITION_TABLE_CUSTOM") {
        Some("y") => get("CONFIG_PARTITION_TABLE_CUSTOM_FILENAME").unwrap_or("partitions.csv").to_owned(),
        _ => TABLE.to_owned(),
    });
    if let Some(offset) = get("CONFIG_PARTITION_TABLE_OFFSET").filter(|offset| number(offset) != Some(TABLE_OFFSET)) {
        detected.unknown.push(Unknown::TableOffset(offset.to_owned()));
    }
    match name.or_else(|| built(folder)) {
        Some(name) => {
            detected.draft.firmware = Some(DraftFirmware {
                build: Some(BuildCommand::Shell("idf.py build".to_owned())),
                file: format!("build/{name}.elf"),
            });
        }
        None => detected.unknown.push(Unknown::Firmware),
    }
}

/// The settings of all files, and the first file of them that there is.
fn settings(folder: &Path) -> (Option<&'static str>, BTreeMap<String, String>) {
    let mut all = BTreeMap::new();
    let mut first = None;
    for file in SETTINGS {
        let Some(text) = files::text(folder, file) else { continue };
        first = first.or(Some(file));
        for (key, value) in text.lines().filter_map(files::assignment) {
            all.entry(key.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
    (first, all)
}

/// The name in `project(NAME)`.
fn project_name(cmake: &str) -> Option<String> {
    let lines = cmake.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let call =
        lines.filter_map(|line| line.strip_prefix("project")).find_map(|rest| rest.trim_start().strip_prefix('('));
    let name = call?.split(|c: char| c.is_whitespace() || c == ')').find(|word| !word.is_empty())?;
    // The name can be a variable of CMake's, which nobody computes here.
    Some(name.trim_matches('"').to_owned()).filter(|name| !name.is_empty() && !name.contains("${"))
}

/// The name of the only ELF file that a build has left.
fn built(folder: &Path) -> Option<String> {
    let names = files::names(&folder.join("build"));
    let mut elves = names.iter().filter_map(|name| name.strip_suffix(".elf"));
    elves.next().filter(|_| elves.next().is_none()).map(str::to_owned)
}

fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projects_name_is_found_as_cmake_reads_it() {
        assert_eq!(project_name("# project(old)\nproject(mqtt_tcp)\n"), Some("mqtt_tcp".to_owned()));
        assert_eq!(project_name("  project ( \"lamp\" VERSION 1.0 )"), Some("lamp".to_owned()));
        assert_eq!(project_name("project(${NAME})"), None);
        assert_eq!(project_name("include($ENV{IDF_PATH}/tools/cmake/project.cmake)"), None);
    }
}
