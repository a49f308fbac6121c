//! The flash: found by the partition table, shared by the configuration's reader and the state's store.

use alloc::vec;
use core::{cell::RefCell, ops::Range};

use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use esp_bootloader_esp_idf::partitions::{PARTITION_TABLE_MAX_LEN, read_partition_table};
use esp_hal::peripherals::FLASH;
use esp_storage::FlashStorage;
use firmware::config::esp_nvs::platform::Crc;
use static_cell::StaticCell;

/// Partition type `data` (ESP-IDF, partition tables).
const TYPE_DATA: u8 = 1;

/// The flash chip. Copies are the same chip.
#[derive(Clone, Copy)]
pub struct Flash(&'static RefCell<FlashStorage<'static>>);

/// Where our partitions are, in bytes from the start of the flash.
pub struct Partitions {
    pub nvs: Range<u32>,
    pub state: Range<u32>,
}

/// Why the flash cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartitionError {
    /// No table at 0x8000, or its check does not fit.
    #[error("no partition table")]
    NoTable,
    /// No entry of type `data` has this label.
    #[error("no partition {0}")]
    Missing(&'static str),
    /// The entry reaches beyond the end of the flash.
    #[error("partition {0} is not within the flash")]
    OutOfFlash(&'static str),
}

impl Flash {
    pub fn new(flash: FLASH<'static>) -> Self {
        static CHIP: StaticCell<RefCell<FlashStorage<'static>>> = StaticCell::new();
        Self(CHIP.init(RefCell::new(FlashStorage::new(flash))))
    }

    /// Finds our partitions by their labels.
    pub fn partitions(&self) -> Result<Partitions, PartitionError> {
        let mut flash = self.0.borrow_mut();
        let mut bytes = vec![0; PARTITION_TABLE_MAX_LEN];
        let table = read_partition_table(&mut flash, &mut bytes).map_err(|_| PartitionError::NoTable)?;
        let capacity = ReadNorFlash::capacity(&*flash);
        // Not `find_partition`, which panics on a type that it does not know.
        let find = |label: &'static str| {
            let entry = table.iter().find(|entry| entry.raw_type() == TYPE_DATA && entry.label_as_str() == label);
            let entry = entry.ok_or(PartitionError::Missing(label))?;
            let end = entry.offset().checked_add(entry.len()).filter(|end| *end as usize <= capacity);
            Ok(entry.offset()..end.ok_or(PartitionError::OutOfFlash(label))?)
        };
        Ok(Partitions { nvs: find("nvs")?, state: find("ledstate")? })
    }
}

impl ErrorType for Flash {
    type Error = <FlashStorage<'static> as ErrorType>::Error;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = <FlashStorage<'static> as ReadNorFlash>::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        ReadNorFlash::read(&mut *self.0.borrow_mut(), offset, bytes)
    }

    fn capacity(&self) -> usize {
        ReadNorFlash::capacity(&*self.0.borrow())
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = <FlashStorage<'static> as NorFlash>::WRITE_SIZE;
    const ERASE_SIZE: usize = <FlashStorage<'static> as NorFlash>::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        NorFlash::erase(&mut *self.0.borrow_mut(), from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        NorFlash::write(&mut *self.0.borrow_mut(), offset, bytes)
    }
}

/// `esp-nvs` knows no `esp-storage` of this version, so the check is given to it here.
impl Crc for Flash {
    fn crc32(init: u32, data: &[u8]) -> u32 {
        esp_hal::rom::crc::crc32_le(init, data)
    }
}
