//! `platformio.ini`

use std::path::Path;

use super::detect::Detected;
use super::draft::{DraftFirmware, Toolkit, Unknown};
use super::files;
use crate::value::BuildCommand;

const FILE: &str = "platformio.ini";

/// A section, with its assignments in their order.
struct Section {
    name: String,
    assignments: Vec<(String, String)>,
}

impl Section {
    fn get(&self, key: &str) -> Option<&str> {
        self.assignments.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

pub(super) fn detect(folder: &Path, detected: &mut Detected) {
    let Some(text) = files::text(folder, FILE) else { return };
    if !detected.take(Toolkit::PlatformIo) {
        return;
    }
    let sections = sections(&text);
    let section = |name: &str| sections.iter().find(|section| section.name == name);
    let environments: Vec<&str> = sections.iter().filter_map(|section| section.name.strip_prefix("env:")).collect();
    let chosen = section("platformio").and_then(|it| it.get("default_envs")).and_then(|all| {
        let first = all.split(',').map(str::trim).find(|name| !name.is_empty())?;
        environments.contains(&first).then(|| first.to_owned())
    });
    let Some(name) = chosen.or_else(|| environments.first().map(|name| (*name).to_owned())) else {
        detected.found(FILE, "no environment");
        detected.unknown.push(Unknown::Firmware);
        return;
    };
    let get = |key: &str| {
        let own = section(&format!("env:{name}")).and_then(|section| section.get(key));
        own.or_else(|| section("env").and_then(|section| section.get(key))).map(str::to_owned)
    };
    let board = get("board").map_or_else(String::new, |board| format!(", board {board}"));
    let framework = get("framework").map_or_else(String::new, |framework| format!(", framework {framework}"));
    detected.found(FILE, format!("the environment {name}{board}{framework}"));
    let others: Vec<String> =
        environments.iter().filter(|other| **other != name).map(|other| (*other).to_owned()).collect();
    if !others.is_empty() {
        detected.unknown.push(Unknown::OneOfSeveral { what: "environment", taken: name.clone(), others });
    }
    let chip = get("board_build.mcu").or_else(|| get("board").as_deref().and_then(chip_of_board).map(str::to_owned));
    detected.chip(chip.as_deref());
    detected.draft.partitions = get("board_build.partitions").filter(|file| folder.join(file).is_file());
    detected.draft.firmware = Some(DraftFirmware {
        build: Some(BuildCommand::Arguments(["pio", "run", "-e", &name].map(str::to_owned).to_vec())),
        file: format!(".pio/build/{name}/firmware.elf"),
    });
}

fn sections(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines() {
        let name = line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Some(name) = name {
            sections.push(Section { name: name.trim().to_owned(), assignments: Vec::new() });
        } else if let (Some(section), Some((key, value))) = (sections.last_mut(), files::assignment(line)) {
            let value = value.split(" ;").next().unwrap_or_default().trim();
            section.assignments.push((key.to_owned(), value.to_owned()));
        }
    }
    sections
}

/// Boards carry their chip in their names: `esp32-c3-devkitm-1`, `seeed_xiao_esp32c3`. The plain `esp32dev` has none.
fn chip_of_board(board: &str) -> Option<&'static str> {
    let plain = board.replace(['-', '_'], "").to_ascii_lowercase();
    let chips = ["esp32c2", "esp32c3", "esp32c5", "esp32c6", "esp32h2", "esp32p4", "esp32s2", "esp32s3"];
    chips.into_iter().find(|chip| plain.contains(chip)).or(if plain == "esp32dev" { Some("esp32") } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chip_is_in_the_name_of_the_board() {
        assert_eq!(chip_of_board("esp32-c3-devkitm-1"), Some("esp32c3"));
        assert_eq!(chip_of_board("seeed_xiao_esp32c3"), Some("esp32c3"));
        assert_eq!(chip_of_board("esp32dev"), Some("esp32"));
        assert_eq!(chip_of_board("lolin_d32"), None);
    }
}
