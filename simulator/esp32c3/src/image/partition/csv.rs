//! `partitions.csv`: a line per partition with name, type, subtype, offset, size and flags; `#` begins a comment. An
//! empty offset means behind the partition before, at the next offset where this kind can begin.

use super::{FIRST_OFFSET, Partition, PartitionError, PartitionKind, Place};
use crate::map::MMU_PAGE_BYTES;
use hil_sim_core::mem::SECTOR_BYTES;

/// The subtype of no format in particular.
const UNDEFINED: u8 = 0x06;

pub(super) fn parse(text: &str) -> Result<Vec<(Place, Partition)>, PartitionError> {
    let mut partitions: Vec<(Place, Partition)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default();
        if !line.trim().is_empty() {
            let free = partitions.last().map_or(u64::from(FIRST_OFFSET), |(_, last)| last.end());
            partitions.push((Place::Line(index + 1), partition(line, index + 1, free)?));
        }
    }
    Ok(partitions)
}

fn partition(line: &str, number: usize, free: u64) -> Result<Partition, PartitionError> {
    let fields: Vec<_> = line.split(',').map(str::trim).collect();
    let wrong = |field, text: &str, help| PartitionError::Csv { line: number, field, text: text.to_owned(), help };
    let [label, kind, subtype, offset, size, rest @ ..] = fields.as_slice() else {
        return Err(wrong("line", line.trim(), "write name, type, subtype, offset, size"));
    };
    let kind_help = "a type is `app`, `data` or a number from 0x40 to 0xfe";
    let kind = kind_of(kind).ok_or_else(|| wrong("type", kind, kind_help))?;
    let subtype_help =
        "a subtype is a name of ESP-IDF's for this type, such as `factory` or `nvs`, or a number to 0xfe";
    let subtype = subtype_of(kind, subtype).ok_or_else(|| wrong("subtype", subtype, subtype_help))?;
    let number_help = "write a number such as 65536, 0x10000, 64K or 1M";
    let alignment = if kind == PartitionKind::App { MMU_PAGE_BYTES } else { SECTOR_BYTES as u32 };
    let behind = || u32::try_from(free.next_multiple_of(u64::from(alignment))).ok();
    let offset = if offset.is_empty() { behind() } else { number_of(offset) };
    let offset = offset.ok_or_else(|| wrong("offset", fields[3], number_help))?;
    let size = number_of(size).ok_or_else(|| wrong("size", size, number_help))?;
    let flags = match rest {
        [] => 0,
        [flags] => flags_of(flags).ok_or_else(|| wrong("flag", flags, "flags are `encrypted` and `readonly`"))?,
        [_, extra, ..] => return Err(wrong("field", extra, "flags come last and are separated by colons")),
    };
    Ok(Partition { label: (*label).to_owned(), kind, subtype, offset, size, flags })
}

fn kind_of(text: &str) -> Option<PartitionKind> {
    match text {
        "app" => Some(PartitionKind::App),
        "data" => Some(PartitionKind::Data),
        number => byte_of(number).map(PartitionKind::from_code),
    }
}

/// The names of `gen_esp32part.py`.
fn subtype_of(kind: PartitionKind, text: &str) -> Option<u8> {
    const DATA: [(&str, u8); 12] = [
        ("ota", 0x00),
        ("phy", 0x01),
        ("nvs", 0x02),
        ("coredump", 0x03),
        ("nvs_keys", 0x04),
        ("efuse", 0x05),
        ("undefined", UNDEFINED),
        ("", UNDEFINED),
        ("esphttpd", 0x80),
        ("fat", 0x81),
        ("spiffs", 0x82),
        ("littlefs", 0x83),
    ];
    let named = match (kind, text) {
        (PartitionKind::App, "factory") => Some(super::subtype::FACTORY),
        (PartitionKind::App, "test") => Some(super::subtype::TEST),
        (PartitionKind::App, slot) => slot
            .strip_prefix("ota_")
            .and_then(|slot| slot.parse::<u8>().ok())
            .filter(|slot| *slot < 16)
            .map(|slot| super::subtype::OTA_0 + slot),
        (PartitionKind::Data, name) => DATA.iter().find(|(known, _)| *known == name).map(|(_, code)| *code),
        (PartitionKind::Other(_), "") => Some(UNDEFINED),
        (PartitionKind::Other(_), _) => None,
    };
    named.or_else(|| byte_of(text))
}

fn byte_of(text: &str) -> Option<u8> {
    number_of(text).and_then(|number| u8::try_from(number).ok()).filter(|byte| *byte != 0xFF)
}

fn number_of(text: &str) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    let (digits, factor) = match (lower.strip_suffix('k'), lower.strip_suffix('m')) {
        (Some(digits), _) => (digits, 1 << 10),
        (_, Some(digits)) => (digits, 1 << 20),
        _ => (lower.as_str(), 1),
    };
    let number = match digits.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    number.ok()?.checked_mul(factor)
}

fn flags_of(text: &str) -> Option<u32> {
    text.split(':').map(str::trim).try_fold(0, |flags, name| match name {
        "" => Some(flags),
        "encrypted" => Some(flags | 1),
        "readonly" => Some(flags | 2),
        _ => None,
    })
}
