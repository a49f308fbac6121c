//! A table that has been checked, and the questions that are asked of it.

use super::{
    FIRST_OFFSET, PARTITION_TABLE_OFFSET, Partition, PartitionError, PartitionKind, Place, binary, csv, subtype,
};
use crate::image::FlashSize;
use crate::map::MMU_PAGE_BYTES;
use hil_sim_core::mem::{FlashImage, SECTOR_BYTES};
use std::collections::HashSet;

/// Partitions that do not overlap, in the order of the table. Whether the chip is large enough is another matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartitionTable {
    partitions: Vec<Partition>,
}

impl PartitionTable {
    /// A table of these partitions.
    ///
    /// # Errors
    /// [`PartitionError`], with [`Place::Entry`].
    pub fn new(partitions: Vec<Partition>) -> Result<Self, PartitionError> {
        Self::checked(partitions.into_iter().enumerate().map(|(index, it)| (Place::Entry(index), it)).collect())
    }

    /// Reads the CSV format of ESP-IDF's `partitions.csv`.
    ///
    /// # Errors
    /// [`PartitionError`], with [`Place::Line`].
    pub fn from_csv(text: &str) -> Result<Self, PartitionError> {
        Self::checked(csv::parse(text)?)
    }

    /// Reads the table of a flash chip, at [`PARTITION_TABLE_OFFSET`].
    ///
    /// # Errors
    /// [`PartitionError`], with [`Place::Offset`].
    pub fn from_flash(flash: &FlashImage) -> Result<Self, PartitionError> {
        let start = PARTITION_TABLE_OFFSET as usize;
        let mut bytes = vec![0; binary::TABLE_BYTES.min(flash.len().saturating_sub(start))];
        flash.read(start, &mut bytes).map_err(|_| PartitionError::Unterminated(flash.len()))?;
        let table = Self::checked(binary::parse(&bytes, start)?)?;
        table.check_fits(flash.len())?;
        Ok(table)
    }

    /// What espflash uses if it is given no table: `nvs`, `phy_init`, and a `factory` app for all the rest.
    pub fn usual(size: FlashSize) -> Self {
        let partition = |label: &str, kind, subtype, offset, size| Partition {
            label: label.to_owned(),
            kind,
            subtype,
            offset,
            size,
            flags: 0,
        };
        let app = MMU_PAGE_BYTES;
        Self {
            partitions: vec![
                partition("nvs", PartitionKind::Data, subtype::NVS, 0x9000, 0x6000),
                partition("phy_init", PartitionKind::Data, subtype::PHY, 0xF000, 0x1000),
                partition("factory", PartitionKind::App, subtype::FACTORY, app, size.bytes() - app),
            ],
        }
    }

    /// The table as it is in flash, 3 KB with an MD5 sum.
    pub fn to_bytes(&self) -> Vec<u8> {
        binary::write(&self.partitions)
    }

    /// All partitions.
    pub fn iter(&self) -> impl Iterator<Item = &Partition> {
        self.partitions.iter()
    }

    /// The partition with this label.
    pub fn find(&self, label: &str) -> Option<&Partition> {
        self.iter().find(|partition| partition.label == label)
    }

    /// The app that is started unless an update was installed.
    pub fn factory(&self) -> Option<&Partition> {
        self.iter().find(|it| it.is(PartitionKind::App, subtype::FACTORY))
    }

    /// The app for tests.
    pub fn test(&self) -> Option<&Partition> {
        self.iter().find(|it| it.is(PartitionKind::App, subtype::TEST))
    }

    /// The app for updates with this number, 0 to 15.
    pub fn ota_slot(&self, slot: u8) -> Option<&Partition> {
        self.iter().find(|it| slot < 16 && it.is(PartitionKind::App, subtype::OTA_0 + slot))
    }

    /// Where it says which update is started.
    pub fn otadata(&self) -> Option<&Partition> {
        self.iter().find(|it| it.is(PartitionKind::Data, subtype::OTADATA))
    }

    /// Whether a chip of this many bytes has room for all.
    ///
    /// # Errors
    /// [`PartitionError::PastChip`] if not.
    pub fn check_fits(&self, chip: usize) -> Result<(), PartitionError> {
        match self.iter().find(|partition| partition.end() > chip as u64) {
            Some(it) => Err(PartitionError::PastChip { label: it.label.clone(), end: it.end(), chip }),
            None => Ok(()),
        }
    }

    fn checked(partitions: Vec<(Place, Partition)>) -> Result<Self, PartitionError> {
        if partitions.len() > binary::MAX_ENTRIES {
            return Err(PartitionError::TooMany(partitions.len()));
        }
        let mut labels = HashSet::new();
        for (place, partition) in &partitions {
            check_alone(*place, partition)?;
            if !labels.insert(&partition.label) {
                return Err(PartitionError::DuplicateLabel { place: *place, label: partition.label.clone() });
            }
        }
        let mut sorted: Vec<_> = partitions.iter().collect();
        sorted.sort_by_key(|(_, partition)| partition.offset);
        for pair in sorted.windows(2) {
            let ((_, first), (place, second)) = (pair[0], pair[1]);
            if first.end() > u64::from(second.offset) {
                return Err(PartitionError::Overlap {
                    place: *place,
                    first: first.label.clone(),
                    end: first.end(),
                    second: second.label.clone(),
                    offset: second.offset,
                });
            }
        }
        Ok(Self { partitions: partitions.into_iter().map(|(_, partition)| partition).collect() })
    }
}

fn check_alone(place: Place, partition: &Partition) -> Result<(), PartitionError> {
    let Partition { kind, offset, size, .. } = *partition;
    let label = partition.label.clone();
    if label.is_empty() || label.len() > 16 || label.contains('\0') {
        return Err(PartitionError::Label { place, label });
    }
    if offset < FIRST_OFFSET {
        return Err(PartitionError::Reserved { place, label, offset });
    }
    let alignment = if kind == PartitionKind::App { MMU_PAGE_BYTES } else { SECTOR_BYTES as u32 };
    if offset % alignment != 0 {
        return Err(PartitionError::Alignment { place, label, offset, alignment });
    }
    let least = if partition.is(PartitionKind::Data, subtype::OTADATA) { 2 * SECTOR_BYTES as u32 } else { 1 };
    if size < least {
        return Err(PartitionError::Size { place, label, size });
    }
    Ok(())
}
