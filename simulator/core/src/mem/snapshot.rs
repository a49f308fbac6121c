//! Taking the memory back to an earlier state, and comparing states.

use super::map::Physical;
use super::memory::Stale;
use super::ram::{RamPage, Restoring};
use super::{FlashImage, Hasher, Memory, hash};
use crate::raw::page::{PAGE, SharedPage};

/// RAM, flash and MMU at one moment. Shares every page that has not been written since; a ROM image is not part of it.
#[derive(Clone)]
pub struct MemorySnapshot {
    ram: Vec<SharedPage>,
    flash: FlashImage,
    mmu: Vec<u16>,
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
        // The map and the ROM do not change. What the CPU has predecoded is found out again when bytes differ.
        let Self { tlb, map: _, ram, rom: _, performed: _, flash, mmu, marks: _, stale: _ } = self;
        tlb.flush_stores();
        let ram = ram.iter_mut().map(RamPage::share).collect();
        MemorySnapshot { ram, flash: flash.clone(), mmu: mmu.clone() }
    }

    /// Returns to a state of this machine, or of one with the same memory. Touches only pages that have been written
    /// since. Predecoded code stays unless its bytes are others.
    ///
    /// # Panics
    /// If the snapshot is of a machine with another amount of RAM or flash.
    pub fn restore(&mut self, snapshot: &MemorySnapshot) {
        let MemorySnapshot { ram, flash, mmu } = snapshot;
        assert_eq!(self.ram.len(), ram.len(), "a snapshot of a machine with the same RAM");
        assert_eq!(self.flash.len(), flash.len(), "a snapshot of a machine with the same flash");
        // Each page is looked at again before it is written, so that it is known which ones were.
        self.tlb.flush_stores();
        let mut is_flushed = false;
        for (index, (now, then)) in self.ram.iter_mut().zip(ram).enumerate() {
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
        let flash = self.flash.restore(flash, |sector| self.tlb.forget_page(sector)).into_iter();
        let flash = flash.map(|sector| Physical::flash((sector * PAGE) as u32));
        let flash = flash.filter(|at| self.marks.touches(*at, PAGE as u32));
        self.stale.extend(flash.map(|at| Stale::Bytes(at, PAGE as u32)));
        if self.mmu != *mmu {
            self.tlb.flush();
            self.stale.push(Stale::Everything);
            self.mmu.clone_from(mmu);
        }
    }

    /// A hash of RAM, flash and MMU: equal for equal contents.
    pub fn hash(&self) -> u64 {
        // What is not hashed is not in a snapshot either, for the same reasons.
        let Self { tlb: _, map: _, ram, rom: _, performed: _, flash, mmu, marks: _, stale: _ } = self;
        let ram = ram.iter().enumerate().map(|(index, page)| hash::placed(index, hash::page(page.page().bytes())));
        let mut all = Hasher::new();
        all.number(ram.fold(0, u64::wrapping_add));
        all.number(flash.hash());
        all.numbers(mmu.iter().map(|entry| u64::from(*entry)));
        all.finish()
    }
}
