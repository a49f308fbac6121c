//! Taking the memory back to an earlier state, and comparing states.

use super::map::{MMU_ENTRIES, Physical};
use super::memory::Stale;
use super::ram::{RamPage, Restoring};
use super::{FlashImage, Hasher, Memory, hash};
use crate::raw::page::{PAGE, SharedPage};

/// RAM, flash and MMU at one moment. Shares every page that has not been written since; a ROM image is not part of it.
#[derive(Clone)]
pub struct MemorySnapshot {
    ram: Vec<SharedPage>,
    flash: FlashImage,
    mmu: [u16; MMU_ENTRIES],
}

impl std::fmt::Debug for MemorySnapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemorySnapshot").finish_non_exhaustive()
    }
}

impl Memory {
    /// Remembers the present state. Costs a reference for each page of RAM; the pages are copied when they are next
    /// written.
    pub fn snapshot(&mut self) -> MemorySnapshot {
        self.tlb.flush_stores();
        let ram = self.ram.iter_mut().map(RamPage::share).collect();
        MemorySnapshot { ram, flash: self.flash.clone(), mmu: self.mmu }
    }

    /// Returns to a state of this machine, or of one with the same memory. Touches only pages that have been written
    /// since. Predecoded code stays unless its bytes are others.
    ///
    /// # Panics
    /// If the snapshot is of a machine with another amount of RAM or flash.
    pub fn restore(&mut self, snapshot: &MemorySnapshot) {
        assert_eq!(self.ram.len(), snapshot.ram.len(), "a snapshot of a machine with the same RAM");
        assert_eq!(self.flash.len(), snapshot.flash.len(), "a snapshot of a machine with the same flash");
        // Each page is looked at again before it is written, so that it is known which ones were.
        self.tlb.flush_stores();
        let mut is_flushed = false;
        for (index, (now, then)) in self.ram.iter_mut().zip(&snapshot.ram).enumerate() {
            let at = Physical::ram((index * PAGE) as u32);
            now.restore(then, |bytes, restoring| {
                if restoring == Restoring::Replaced && !std::mem::replace(&mut is_flushed, true) {
                    self.tlb.flush();
                }
                if self.marks.differ(at, bytes, then.bytes()) {
                    self.stale.push(Stale::Bytes(at, PAGE as u32));
                }
            });
        }
        let flash = self.flash.restore(&snapshot.flash, |sector| self.tlb.forget_page(sector)).into_iter();
        let flash = flash.map(|sector| Physical::flash((sector * PAGE) as u32));
        let flash = flash.filter(|at| self.marks.touches(*at, PAGE as u32));
        self.stale.extend(flash.map(|at| Stale::Bytes(at, PAGE as u32)));
        if self.mmu != snapshot.mmu {
            self.tlb.flush();
            self.stale.push(Stale::Everything);
            self.mmu = snapshot.mmu;
        }
    }

    /// A hash of RAM, flash and MMU: equal for equal contents.
    pub fn hash(&self) -> u64 {
        let ram = self.ram.iter().enumerate().map(|(index, page)| hash::placed(index, hash::page(page.page().bytes())));
        let mut all = Hasher::new();
        all.number(ram.fold(0, u64::wrapping_add));
        all.number(self.flash.hash());
        all.numbers(self.mmu.iter().map(|entry| u64::from(*entry)));
        all.finish()
    }
}
