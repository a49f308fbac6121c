//! The flash of a device, as a provisioner sees it.

use std::ops::Range;

use simulator::image::{FlashSize, Partition, PartitionKind, PartitionTable, subtype};
use simulator::mem::{FlashImage, SECTOR_BYTES};

use super::{Patch, ProvisionError, Provisioner};

/// Where ESP-IDF's bootloader looks for the partition table, unless it was built to look elsewhere.
pub const PARTITION_TABLE: Range<u32> = 0x8000..0x8C00;

/// The largest flash chip, in bytes.
const LARGEST: usize = 16 << 20;

/// A device's flash, read only. Reading may take time: a board is read over its serial port.
pub trait Flash {
    /// The bytes of a range, from the start of the chip.
    ///
    /// # Errors
    /// [`ProvisionError::Flash`]
    fn read(&mut self, range: Range<u32>) -> Result<Vec<u8>, ProvisionError>;
}

/// A flash chip of which this is known from its start; what lies behind is erased.
#[derive(Debug, Clone, Copy)]
pub struct FlashBytes<'a>(pub &'a [u8]);

impl Flash for FlashBytes<'_> {
    fn read(&mut self, range: Range<u32>) -> Result<Vec<u8>, ProvisionError> {
        let known = |at: u32| self.0.get(at as usize).copied().unwrap_or(0xFF);
        Ok(range.map(known).collect())
    }
}

impl Flash for FlashImage {
    fn read(&mut self, range: Range<u32>) -> Result<Vec<u8>, ProvisionError> {
        let mut bytes = vec![0; range.len()];
        FlashImage::read(self, range.start as usize, &mut bytes).map_err(|e| ProvisionError::Flash(e.to_string()))?;
        Ok(bytes)
    }
}

/// The partition table in a flash.
///
/// # Errors
/// [`ProvisionError::NoTable`], or the flash cannot be read.
pub fn partitions(flash: &mut dyn Flash) -> Result<PartitionTable, ProvisionError> {
    let bytes = flash.read(PARTITION_TABLE)?;
    let at = PARTITION_TABLE.start as usize;
    // As large as a chip can be: whether the partitions fit is another matter.
    let mut chip = FlashImage::erased(LARGEST);
    chip.write(at, &bytes).map_err(|e| ProvisionError::Flash(e.to_string()))?;
    PartitionTable::from_flash(&chip).map_err(|e| ProvisionError::NoTable(e.to_string()))
}

/// The flash of a device of this provisioner before anything but its partition table was written into it.
///
/// # Errors
/// The provisioner's own table is wrong.
pub fn blank_flash(provisioner: &dyn Provisioner) -> Result<Vec<u8>, ProvisionError> {
    let table = match provisioner.partitions() {
        Some(csv) => PartitionTable::from_csv(csv).map_err(|e| ProvisionError::NoTable(e.to_string()))?,
        None => PartitionTable::usual(FlashSize::default()),
    };
    let mut flash = vec![0xFF; PARTITION_TABLE.start as usize];
    flash.extend(table.to_bytes());
    Ok(flash)
}

/// The same patches as whole sectors, for flash that is erased before it is written: what is beside them in their sectors is
/// written back.
///
/// # Errors
/// The flash cannot be read.
pub fn in_sectors(patches: Vec<Patch>, flash: &mut dyn Flash) -> Result<Vec<Patch>, ProvisionError> {
    let sector = SECTOR_BYTES as u32;
    let whole = |patch: Patch| {
        let length = u32::try_from(patch.bytes.len()).unwrap_or(u32::MAX);
        let (start, end) = (patch.offset, patch.offset.saturating_add(length));
        let range = start / sector * sector..end.next_multiple_of(sector);
        if range == (start..end) {
            return Ok(patch);
        }
        let mut bytes = flash.read(range.clone())?;
        let at = (start - range.start) as usize;
        bytes[at..at + patch.bytes.len()].copy_from_slice(&patch.bytes);
        Ok(Patch { offset: range.start, bytes, ..patch })
    };
    patches.into_iter().map(whole).collect()
}

/// The partition with a label; without one, the one for NVS: `nvs`, or the first of that kind.
///
/// # Errors
/// [`ProvisionError::NoPartition`], and those of [`partitions`].
pub fn find_partition(flash: &mut dyn Flash, label: Option<&str>) -> Result<Partition, ProvisionError> {
    let table = partitions(flash)?;
    let usual = || {
        table.find("nvs").or_else(|| {
            table.iter().find(|partition| partition.kind == PartitionKind::Data && partition.subtype == subtype::NVS)
        })
    };
    let found = label.map_or_else(usual, |label| table.find(label));
    found.cloned().ok_or_else(|| ProvisionError::NoPartition(label.unwrap_or("nvs").to_owned()))
}
