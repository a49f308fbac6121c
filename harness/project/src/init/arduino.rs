//! An Arduino sketch: `NAME/NAME.ino`.

use std::path::Path;

use super::detect::Detected;
use super::draft::{DraftFirmware, Toolkit, Unknown};
use super::files;
use crate::value::BuildCommand;

/// The project file of arduino-cli.
const PROJECT: &str = "sketch.yaml";
/// The partition table that the Arduino core for the ESP32 takes if it is there.
const PARTITIONS: &str = "partitions.csv";

pub(super) fn detect(folder: &Path, detected: &mut Detected) {
    let names = files::names(folder);
    let sketches: Vec<&str> = names.iter().filter(|name| name.ends_with(".ino")).map(String::as_str).collect();
    let Some(sketch) = main_sketch(folder, &sketches) else { return };
    if !detected.take(Toolkit::Arduino) {
        return;
    }
    detected.found(&sketch, "an Arduino sketch");
    let fqbn = files::text(folder, PROJECT).as_deref().and_then(default_fqbn);
    if let Some(fqbn) = &fqbn {
        detected.found(PROJECT, format!("compiled for {fqbn}"));
    }
    let built = built(folder, &sketch);
    if let Some(file) = &built {
        detected.found(file, "built already");
    }
    let board = fqbn.clone().or_else(|| built.as_deref().and_then(|file| file.split('/').nth(1)).map(str::to_owned));
    let chip = board.as_deref().and_then(chip_of_board);
    detected.chip(chip.as_deref());
    if names.iter().any(|name| name == PARTITIONS) {
        detected.found(PARTITIONS, "the partition table");
        detected.draft.partitions = Some(PARTITIONS.to_owned());
    }
    if fqbn.is_none() && built.is_none() {
        detected.unknown.push(Unknown::ArduinoBoard);
    }
    let build = match (&fqbn, &built) {
        (None, Some(_)) => None,
        (Some(_), _) => Some("arduino-cli compile --output-dir build".to_owned()),
        (None, None) => Some("arduino-cli compile --output-dir build --fqbn esp32:esp32:esp32c3".to_owned()),
    };
    let file = match (build.is_some(), built) {
        (false, Some(built)) => built,
        _ => format!("build/{sketch}.elf"),
    };
    detected.draft.firmware = Some(DraftFirmware { build: build.map(BuildCommand::Shell), file });
}

/// The sketch that has its folder's name, or the only one.
fn main_sketch(folder: &Path, sketches: &[&str]) -> Option<String> {
    let absolute = std::path::absolute(folder).ok();
    let of_folder = absolute.as_deref().and_then(Path::file_name).map(|name| format!("{}.ino", name.to_string_lossy()));
    match sketches {
        [] => None,
        [only] => Some((*only).to_owned()),
        several => {
            Some(of_folder.filter(|name| several.contains(&name.as_str())).unwrap_or_else(|| several[0].to_owned()))
        }
    }
}

/// `default_fqbn: esp32:esp32:esp32c3`
fn default_fqbn(project: &str) -> Option<String> {
    let value = project.lines().find_map(|line| line.strip_prefix("default_fqbn:"))?;
    Some(value.trim().trim_matches(['"', '\'']).to_owned()).filter(|fqbn| !fqbn.is_empty())
}

/// What the IDE's "Export compiled binary" or arduino-cli has left: `build/esp32.esp32.esp32c3/NAME.ino.elf`.
fn built(folder: &Path, sketch: &str) -> Option<String> {
    let elf = format!("{sketch}.elf");
    let at = |below: &str| Some(format!("{below}/{elf}")).filter(|path| folder.join(path).is_file());
    let below = files::names(&folder.join("build"));
    at("build").or_else(|| below.iter().find_map(|name| at(&format!("build/{name}"))))
}

/// The board's name in `esp32:esp32:esp32c3:options` or `esp32.esp32.esp32c3`, if it is a chip's.
fn chip_of_board(board: &str) -> Option<String> {
    let name = board.split([':', '.']).nth(2)?.to_ascii_lowercase();
    name.starts_with("esp32").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chip_is_the_third_part_of_a_boards_name() {
        assert_eq!(chip_of_board("esp32:esp32:esp32c3:CDCOnBoot=cdc"), Some("esp32c3".to_owned()));
        assert_eq!(chip_of_board("esp32.esp32.esp32c3"), Some("esp32c3".to_owned()));
        assert_eq!(chip_of_board("arduino:avr:uno"), None);
    }
}
