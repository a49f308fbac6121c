//! The memory map; ESP32-C3 Technical Reference Manual, chapter 3 "System and Memory", table "Internal Memory Address
//! Mapping" and section "External Memory".

use std::ops::Range;

/// SRAM in bytes: 16 KB of SRAM 0 (instructions only) and 384 KB of SRAM 1.
pub const SRAM_BYTES: u32 = 0x64000;
/// SRAM 0 in bytes; it has no alias on the data bus.
pub(super) const SRAM0_BYTES: u32 = 0x4000;
/// SRAM 0 and 1 on the instruction bus.
pub const IRAM: Range<u32> = 0x4037_C000..0x403E_0000;
/// SRAM 1 on the data bus: the bytes of `IRAM` from 0x4000 on.
pub const DRAM: Range<u32> = 0x3FC8_0000..0x3FCE_0000;
/// RTC fast memory.
pub const RTC_FAST: Range<u32> = 0x5000_0000..0x5000_2000;
/// Flash on the data bus, through the MMU.
pub const FLASH_DATA: Range<u32> = 0x3C00_0000..0x3C80_0000;
/// Flash on the instruction bus, through the same entries of the MMU.
pub const FLASH_CODE: Range<u32> = 0x4200_0000..0x4280_0000;
/// The mask ROM on the instruction bus.
pub const ROM: Range<u32> = 0x4000_0000..0x4006_0000;
/// The last 128 KB of the mask ROM on the data bus.
pub const ROM_DATA: Range<u32> = 0x3FF0_0000..0x3FF2_0000;
/// Where `ROM_DATA` begins in the ROM.
pub(super) const ROM_DATA_OFFSET: u32 = 0x4_0000;

/// Entries of the flash MMU. Entry n maps bytes n * 64 KB.. of both flash windows.
pub const MMU_ENTRIES: usize = 128;
/// Bytes that one entry maps.
pub const MMU_PAGE_BYTES: u32 = 0x1_0000;
/// The bit of an entry that says that it maps nothing; bits 7:0 are the page in the flash chip.
pub const MMU_INVALID: u16 = 0x100;

/// A byte of memory, whatever address it is seen at: RAM from 0, the ROM and the flash chip from their own bases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Physical(pub(crate) u32);

const ROM_BASE: u32 = 0x2000_0000;
const FLASH_BASE: u32 = 0x4000_0000;

/// What kind of memory a physical address is in, with the offset there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Ram(usize),
    Rom(usize),
    Flash(usize),
}

impl Physical {
    pub(super) fn ram(offset: u32) -> Self {
        Self(offset)
    }

    pub(super) fn rom(offset: u32) -> Self {
        Self(ROM_BASE + offset)
    }

    pub(super) fn flash(offset: u32) -> Self {
        Self(FLASH_BASE + offset)
    }

    pub(super) fn place(self) -> Place {
        match self.0 {
            FLASH_BASE.. => Place::Flash((self.0 - FLASH_BASE) as usize),
            ROM_BASE.. => Place::Rom((self.0 - ROM_BASE) as usize),
            offset => Place::Ram(offset as usize),
        }
    }
}
