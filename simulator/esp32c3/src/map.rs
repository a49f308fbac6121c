//! The memory map and the core; ESP32-C3 Technical Reference Manual, chapter 3 "System and Memory", table "Internal Memory
//! Address Mapping" and section "External Memory", and chapter 1 "ESP-RISC-V CPU".

use hil_sim_core::cpu::{self, Identity, TrapVector};
use hil_sim_core::mem::{Backing, MemoryMap, MmuFormat, Region};
use std::ops::Range;

/// SRAM in bytes: 16 KB of SRAM 0 (instructions only) and 384 KB of SRAM 1.
pub const SRAM_BYTES: u32 = 0x64000;
/// SRAM 0 in bytes; it has no alias on the data bus.
const SRAM0_BYTES: u32 = 0x4000;
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
const ROM_DATA_OFFSET: u32 = 0x4_0000;

/// Entries of the flash MMU. Entry n maps bytes n * 64 KB.. of both flash windows.
pub const MMU_ENTRIES: usize = 128;
/// Bytes that one entry maps.
pub const MMU_PAGE_BYTES: u32 = 0x1_0000;
/// The bit of an entry that says that it maps nothing; bits 7:0 are the page in the flash chip.
pub const MMU_INVALID: u16 = 0x100;

/// The chip's memory: SRAM and then RTC fast memory, the mask ROM, and flash behind the MMU.
pub static MEMORY: MemoryMap = MemoryMap {
    ram_bytes: SRAM_BYTES + (RTC_FAST.end - RTC_FAST.start),
    regions: &[
        Region { addresses: DRAM, backing: Backing::Ram, offset: SRAM0_BYTES, executable: false },
        Region { addresses: IRAM, backing: Backing::Ram, offset: 0, executable: true },
        Region { addresses: FLASH_CODE, backing: Backing::Flash, offset: 0, executable: true },
        Region { addresses: FLASH_DATA, backing: Backing::Flash, offset: 0, executable: false },
        Region { addresses: RTC_FAST, backing: Backing::Ram, offset: SRAM_BYTES, executable: true },
        Region { addresses: ROM, backing: Backing::Rom, offset: 0, executable: true },
        Region { addresses: ROM_DATA, backing: Backing::Rom, offset: ROM_DATA_OFFSET, executable: false },
    ],
    rom: ROM,
    mmu: MmuFormat {
        entries: MMU_ENTRIES,
        page_bytes: MMU_PAGE_BYTES,
        initial: MMU_INVALID,
        page: |entry| (entry & MMU_INVALID == 0).then_some(entry & 0xFF),
    },
};

/// The chip's core: RV32IMC, which begins in the mask ROM. `mvendorid` is Espressif's number in the JEDEC list.
pub const CORE: cpu::CoreConfig = cpu::CoreConfig {
    reset_vector: ROM.start,
    identity: Identity { vendor: 0x612, architecture: 0x8000_0001, implementation: 1 },
    trap_vector: TrapVector::AlwaysVectored,
    ..cpu::CoreConfig::PLAIN
};
