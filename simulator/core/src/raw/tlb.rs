//! The translation buffer: which guest addresses are plain memory, and where that memory is.
//!
//! It only speeds up what [`Memory`](crate::mem::Memory) does anyway. An address that it does not know takes the slow
//! path, which looks at the memory map, at PMP, at triggers and at predecoded code, and enters the page here only if
//! nothing needs to see its accesses.

use super::page::{PAGE, SharedPage};
use std::ops::Range;

/// Bytes that find their entry together. Much smaller than a page, so that code or a watched word next to data makes few
/// accesses slow.
pub(crate) const SPAN: u32 = 0x100;
/// So many that neither the RAM nor what firmware commonly reads of the flash get in each other's way.
const ENTRIES: usize = 4096;

/// Guest addresses `tag..tag + bytes` are at host address `guest + addend`. The first of them is the first of a span, and the
/// rest may go on in the spans after it, but not past the page.
#[derive(Clone, Copy)]
#[repr(C)]
struct Entry {
    tag: u32,
    bytes: u32,
    addend: usize,
}

const NOTHING: Entry = Entry { tag: 0, bytes: 0, addend: 0 };

/// Pages that are entered before all are forgotten: what is entered again and again would make the search for one long.
const MOST_FILLED: usize = 512;

/// Entries that were filled, and with which page.
#[derive(Clone, Copy)]
struct Filled {
    slot: u16,
    count: u16,
    page: usize,
}

/// A direct-mapped table. It is large and mostly empty, so it is known what to empty.
#[repr(C)]
struct Table {
    entries: [Entry; ENTRIES],
    filled: Vec<Filled>,
}

/// Two tables: addresses that may be loaded from, and those that may be stored to.
pub(crate) struct Tlb {
    loads: Table,
    stores: Table,
}

// SAFETY: the pointers lead into pages that the memory owning this buffer owns too, and pages may change threads.
unsafe impl Send for Tlb {}
// SAFETY: nothing is read or written through a shared reference to the buffer.
unsafe impl Sync for Tlb {}

impl Tlb {
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self { loads: Table::new(), stores: Table::new() })
    }

    /// Forgets everything.
    pub(crate) fn flush(&mut self) {
        self.loads.flush();
        self.stores.flush();
    }

    /// Forgets where stores may go, so that each page is looked at again before it is written.
    pub(crate) fn flush_stores(&mut self) {
        self.stores.flush();
    }

    /// Forgets the span around `address`.
    pub(crate) fn forget(&mut self, address: u32) {
        // Those before it in its page may reach into it.
        for before in (address - address % PAGE as u32..=address).step_by(SPAN as usize) {
            self.loads.entries[slot(before)] = NOTHING;
            self.stores.entries[slot(before)] = NOTHING;
        }
    }

    /// Forgets a page, wherever it is in the guest's addresses.
    pub(crate) fn forget_page(&mut self, page: &SharedPage) {
        self.loads.forget(page);
        self.stores.forget(page);
    }

    /// Lets these addresses, whole spans of one page of the guest's, be loaded from; the page begins where `page` does.
    pub(crate) fn allow_loads(&mut self, addresses: Range<u32>, page: &SharedPage) {
        self.loads.fill(addresses, page);
    }

    /// Lets them be stored to; `page` has no other owner.
    pub(crate) fn allow_stores(&mut self, addresses: Range<u32>, page: &mut SharedPage) {
        assert!(!page.is_shared(), "a page is made unique before stores by pointer");
        self.stores.fill(addresses, page);
    }

    /// `N` bytes at `address`, aligned or not, if all of them may be loaded from.
    #[inline(always)]
    pub(crate) fn load<const N: usize>(&self, address: u32) -> Option<[u8; N]> {
        let entry = &self.loads.entries[slot(address)];
        if !entry.reaches(address, N) {
            return None;
        }
        // SAFETY: all bytes lie in the entry's range, which lies in a live page (invariant 1).
        Some(unsafe { (entry.addend.wrapping_add(address as usize) as *const [u8; N]).read() })
    }

    /// Stores the bytes at `address`, aligned or not, if all of them may be stored to; otherwise `false`.
    #[inline(always)]
    pub(crate) fn store<const N: usize>(&mut self, address: u32, bytes: [u8; N]) -> bool {
        let entry = &self.stores.entries[slot(address)];
        if !entry.reaches(address, N) {
            return false;
        }
        // SAFETY: as for loads; and the page has no other owner (invariant 1).
        unsafe { (entry.addend.wrapping_add(address as usize) as *mut [u8; N]).write(bytes) };
        true
    }
}

impl Entry {
    /// Whether `len` bytes at `address`, by which the entry was found, lie in its range. Only the last one need be looked at:
    /// the first lies in the entry's first span, or else nearly 1 MB or more from it.
    #[inline(always)]
    fn reaches(&self, address: u32, len: usize) -> bool {
        address.wrapping_add(len as u32 - 1).wrapping_sub(self.tag) < self.bytes
    }
}

/// What machine code has to know to look something up as [`Tlb::load`] does.
pub(crate) mod layout {
    use super::{ENTRIES, Entry, SPAN, Table, Tlb};
    use std::mem::offset_of;

    /// From the buffer to the entries for loads.
    pub(crate) const LOADS: i32 = (offset_of!(Tlb, loads) + offset_of!(Table, entries)) as i32;
    /// From the buffer to the entries for stores.
    pub(crate) const STORES: i32 = (offset_of!(Tlb, stores) + offset_of!(Table, entries)) as i32;
    /// What is in an entry.
    pub(crate) const TAG: i32 = offset_of!(Entry, tag) as i32;
    pub(crate) const BYTES: i32 = offset_of!(Entry, bytes) as i32;
    pub(crate) const ADDEND: i32 = offset_of!(Entry, addend) as i32;
    /// An address shifted right by this and masked with [`OFFSETS`] is the offset of its entry in a table.
    pub(crate) const SHIFT: i64 = (SPAN.trailing_zeros() - size_of::<Entry>().trailing_zeros()) as i64;
    /// See [`SHIFT`].
    pub(crate) const OFFSETS: i64 = ((ENTRIES - 1) * size_of::<Entry>()) as i64;
    const _: () = assert!(size_of::<Entry>().is_power_of_two() && ENTRIES.is_power_of_two() && SPAN.is_power_of_two());
}

impl Table {
    const fn new() -> Self {
        Self { entries: [NOTHING; ENTRIES], filled: Vec::new() }
    }

    fn fill(&mut self, addresses: Range<u32>, page: &SharedPage) {
        let start = addresses.start & !(PAGE as u32 - 1);
        let bytes = addresses.end.wrapping_sub(addresses.start);
        assert!((addresses.start - start) + bytes <= PAGE as u32, "no entry crosses a page");
        let pointer = page.pointer().expose_provenance();
        let addend = pointer.wrapping_sub(start as usize);
        let first = slot(addresses.start);
        if self.filled.len() >= MOST_FILLED {
            self.flush();
        }
        self.filled.push(Filled { slot: first as u16, count: (bytes / SPAN) as u16, page: pointer });
        for (index, entry) in self.entries[first..].iter_mut().take((bytes / SPAN) as usize).enumerate() {
            let offset = index as u32 * SPAN;
            *entry = Entry { tag: addresses.start + offset, bytes: bytes - offset, addend };
        }
    }

    fn flush(&mut self) {
        for Filled { slot, count, .. } in self.filled.drain(..) {
            self.entries[slot as usize..][..count as usize].fill(NOTHING);
        }
    }

    fn forget(&mut self, page: &SharedPage) {
        let pointer = page.pointer().addr();
        for Filled { slot, count, .. } in self.filled.extract_if(.., |filled| filled.page == pointer) {
            self.entries[slot as usize..][..count as usize].fill(NOTHING);
        }
    }
}

#[inline(always)]
fn slot(address: u32) -> usize {
    (address / SPAN) as usize % ENTRIES
}
