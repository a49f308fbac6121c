//! What a chip says of its memory: which addresses lead where. Consulted only where the translation buffer does not know an
//! address yet.

use std::ops::Range;

/// The plain memory of a chip. Everything else is on the bus.
#[derive(Debug)]
pub struct MemoryMap {
    /// RAM in bytes, a multiple of 4 KB; regions say at which addresses it is seen.
    pub ram_bytes: u32,
    /// The addresses of memory. None overlap; each begins and ends at a multiple of 4 KB.
    pub regions: &'static [Region],
    /// The mask ROM on the instruction bus. Without an image of it a jump there is a call of a function that is
    /// performed from outside. Empty if the chip has none.
    pub rom: Range<u32>,
    /// How flash is seen at addresses.
    pub mmu: MmuFormat,
}

impl MemoryMap {
    /// No memory at all, for `..` in the map of a simpler chip.
    pub const EMPTY: Self = Self { ram_bytes: 0, regions: &[], rom: 0..0, mmu: MmuFormat::NONE };

    /// The region that an address is in.
    pub(super) fn region(&self, address: u32) -> Option<&Region> {
        self.regions.iter().find(|region| region.addresses.contains(&address))
    }
}

/// Addresses that lead to memory.
#[derive(Debug)]
pub struct Region {
    /// The addresses.
    pub addresses: Range<u32>,
    /// What they lead to.
    pub backing: Backing,
    /// Where in that the first of them leads: bytes from the start of RAM, of the ROM image, or of what the MMU maps.
    pub offset: u32,
    /// Whether instructions can be fetched there.
    pub executable: bool,
}

/// A kind of memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backing {
    /// RAM: can be written by stores.
    Ram,
    /// The image of the mask ROM, if there is one.
    Rom,
    /// The flash chip, through the MMU.
    Flash,
}

/// The table that says which page of the flash chip each page of the flash windows shows.
#[derive(Debug)]
pub struct MmuFormat {
    /// How many entries it has. Entry n maps the n-th page of every flash window.
    pub entries: usize,
    /// Bytes that one entry maps, a multiple of 4 KB.
    pub page_bytes: u32,
    /// What an entry holds after a reset.
    pub initial: u16,
    /// The page of the flash chip that an entry leads to; `None` if it maps nothing.
    pub page: fn(u16) -> Option<u16>,
}

impl MmuFormat {
    /// Of a chip that does not see its flash at addresses.
    pub const NONE: Self = Self { entries: 0, page_bytes: 0x1000, initial: 0, page: |_| None };
}

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
