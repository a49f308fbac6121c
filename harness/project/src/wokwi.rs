//! `wokwi.toml`: the firmware, where `hil.toml` names none.

use std::path::Path;
use std::sync::Arc;

use hil_scenario::error::{Code, Diagnostic, Diagnostics};
use hil_scenario::{Source, Span};
use toml::de::{DeTable, DeValue};

use crate::cx::span;
use crate::error::named;
use crate::value::{Firmware, FirmwareImage};
use crate::{Origin, Resolved, Settings};

/// Reads `firmware` and `elf` of Wokwi's file; all else in it is Wokwi's.
pub(crate) fn of_source(source: &Arc<Source>) -> Result<Settings, Diagnostics> {
    let table = DeTable::parse(&source.text).map_err(|error| {
        let range = error.span().unwrap_or_default();
        let span = Span { start: range.start, end: range.end };
        named(vec![Diagnostic::new(Code::Syntax, format!("not TOML: {}", error.message())).at(source, span, "")])
    })?;
    let wokwi = table.get_ref().iter().find(|(key, _)| key.get_ref() == "wokwi");
    let Some(DeValue::Table(wokwi)) = wokwi.map(|(_, value)| value.get_ref()) else { return Ok(Settings::default()) };
    let image = file(source, wokwi, "firmware");
    let elf = file(source, wokwi, "elf");
    // Wokwi wants both; either will do here.
    let Some((firmware, origin)) = image.clone().or_else(|| elf.clone()) else { return Ok(Settings::default()) };
    let elf = elf.map(|(path, _)| path).filter(|elf| *elf != firmware);
    let firmware = Firmware { image: FirmwareImage::File(firmware), elf };
    Ok(Settings { firmware: Some(Resolved::new(firmware, origin)), ..Settings::default() })
}

/// A path of the file, as it is from the working folder. Firmware in several parts (an array) is Wokwi's own.
fn file(source: &Arc<Source>, table: &DeTable<'_>, key: &str) -> Option<(std::path::PathBuf, Origin)> {
    let (_, value) = table.iter().find(|(name, _)| name.get_ref() == key)?;
    let text = value.get_ref().as_str().filter(|text| !text.is_empty())?;
    let folder = source.path.parent().unwrap_or(Path::new(""));
    Some((folder.join(text), Origin::WokwiToml(source.place(span(value)))))
}
