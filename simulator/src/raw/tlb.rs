//! The translation buffer: which guest addresses are plain memory, and where that memory is.
//!
//! It only speeds up what [`Memory`](crate::mem::Memory) does anyway. An address that it does not know takes the slow
//! path, which looks at the memory map, at PMP, at triggers and at predecoded code, and enters the page here only if
//! nothing needs to see its accesses.

use super::page::{PAGE, SharedPage};

/// Bytes covered by one entry. Smaller than a page, so that code next to data makes few stores slow.
pub(crate) const SPAN: u32 = 0x400;
const ENTRIES: usize = 256;
/// No span starts at an odd address, so this tag matches nothing.
const EMPTY: u32 = 1;

/// Guest addresses `tag..tag + SPAN` are at host address `guest + addend`.
#[derive(Clone, Copy)]
struct Entry {
    tag: u32,
    addend: usize,
}

const NOTHING: Entry = Entry { tag: EMPTY, addend: 0 };

/// Two direct-mapped tables of 256 entries: addresses that may be loaded from, and those that may be stored to.
pub(crate) struct Tlb {
    loads: [Entry; ENTRIES],
    stores: [Entry; ENTRIES],
}

// SAFETY: the pointers lead into pages that the memory owning this buffer owns too, and pages may change threads.
unsafe impl Send for Tlb {}
// SAFETY: nothing is read or written through a shared reference to the buffer.
unsafe impl Sync for Tlb {}

impl Tlb {
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self { loads: [NOTHING; ENTRIES], stores: [NOTHING; ENTRIES] })
    }

    /// Forgets everything.
    pub(crate) fn flush(&mut self) {
        self.loads = [NOTHING; ENTRIES];
        self.flush_stores();
    }

    /// Forgets where stores may go, so that each page is looked at again before it is written.
    pub(crate) fn flush_stores(&mut self) {
        self.stores = [NOTHING; ENTRIES];
    }

    /// Forgets the span around `address`.
    pub(crate) fn forget(&mut self, address: u32) {
        self.loads[slot(address)] = NOTHING;
        self.stores[slot(address)] = NOTHING;
    }

    /// Lets the span around `address` be loaded from; it lies at `offset` in `page`.
    pub(crate) fn allow_loads(&mut self, address: u32, page: &SharedPage, offset: usize) {
        self.loads[slot(address)] = entry(address, page, offset);
    }

    /// Lets the span around `address` be stored to; it lies at `offset` in `page`, which has no other owner.
    pub(crate) fn allow_stores(&mut self, address: u32, page: &mut SharedPage, offset: usize) {
        assert!(!page.is_shared(), "a page is made unique before stores by pointer");
        self.stores[slot(address)] = entry(address, page, offset);
    }

    /// `N` bytes at `address`, aligned or not, if they lie in a span that may be loaded from.
    #[inline(always)]
    pub(crate) fn load<const N: usize>(&self, address: u32) -> Option<[u8; N]> {
        let entry = &self.loads[slot(address)];
        if span(address.wrapping_add(N as u32 - 1)) != entry.tag {
            return None;
        }
        // SAFETY: the first byte selects the entry and the last one has its tag, so that all lie in the span, which
        // lies in a live page (invariant 1).
        Some(unsafe { (entry.addend.wrapping_add(address as usize) as *const [u8; N]).read() })
    }

    /// Stores the bytes at `address`, aligned or not, if they lie in a span that may be stored to; otherwise `false`.
    #[inline(always)]
    pub(crate) fn store<const N: usize>(&mut self, address: u32, bytes: [u8; N]) -> bool {
        let entry = &self.stores[slot(address)];
        if span(address.wrapping_add(N as u32 - 1)) != entry.tag {
            return false;
        }
        // SAFETY: as for loads; and the page has no other owner (invariant 1).
        unsafe { (entry.addend.wrapping_add(address as usize) as *mut [u8; N]).write(bytes) };
        true
    }
}

fn entry(address: u32, page: &SharedPage, offset: usize) -> Entry {
    let offset = offset & !(SPAN as usize - 1);
    assert!(offset + SPAN as usize <= PAGE, "a span does not cross a page");
    let tag = span(address);
    Entry { tag, addend: (page.pointer().expose_provenance() + offset).wrapping_sub(tag as usize) }
}

#[inline(always)]
fn span(address: u32) -> u32 {
    address & !(SPAN - 1)
}

#[inline(always)]
fn slot(address: u32) -> usize {
    (address / SPAN) as usize % ENTRIES
}
