//! `firmware = "FILE"`, `[firmware]`

use hil_scenario::decode::Shape;
use toml::de::DeValue;

use super::scalar::{path, texts};
use crate::cx::{Cx, Value};
use crate::table::Table;
use crate::value::{Build, BuildCommand, BuildOutput, Firmware, FirmwareImage};

/// `[firmware]`
pub(crate) const FIRMWARE: Shape = Shape { name: "[firmware]", example: "file", keys: &["file", "build", "elf"] };

pub(super) fn firmware<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<Firmware> {
    match value.get_ref() {
        DeValue::String(_) => path(cx, value).map(Firmware::file),
        DeValue::Table(_) => table(cx, value),
        _ => {
            cx.wrong_type(value, "a path, or a table with the key `file` or `build`");
            None
        }
    }
}

fn table<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<Firmware> {
    let mut table = Table::new(cx, value, &FIRMWARE)?;
    let is_built = table.has("build");
    if !is_built && !table.has("file") {
        table.missing(
            "file",
            "name the firmware: file = \"build/app.elf\", or the command that makes it: build = \"idf.py build\"",
        );
    }
    let file = table.optional("file", path);
    let elf = table.optional("elf", path);
    let command = table.optional("build", command);
    let image = match (command, file) {
        (Some(command), file) => {
            let output = file.map_or(BuildOutput::LastLine, BuildOutput::File);
            FirmwareImage::Built(Build { command, folder: table.cx.folder().to_owned(), output })
        }
        (None, Some(file)) if !is_built => FirmwareImage::File(file),
        (None, _) => return None,
    };
    Some(Firmware { image, elf })
}

fn command(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<BuildCommand> {
    let words = texts(cx, value, "a command, such as \"idf.py build\" or [\"idf.py\", \"build\"]")?;
    Some(match (value.get_ref(), words.as_slice()) {
        (DeValue::String(_), [line]) => BuildCommand::Shell(line.clone()),
        _ => BuildCommand::Arguments(words),
    })
}
