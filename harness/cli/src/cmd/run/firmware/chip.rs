//! The simulated chip's flash: the firmware, and what the project puts beside it.

use std::path::{Path, PathBuf};

use hil_model::error::chain;
use hil_project::value::{At, Provision};
use hil_project::{Resolved, Settings};
use hil_targets::provision::Provisioner;
use miette::Diagnostic;
use simulator::image::{
    Firmware, FlashSize, Layout, PARTITION_TABLE_OFFSET, Partition, PartitionError, PartitionKind, PartitionTable,
    subtype,
};
use simulator::mem::FlashImage;

use super::read;
use crate::cmd::error::Failure;

/// First bytes of an entry of a binary partition table; ESP-IDF `esp_flash_partitions.h`.
const ENTRY_MAGIC: [u8; 2] = [0xAA, 0x50];

/// Makes a flash chip of a firmware file, as the project says. What it does not name stays as the file has it, or erased.
pub(super) fn flash(
    name: &str,
    bytes: &[u8],
    settings: &Settings,
    provisioner: &dyn Provisioner,
) -> Result<Firmware, Failure> {
    let mut layout = Layout::default();
    if let Some(size) = &settings.flash.size {
        let size = FlashSize::from_bytes(size.value.bytes() as usize);
        layout = layout.with_flash_size(size.map_err(|e| Failure::usage(e.to_string()))?);
    }
    match (&settings.flash.partitions, provisioner.partitions()) {
        (Some(partitions), _) => layout = layout.with_partitions(table(&partitions.value)?),
        (None, Some(own)) => {
            let of = format!("the partitions of {}", provisioner.name());
            layout = layout.with_partitions(PartitionTable::from_csv(own).map_err(|error| wrong(&of, &error))?);
        }
        (None, None) => {}
    }
    let mut firmware = Firmware::parse_with(bytes, &layout).map_err(|error| wrong(name, &error))?;
    for (at, image) in &settings.flash.images {
        place(&mut firmware, at, image)?;
    }
    has_room(&firmware, settings)?;
    Ok(firmware)
}

/// Looks whether the image that provisions the device fits where it belongs: known before anything runs.
fn has_room(firmware: &Firmware, settings: &Settings) -> Result<(), Failure> {
    let Some(Resolved { value: Provision::Image { file, at }, origin }) = &settings.provision else { return Ok(()) };
    let is_nvs = |it: &&Partition| it.kind == PartitionKind::Data && it.subtype == subtype::NVS;
    let usual = || firmware.partitions.iter().find(is_nvs).map(|it| At::Partition(it.label.clone()));
    let at = at.clone().or_else(usual).ok_or_else(|| {
        Failure::usage("the partition table has no NVS partition to put the image into")
            .help(format!("name another place with `at`, or another table with --partitions; {origin} asks for it"))
    })?;
    checked(firmware, &at, &Resolved::new(file.clone(), origin.clone())).map(|_| ())
}

/// A partition table, CSV or binary.
fn table(path: &Path) -> Result<PartitionTable, Failure> {
    let bytes = read(path)?;
    let parsed = if bytes.starts_with(&ENTRY_MAGIC) { binary(&bytes) } else { csv(&bytes) };
    parsed.map_err(|error| wrong(&path.display().to_string(), &error))
}

fn csv(bytes: &[u8]) -> Result<PartitionTable, PartitionError> {
    PartitionTable::from_csv(&String::from_utf8_lossy(bytes))
}

/// Read as the bootloader reads it, from a chip as large as a chip can be.
fn binary(bytes: &[u8]) -> Result<PartitionTable, PartitionError> {
    let mut chip = FlashImage::erased(16 << 20);
    let length = bytes.len().min(0x1000);
    chip.write(PARTITION_TABLE_OFFSET as usize, &bytes[..length]).expect("every chip is larger");
    PartitionTable::from_flash(&chip)
}

/// Puts an image into the flash, where no app and no partition table is.
fn place(firmware: &mut Firmware, at: &At, image: &Resolved<PathBuf>) -> Result<(), Failure> {
    let (offset, bytes) = checked(firmware, at, image)?;
    let refused = |why: String| Failure::usage(format!("{} at {at}: {why}", image.value.display()));
    firmware.flash.write(offset as usize, &bytes).map_err(|e| refused(e.to_string()))
}

/// Where an image goes, and what is in it.
fn checked(firmware: &Firmware, at: &At, image: &Resolved<PathBuf>) -> Result<(u32, Vec<u8>), Failure> {
    let Resolved { value: path, origin } = image;
    let bytes = read(path)?;
    let shown = path.display();
    let refused =
        |why: String| Failure::usage(format!("{shown} at {at}: {why}")).help(format!("{origin} says where it belongs"));
    let (offset, room) = match at {
        At::Offset(offset) => (*offset, firmware.flash.len().saturating_sub(*offset as usize)),
        At::Partition(label) => {
            let Some(partition) = firmware.partitions.find(label) else {
                let known: Vec<&str> = firmware.partitions.iter().map(|it| it.label.as_str()).collect();
                return Err(refused(format!(
                    "the partition table has none of this label; it has {}",
                    known.join(", ")
                )));
            };
            (partition.offset, partition.size as usize)
        }
    };
    if bytes.len() > room {
        return Err(refused(format!("{} bytes do not fit into {room}", bytes.len())));
    }
    let end = offset.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    let table = PARTITION_TABLE_OFFSET..PARTITION_TABLE_OFFSET + 0x1000;
    for (what, taken) in [("the partition table", table), ("the firmware", firmware.boot.partition.range())] {
        if offset < taken.end && taken.start < end {
            return Err(refused(format!("{what} is there, from {:#x} to {:#x}", taken.start, taken.end)));
        }
    }
    Ok((offset, bytes))
}

fn wrong<E: std::error::Error + Diagnostic>(name: &str, error: &E) -> Failure {
    let failure = Failure::usage(format!("{name}: {}", chain(error)));
    match error.help() {
        Some(help) => failure.help(help.to_string()),
        None => failure,
    }
}
