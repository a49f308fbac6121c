//! Everything that an address can lead to: SRAM with its two aliases, RTC fast memory, flash behind the MMU, the mask
//! ROM, and, through [`Bus`], the registers of the peripherals. Not for what peripherals do.
//!
//! RAM and flash are kept in pages of 4 KB that snapshots share until one side writes, so that a [`MemorySnapshot`]
//! costs a few references and a machine holds little more than what its firmware has changed.
//!
//! The memory also knows which bytes the CPU has predecoded; whoever writes them, through either alias, by DMA or through
//! the flash, makes the CPU decode them again.

mod bus;
mod code_marks;
mod flash;
mod hash;
mod map;
mod memory;
mod ram;
mod snapshot;
mod transfer;

pub use bus::{Access, AccessFault, Bus, NoBus, Width};
pub use flash::{FlashImage, OutsideFlash, SECTOR_BYTES};
pub use map::{
    DRAM, FLASH_CODE, FLASH_DATA, IRAM, MMU_ENTRIES, MMU_INVALID, MMU_PAGE_BYTES, ROM, ROM_DATA, RTC_FAST, SRAM_BYTES,
};
pub use memory::{Memory, RomSizeError};
pub use snapshot::MemorySnapshot;
pub use transfer::Unmapped;

pub(crate) use hash::Hasher;
pub(crate) use map::Physical;
pub(crate) use memory::Stale;
