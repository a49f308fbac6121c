//! Where a board's configuration is, by the partition table in its flash.

use std::ops::Range;

use super::FlashError;

/// Where ESP-IDF's bootloader looks for the partition table, unless it was built to look elsewhere.
pub const TABLE: u32 = 0x8000;
/// Its longest length, in bytes.
pub(super) const TABLE_LENGTH: u32 = 0xC00;

const ENTRY: usize = 32;
const MAGIC: [u8; 2] = [0xAA, 0x50];
const DATA: u8 = 1;
const NVS: &str = "nvs";

/// The partition `nvs` of a table.
///
/// # Errors
/// [`FlashError::NoPartition`].
pub fn nvs_partition(table: &[u8]) -> Result<Range<u32>, FlashError> {
    let word = |entry: &[u8], at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
    table
        .chunks_exact(ENTRY)
        .take_while(|entry| entry[..2] == MAGIC)
        .find(|entry| {
            let label = entry[12..28].split(|byte| *byte == 0).next().unwrap_or_default();
            entry[2] == DATA && label == NVS.as_bytes()
        })
        .and_then(|entry| {
            let (offset, size) = (word(entry, 4), word(entry, 8));
            Some(offset..offset.checked_add(size)?)
        })
        .ok_or(FlashError::NoPartition(NVS))
}

#[cfg(test)]
mod tests {
    use simulator::image::PartitionTable;

    use super::*;

    #[test]
    fn the_partition_is_found_by_its_label() {
        let table = PartitionTable::from_csv(firmware::PARTITIONS).expect("ours").to_bytes();
        assert_eq!(nvs_partition(&table).expect("there"), light_host::provision::NVS);
        assert!(nvs_partition(&[0xFF; 3072]).is_err());
        assert!(nvs_partition(&[]).is_err());
    }
}
