//! `wokwi.toml` and `diagram.json`.

use std::path::Path;

use toml::{Table, Value};

use super::detect::Detected;
use super::draft::Unknown;
use super::files;
use crate::find::WOKWI_FILE;
use crate::settings::Settings;

/// Boards of Wokwi's catalogue that the simulator has a model of.
const BOARDS: [&str; 1] = ["board-esp32-c3-devkitm-1"];

pub(super) fn detect(folder: &Path, detected: &mut Detected) {
    wokwi_toml(folder, detected);
    diagram(folder, detected);
}

fn wokwi_toml(folder: &Path, detected: &mut Detected) {
    let Some(text) = files::text(folder, WOKWI_FILE) else { return };
    match text.parse::<Table>() {
        Err(error) => detected.unreadable(WOKWI_FILE, error.message()),
        Ok(table) => {
            let wokwi = table.get("wokwi");
            let get = |key: &str| wokwi.and_then(|wokwi| wokwi.get(key)).and_then(Value::as_str);
            if let Some(file) = get("firmware").or_else(|| get("elf")) {
                detected.found(WOKWI_FILE, format!("the firmware {file}"));
                detected.draft.firmware_of_wokwi = true;
            }
        }
    }
}

fn diagram(folder: &Path, detected: &mut Detected) {
    let Some(text) = files::text(folder, Settings::DIAGRAM) else { return };
    let drawing: serde_json::Value = match serde_json::from_str(&text) {
        Ok(drawing) => drawing,
        Err(error) => return detected.unreadable(Settings::DIAGRAM, &error.to_string()),
    };
    let parts = drawing.get("parts").and_then(serde_json::Value::as_array);
    let types = parts.into_iter().flatten().filter_map(|part| part.get("type").and_then(serde_json::Value::as_str));
    let types: Vec<&str> = types.collect();
    let board = types.iter().find(|name| name.starts_with("board-"));
    let parts = types.len() - usize::from(board.is_some());
    let several = if parts == 1 { "part" } else { "parts" };
    match board {
        None => detected.found(Settings::DIAGRAM, format!("a drawing without a board, {parts} {several}")),
        Some(board) => {
            detected.found(Settings::DIAGRAM, format!("a drawing of {board} with {parts} {several}"));
            if !BOARDS.contains(board) {
                detected.unknown.push(Unknown::NoModelOfBoard((*board).to_owned()));
            }
        }
    }
}
