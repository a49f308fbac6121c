//! Everything that an address can lead to: RAM, flash behind an MMU, the mask ROM, each where the chip's [`MemoryMap`] says,
//! and, through [`Bus`], the registers of the peripherals. Not for what peripherals do.
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
pub use map::{Backing, MemoryMap, MmuFormat, Region};
pub use memory::{Memory, RomSizeError};
pub use snapshot::MemorySnapshot;
pub use transfer::Unmapped;

pub(crate) use hash::Hasher;
pub(crate) use map::Physical;
pub(crate) use memory::Stale;
