//! [`Memory`]: where each address leads, and what the CPU's loads, stores and fetches do there.

use super::code_marks::CodeMarks;
use super::map::{
    DRAM, FLASH_CODE, FLASH_DATA, IRAM, MMU_ENTRIES, MMU_INVALID, MMU_PAGE_BYTES, Physical, Place, ROM, ROM_DATA,
    ROM_DATA_OFFSET, RTC_FAST, SRAM_BYTES, SRAM0_BYTES,
};
use super::ram::RamPage;
use super::{FlashImage, OutsideFlash};
use crate::raw::page::{PAGE, SharedPage};
use crate::raw::tlb::{SPAN, Tlb};
use std::ops::Range;

const RTC_FAST_BYTES: u32 = 0x2000;

/// A mask ROM image has 384 KB.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a ROM image has {expected:#x} bytes, this one {0:#x}", expected = ROM.len())]
pub struct RomSizeError(pub usize);

/// The memory of one machine. See the [module](super) for what it holds.
pub struct Memory {
    pub(crate) tlb: Box<Tlb>,
    /// SRAM, then RTC fast memory, then the extra RAM.
    pub(super) ram: Vec<RamPage>,
    extra: Range<u32>,
    rom: Option<Vec<SharedPage>>,
    /// Which functions of the ROM are performed from outside although there is an image of it.
    performed: fn(u32) -> bool,
    pub(super) flash: FlashImage,
    pub(super) mmu: [u16; MMU_ENTRIES],
    pub(super) marks: CodeMarks,
    /// Writes to marked bytes, or changes of the map, that the CPU has not been told of yet.
    pub(super) stale: Vec<Stale>,
}

/// What predecoded code must be dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stale {
    /// Code in these bytes.
    Bytes(Physical, u32),
    /// All code: addresses lead elsewhere than they did.
    Everything,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").field("flash", &self.flash).field("rom", &self.rom.is_some()).finish_non_exhaustive()
    }
}

impl Memory {
    /// The memory of an ESP32-C3 with this flash chip: RAM zero, all entries of the MMU invalid, no ROM image.
    pub fn new(flash: FlashImage) -> Self {
        Self::with_extra_ram(flash, 0..0)
    }

    /// The same with RAM at addresses where the chip has none, for programs that are linked for another machine.
    /// Its bounds are multiples of 4 KB.
    pub fn with_extra_ram(flash: FlashImage, extra: Range<u32>) -> Self {
        let bytes = SRAM_BYTES + RTC_FAST_BYTES + (extra.end - extra.start);
        let zero = SharedPage::filled(0);
        Self {
            tlb: Tlb::new(),
            ram: (0..bytes as usize / PAGE).map(|_| RamPage::new(zero.clone())).collect(),
            extra,
            rom: None,
            performed: |_| false,
            marks: CodeMarks::new(bytes, flash.len()),
            flash,
            mmu: [MMU_INVALID; MMU_ENTRIES],
            stale: Vec::new(),
        }
    }

    /// Installs a mask ROM image, which is then executed and read like any memory. Without one, a jump into the ROM
    /// stops the CPU with [`Stop::RomCall`](crate::cpu::Stop::RomCall), and loads from it go to the bus.
    ///
    /// # Errors
    /// [`RomSizeError`] unless the image has 384 KB.
    pub fn load_rom(&mut self, image: &[u8]) -> Result<(), RomSizeError> {
        if image.len() != ROM.len() {
            return Err(RomSizeError(image.len()));
        }
        self.rom = Some(image.as_chunks::<PAGE>().0.iter().map(|page| SharedPage::new(*page)).collect());
        self.map_changed();
        Ok(())
    }

    /// Has these functions of the ROM performed from outside although there is an image of it.
    pub fn perform_rom_functions(&mut self, performed: fn(u32) -> bool) {
        self.performed = performed;
        self.map_changed();
    }

    /// Whether fetching here is a call of a ROM function that someone outside must perform.
    pub fn is_rom_call(&self, address: u32) -> bool {
        ROM.contains(&address) && (self.rom.is_none() || (self.performed)(address))
    }

    /// Where an address leads, unless to the bus. Contiguous up to the next multiple of 4 KB.
    pub(crate) fn resolve(&self, address: u32) -> Option<Physical> {
        if DRAM.contains(&address) {
            Some(Physical::ram(address - DRAM.start + SRAM0_BYTES))
        } else if IRAM.contains(&address) {
            Some(Physical::ram(address - IRAM.start))
        } else if FLASH_CODE.contains(&address) || FLASH_DATA.contains(&address) {
            self.resolve_flash(address & (FLASH_DATA.end - FLASH_DATA.start - 1))
        } else if RTC_FAST.contains(&address) {
            Some(Physical::ram(address - RTC_FAST.start + SRAM_BYTES))
        } else if self.extra.contains(&address) {
            Some(Physical::ram(address - self.extra.start + SRAM_BYTES + RTC_FAST_BYTES))
        } else if self.rom.is_some() && ROM.contains(&address) {
            Some(Physical::rom(address - ROM.start))
        } else if self.rom.is_some() && ROM_DATA.contains(&address) {
            Some(Physical::rom(address - ROM_DATA.start + ROM_DATA_OFFSET))
        } else {
            None
        }
    }

    fn resolve_flash(&self, offset: u32) -> Option<Physical> {
        let entry = self.mmu[(offset / MMU_PAGE_BYTES) as usize];
        let at = u32::from(entry & 0xFF) * MMU_PAGE_BYTES + offset % MMU_PAGE_BYTES;
        (entry & MMU_INVALID == 0 && (at as usize) < self.flash.len()).then(|| Physical::flash(at))
    }

    pub(super) fn page(&self, at: Physical) -> (&SharedPage, usize) {
        match at.place() {
            Place::Ram(offset) => (self.ram[offset / PAGE].page(), offset % PAGE),
            Place::Rom(offset) => {
                let rom = self.rom.as_ref().expect("resolved only if there is one");
                (&rom[offset / PAGE], offset % PAGE)
            }
            Place::Flash(offset) => {
                (self.flash.sector(offset / PAGE).expect("resolved only if in the chip"), offset % PAGE)
            }
        }
    }

    /// The bytes from here to the end of the 4 KB page.
    pub(crate) fn rest_of_page(&self, at: Physical) -> &[u8] {
        let (page, offset) = self.page(at);
        &page.bytes()[offset..]
    }

    /// Whether stores can go there.
    pub(crate) fn is_writable(&self, at: Physical) -> bool {
        matches!(at.place(), Place::Ram(_))
    }

    /// Stores bytes that do not cross a page of RAM, and notes it if they were code.
    pub(crate) fn store(&mut self, at: Physical, bytes: &[u8]) {
        let Place::Ram(offset) = at.place() else { unreachable!("only RAM is writable") };
        // Loads may still look at a page that is replaced.
        let page = self.ram[offset / PAGE].bytes_mut(|| self.tlb.flush());
        page[offset % PAGE..][..bytes.len()].copy_from_slice(bytes);
        self.note_write(at, bytes.len());
    }

    fn note_write(&mut self, at: Physical, bytes: usize) {
        if bytes > 0 && self.marks.touches(at, bytes as u32) {
            self.stale.push(Stale::Bytes(at, bytes as u32));
        }
    }

    /// Lets the CPU load from these addresses, whole spans of one page, without asking again; one of them is at `at`.
    pub(crate) fn allow_loads(&mut self, addresses: Range<u32>, at: Physical) {
        let (page, _) = self.page(at);
        let page = page.clone();
        self.tlb.allow_loads(addresses, &page);
    }

    /// Lets the CPU store likewise, as far around `address` as no code lies there.
    pub(crate) fn allow_stores(&mut self, addresses: Range<u32>, address: u32, at: Physical) {
        let Place::Ram(offset) = at.place() else { return };
        let page = offset - offset % PAGE;
        let is_free = |address: u32| self.marks.span_is_free(page + address as usize % PAGE);
        let span = address & !(SPAN - 1);
        if !is_free(span) {
            return;
        }
        let step = SPAN as usize;
        let before = (addresses.start..span).rev().step_by(step).take_while(|last| is_free(*last)).count() as u32;
        let after = (span..addresses.end).step_by(step).take_while(|first| is_free(*first)).count() as u32;
        if let Some(page) = self.ram[offset / PAGE].own() {
            self.tlb.allow_stores(span - before * SPAN..span + after * SPAN, page);
        }
    }

    /// Notes that these bytes, which do not cross a page, have been predecoded.
    pub(crate) fn mark_code(&mut self, at: Physical, bytes: u32) {
        if self.marks.mark(at, bytes) {
            self.tlb.flush_stores();
        }
    }

    /// Notes that nothing is predecoded any more.
    pub(crate) fn unmark_code(&mut self) {
        self.marks.clear();
    }

    pub(crate) fn has_stale_code(&self) -> bool {
        !self.stale.is_empty()
    }

    pub(crate) fn take_stale(&mut self) -> Vec<Stale> {
        std::mem::take(&mut self.stale)
    }

    /// Entry `index` of the flash MMU.
    ///
    /// # Panics
    /// If `index` is 128 or more.
    pub fn mmu_entry(&self, index: usize) -> u16 {
        self.mmu[index]
    }

    /// Sets entry `index` of the flash MMU: bits 7:0 the 64 KB page of the chip, bit 8 "maps nothing".
    ///
    /// # Panics
    /// If `index` is 128 or more.
    pub fn set_mmu_entry(&mut self, index: usize, entry: u16) {
        let entry = entry & 0x1FF;
        if self.mmu[index] != entry {
            self.mmu[index] = entry;
            self.map_changed();
        }
    }

    /// PMP or triggers forbid or watch other addresses than they did.
    pub(crate) fn protection_changed(&mut self) {
        self.map_changed();
    }

    fn map_changed(&mut self) {
        self.tlb.flush();
        self.stale.push(Stale::Everything);
    }

    /// The flash chip.
    pub fn flash(&self) -> &FlashImage {
        &self.flash
    }

    /// Sets all RAM to zero, as after power-on; on silicon it is then undefined.
    pub fn clear_ram(&mut self) {
        self.clear_pages(self.ram.len());
    }

    /// Sets SRAM to zero, as deep sleep may leave it; RTC fast memory keeps what it has.
    pub fn clear_sram(&mut self) {
        self.clear_pages(SRAM_BYTES as usize / PAGE);
    }

    fn clear_pages(&mut self, count: usize) {
        let zero = SharedPage::filled(0);
        self.ram[..count].iter_mut().for_each(|page| *page = RamPage::new(zero.clone()));
        self.map_changed();
    }

    /// Puts bytes into the flash chip, whatever was there, as a programmer does.
    ///
    /// # Errors
    /// [`OutsideFlash`], and nothing is changed.
    pub fn write_flash(&mut self, offset: usize, bytes: &[u8]) -> Result<(), OutsideFlash> {
        self.change_flash(offset, bytes.len(), |flash| flash.write(offset, bytes))
    }

    /// Programs flash as the chip does: bits go from one to zero.
    ///
    /// # Errors
    /// [`OutsideFlash`], and nothing is changed.
    pub fn program_flash(&mut self, offset: usize, bytes: &[u8]) -> Result<(), OutsideFlash> {
        self.change_flash(offset, bytes.len(), |flash| flash.program(offset, bytes))
    }

    /// Sets bytes of flash to 0xFF.
    ///
    /// # Errors
    /// [`OutsideFlash`], and nothing is changed.
    pub fn erase_flash(&mut self, offset: usize, bytes: usize) -> Result<(), OutsideFlash> {
        self.change_flash(offset, bytes, |flash| flash.erase(offset, bytes))
    }

    pub(super) fn change_flash(
        &mut self,
        offset: usize,
        bytes: usize,
        change: impl FnOnce(&mut FlashImage) -> Result<(), OutsideFlash>,
    ) -> Result<(), OutsideFlash> {
        // The sectors may be replaced by copies.
        for sector in (offset / PAGE..=offset.saturating_add(bytes) / PAGE).map_while(|index| self.flash.sector(index))
        {
            self.tlb.forget_page(sector);
        }
        change(&mut self.flash)?;
        self.note_write(Physical::flash(offset as u32), bytes);
        Ok(())
    }
}
