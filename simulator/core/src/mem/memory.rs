//! [`Memory`]: where each address leads, and what the CPU's loads, stores and fetches do there.

use super::code_marks::CodeMarks;
use super::map::{Backing, MemoryMap, Physical, Place};
use super::ram::RamPage;
use super::{FlashImage, OutsideFlash};
use crate::raw::page::{PAGE, SharedPage};
use crate::raw::tlb::{SPAN, Tlb};
use std::ops::Range;

/// An image of the mask ROM is not as long as the ROM.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a ROM image has {expected:#x} bytes, this one {found:#x}")]
pub struct RomSizeError {
    /// Bytes of the chip's ROM.
    pub expected: usize,
    /// Bytes of the image.
    pub found: usize,
}

/// The memory of one machine. See the [module](super) for what it holds.
pub struct Memory {
    pub(crate) tlb: Box<Tlb>,
    pub(super) map: &'static MemoryMap,
    pub(super) ram: Vec<RamPage>,
    pub(super) rom: Option<Vec<SharedPage>>,
    /// Which functions of the ROM are performed from outside although there is an image of it.
    pub(super) performed: fn(u32) -> bool,
    pub(super) flash: FlashImage,
    pub(super) mmu: Vec<u16>,
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
    /// The memory of a chip with this map and this flash chip: RAM zero, the MMU as after a reset, no ROM image.
    pub fn new(map: &'static MemoryMap, flash: FlashImage) -> Self {
        let bytes = map.ram_bytes;
        let zero = SharedPage::filled(0);
        Self {
            tlb: Tlb::new(),
            ram: (0..bytes as usize / PAGE).map(|_| RamPage::new(zero.clone())).collect(),
            map,
            rom: None,
            performed: |_| false,
            marks: CodeMarks::new(bytes, flash.len()),
            flash,
            mmu: vec![map.mmu.initial; map.mmu.entries],
            stale: Vec::new(),
        }
    }

    /// Installs a mask ROM image, which is then executed and read like any memory. Without one, a jump into the ROM
    /// stops the CPU with [`Stop::RomCall`](crate::cpu::Stop::RomCall), and loads from it go to the bus.
    ///
    /// # Errors
    /// [`RomSizeError`] unless the image is as long as the chip's ROM.
    pub fn load_rom(&mut self, image: &[u8]) -> Result<(), RomSizeError> {
        let expected = self.map.rom.len();
        if image.len() != expected {
            return Err(RomSizeError { expected, found: image.len() });
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

    /// Whether there is an image of the mask ROM.
    pub fn has_rom(&self) -> bool {
        self.rom.is_some()
    }

    /// Whether fetching here is a call of a ROM function that someone outside must perform.
    pub fn is_rom_call(&self, address: u32) -> bool {
        self.map.rom.contains(&address) && (self.rom.is_none() || (self.performed)(address))
    }

    /// Where an address leads, unless to the bus. Contiguous up to the next multiple of 4 KB.
    pub(crate) fn resolve(&self, address: u32) -> Option<Physical> {
        let region = self.map.region(address)?;
        let offset = address - region.addresses.start + region.offset;
        match region.backing {
            Backing::Ram => Some(Physical::ram(offset)),
            Backing::Flash => self.resolve_flash(offset),
            Backing::Rom => self.rom.as_ref().map(|_| Physical::rom(offset)),
        }
    }

    /// Whether the chip can fetch instructions by this address.
    pub(super) fn is_executable(&self, address: u32) -> bool {
        self.map.region(address).is_some_and(|region| region.executable)
    }

    fn resolve_flash(&self, offset: u32) -> Option<Physical> {
        let page_bytes = self.map.mmu.page_bytes;
        let page = (self.map.mmu.page)(*self.mmu.get((offset / page_bytes) as usize)?)?;
        let at = u32::from(page).checked_mul(page_bytes)? + offset % page_bytes;
        ((at as usize) < self.flash.len()).then(|| Physical::flash(at))
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
    /// If the MMU has no such entry.
    pub fn mmu_entry(&self, index: usize) -> u16 {
        self.mmu[index]
    }

    /// Sets entry `index` of the flash MMU, in the chip's own format.
    ///
    /// # Panics
    /// If the MMU has no such entry.
    pub fn set_mmu_entry(&mut self, index: usize, entry: u16) {
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
        self.clear_pages(0..self.ram.len());
    }

    /// Sets the RAM at these addresses to zero, whole pages of one region, as it may be after its power was off.
    ///
    /// # Panics
    /// If there is no RAM at the first address.
    pub fn clear(&mut self, addresses: Range<u32>) {
        let first = self.resolve(addresses.start).map(Physical::place);
        let Some(Place::Ram(first)) = first else { panic!("no RAM at {:#010x}", addresses.start) };
        self.clear_pages(first / PAGE..(first + addresses.len()) / PAGE);
    }

    fn clear_pages(&mut self, pages: Range<usize>) {
        let zero = SharedPage::filled(0);
        self.ram[pages].iter_mut().for_each(|page| *page = RamPage::new(zero.clone()));
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
