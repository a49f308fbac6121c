//! Which app the bootloader starts; ESP-IDF `bootloader_utility_get_selected_boot_partition`.
//!
//! The partition `otadata` has two sectors, each with an `esp_ota_select_entry_t`: a sequence number, a label that
//! nobody reads, the state of the update, and the CRC of the sequence number. The higher number that is valid counts;
//! modulo the number of OTA partitions it says which of them.

use super::little_endian::u32_at;
use super::{Partition, PartitionTable};
use crate::crc::reflected;
use hil_sim_core::mem::{FlashImage, SECTOR_BYTES};

const ENTRY_BYTES: usize = 32;
const STATE_INVALID: u32 = 3;
const STATE_ABORTED: u32 = 4;

/// The app partitions in the order in which the bootloader tries them.
pub(super) fn boot_order<'a>(flash: &FlashImage, table: &'a PartitionTable) -> Vec<&'a Partition> {
    let slots: Vec<_> = (0..16).map_while(|slot| table.ota_slot(slot)).collect();
    let selected = table.otadata().and_then(|otadata| sequence(flash, otadata)).filter(|_| !slots.is_empty());
    // Down from the selected one to the factory app, then up.
    let from = selected.map_or(0, |sequence| (sequence.wrapping_sub(1) as usize) % slots.len() + 1);
    let down = slots[..from].iter().rev().copied();
    down.chain(table.factory()).chain(slots[from..].iter().copied()).chain(table.test()).collect()
}

/// The sequence number that counts.
fn sequence(flash: &FlashImage, otadata: &Partition) -> Option<u32> {
    let entry = |index: usize| {
        let mut entry = [0; ENTRY_BYTES];
        flash.read(otadata.offset as usize + index * SECTOR_BYTES, &mut entry).ok()?;
        valid_sequence(&entry)
    };
    entry(0).max(entry(1))
}

fn valid_sequence(entry: &[u8; ENTRY_BYTES]) -> Option<u32> {
    let (sequence, state, crc) = (u32_at(entry, 0)?, u32_at(entry, 24)?, u32_at(entry, 28)?);
    let usable = sequence != u32::MAX && state != STATE_INVALID && state != STATE_ABORTED;
    (usable && crc == sequence_crc(sequence)).then_some(sequence)
}

/// `esp_rom_crc32_le(UINT32_MAX, ..)` of the number: CRC-32 that starts with 0 instead of all ones.
fn sequence_crc(sequence: u32) -> u32 {
    !reflected(0xEDB8_8320, 0, &sequence.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_is_that_which_esp_idf_writes() {
        assert_eq!(sequence_crc(1), 0x4743_989A);
        assert_eq!(sequence_crc(2), 0x55F6_3774);
    }

    #[test]
    fn an_update_that_failed_does_not_count() {
        let entry = |state: u32| {
            let mut entry = [0xFF; ENTRY_BYTES];
            entry[..4].copy_from_slice(&1u32.to_le_bytes());
            entry[24..28].copy_from_slice(&state.to_le_bytes());
            entry[28..].copy_from_slice(&0x4743_989A_u32.to_le_bytes());
            valid_sequence(&entry)
        };
        assert_eq!([0, 1, 2, 3, 4, u32::MAX].map(entry), [Some(1), Some(1), Some(1), None, None, Some(1)]);
        assert_eq!(valid_sequence(&[0xFF; ENTRY_BYTES]), None);
    }
}
