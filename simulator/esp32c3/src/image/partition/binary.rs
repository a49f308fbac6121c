//! The table in flash; `esp_partition_info_t`: entries of 32 bytes, one with the MD5 sum of those before it, ones.

use super::{Partition, PartitionError, PartitionKind, Place};
use crate::image::app::hex;
use crate::image::little_endian::u32_at;
use md5::{Digest, Md5};

/// How an entry begins.
pub(in crate::image) const ENTRY_MAGIC: [u8; 2] = [0xAA, 0x50];
const MD5_MAGIC: [u8; 2] = [0xEB, 0xEB];
const END: [u8; 2] = [0xFF, 0xFF];
const ENTRY_BYTES: usize = 32;
const MD5_OFFSET: usize = 16;
pub(super) const TABLE_BYTES: usize = 0xC00;
/// As many as leave room for the MD5 sum.
pub(super) const MAX_ENTRIES: usize = TABLE_BYTES / ENTRY_BYTES - 1;

/// Reads a table that is at `base` of the chip.
pub(super) fn parse(bytes: &[u8], base: usize) -> Result<Vec<(Place, Partition)>, PartitionError> {
    let mut partitions = Vec::new();
    for (index, entry) in bytes.chunks_exact(ENTRY_BYTES).enumerate() {
        let offset = base + index * ENTRY_BYTES;
        match [entry[0], entry[1]] {
            ENTRY_MAGIC => partitions.push((Place::Offset(offset), partition(entry, offset)?)),
            MD5_MAGIC => check_md5(entry, offset, &bytes[..index * ENTRY_BYTES])?,
            END if index > 0 => return Ok(partitions),
            found => return Err(PartitionError::Magic { offset, found }),
        }
    }
    Err(PartitionError::Unterminated(base + bytes.len()))
}

fn partition(entry: &[u8], offset: usize) -> Result<Partition, PartitionError> {
    let number = |at| u32_at(entry, at).expect("in the entry");
    let label = entry[12..28].split(|byte| *byte == 0).next().unwrap_or_default();
    let label = str::from_utf8(label).map_err(|_| {
        let label = String::from_utf8_lossy(label).into_owned();
        PartitionError::Label { place: Place::Offset(offset), label }
    })?;
    Ok(Partition {
        label: label.to_owned(),
        kind: PartitionKind::from_code(entry[2]),
        subtype: entry[3],
        offset: number(4),
        size: number(8),
        flags: number(28),
    })
}

fn check_md5(entry: &[u8], offset: usize, before: &[u8]) -> Result<(), PartitionError> {
    let (stored, computed) = (&entry[MD5_OFFSET..], Md5::digest(before));
    if *stored == computed[..] {
        return Ok(());
    }
    let offset = offset + MD5_OFFSET;
    Err(PartitionError::Md5 { offset, stored: hex(stored), computed: hex(&computed) })
}

pub(super) fn write(partitions: &[Partition]) -> Vec<u8> {
    let mut table = Vec::with_capacity(TABLE_BYTES);
    for partition in partitions {
        let mut label = [0; 16];
        label[..partition.label.len()].copy_from_slice(partition.label.as_bytes());
        table.extend(ENTRY_MAGIC);
        table.extend([partition.kind.code(), partition.subtype]);
        table.extend(partition.offset.to_le_bytes());
        table.extend(partition.size.to_le_bytes());
        table.extend(label);
        table.extend(partition.flags.to_le_bytes());
    }
    let digest = Md5::digest(&table);
    table.extend(MD5_MAGIC);
    table.extend([0xFF; MD5_OFFSET - MD5_MAGIC.len()]);
    table.extend_from_slice(&digest);
    table.resize(TABLE_BYTES, 0xFF);
    table
}
