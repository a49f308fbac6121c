//! What is not in the file: how large the chip is and where its partitions lie.

use super::{FlashSize, PartitionTable};

/// The flash chip that firmware is put in. The default is a chip of 4 MB with espflash's partitions.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Layout {
    flash_size: Option<FlashSize>,
    partitions: Option<PartitionTable>,
}

impl Layout {
    /// A chip of this size, whatever the headers say. Without it an ELF file and an app image get 4 MB; a flash image
    /// gets what its bootloader's header says, and at least what the file fills.
    #[must_use]
    pub fn with_flash_size(mut self, size: FlashSize) -> Self {
        self.flash_size = Some(size);
        self
    }

    /// These partitions for an ELF file or an app image. A flash image has its own table and ignores them.
    #[must_use]
    pub fn with_partitions(mut self, partitions: PartitionTable) -> Self {
        self.partitions = Some(partitions);
        self
    }

    pub(super) fn explicit_flash_size(&self) -> Option<FlashSize> {
        self.flash_size
    }

    pub(super) fn flash_size(&self) -> FlashSize {
        self.flash_size.unwrap_or_default()
    }

    pub(super) fn partitions(&self) -> PartitionTable {
        self.partitions.clone().unwrap_or_else(|| PartitionTable::usual(self.flash_size()))
    }
}
