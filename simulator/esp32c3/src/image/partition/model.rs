//! What a partition is.

use std::ops::Range;

/// Where the table is in the flash chip, in every image that this crate reads.
pub const PARTITION_TABLE_OFFSET: u32 = 0x8000;
/// Where the first partition can begin: the table has a sector.
pub(super) const FIRST_OFFSET: u32 = PARTITION_TABLE_OFFSET + 0x1000;

/// Subtypes that matter for starting an app; `esp_flash_partitions.h`.
pub mod subtype {
    /// Of an app: the one that is started unless an update was installed.
    pub const FACTORY: u8 = 0x00;
    /// Of an app: the first of 16 for updates.
    pub const OTA_0: u8 = 0x10;
    /// Of an app: the one for tests.
    pub const TEST: u8 = 0x20;
    /// Of data: which update is started.
    pub const OTADATA: u8 = 0x00;
    /// Of data: calibration of the radio.
    pub const PHY: u8 = 0x01;
    /// Of data: ESP-IDF's key-value store.
    pub const NVS: u8 = 0x02;
}

/// What a partition is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartitionKind {
    /// Firmware.
    App,
    /// Data in one of ESP-IDF's formats.
    Data,
    /// Anything else, as its type says.
    Other(u8),
}

impl PartitionKind {
    pub(in crate::image) fn from_code(code: u8) -> Self {
        match code {
            0 => Self::App,
            1 => Self::Data,
            other => Self::Other(other),
        }
    }

    pub(in crate::image) fn code(self) -> u8 {
        match self {
            Self::App => 0,
            Self::Data => 1,
            Self::Other(code) => code,
        }
    }
}

/// A part of the flash chip.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Partition {
    /// Its name, of 1 to 16 bytes, which no other has.
    pub label: String,
    /// What it is for.
    pub kind: PartitionKind,
    /// What exactly; see [`subtype`].
    pub subtype: u8,
    /// Offset of the first byte in the chip.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
    /// Bit 0: encrypted if the chip encrypts its flash; bit 1: read-only.
    pub flags: u32,
}

impl Partition {
    /// The bytes of the chip that belong to it.
    pub fn range(&self) -> Range<u32> {
        self.offset..self.offset.saturating_add(self.size)
    }

    pub(in crate::image) fn end(&self) -> u64 {
        u64::from(self.offset) + u64::from(self.size)
    }

    pub(super) fn is(&self, kind: PartitionKind, subtype: u8) -> bool {
        self.kind == kind && self.subtype == subtype
    }
}
