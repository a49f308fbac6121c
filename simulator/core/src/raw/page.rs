//! Pages of memory that snapshots share until one of the owners writes.

use std::cell::UnsafeCell;
use std::sync::Arc;

/// Size of a page of RAM or flash in bytes: one erase sector of the flash chip.
pub(crate) const PAGE: usize = 0x1000;

/// 4 KB of memory. Written only while exactly one [`SharedPage`] refers to it.
#[repr(C, align(64))]
struct Page(UnsafeCell<[u8; PAGE]>);

// SAFETY: a page is written only through `SharedPage::unique`, which needs `&mut` and finds no second owner, or through
// a pointer that `unique` gave out and that is dropped before the page is shared (invariant 1). A page with several
// owners is never written.
unsafe impl Send for Page {}
// SAFETY: as above.
unsafe impl Sync for Page {}

/// A page that is copied when it is written and has another owner.
#[derive(Clone)]
pub(crate) struct SharedPage(Arc<Page>);

impl SharedPage {
    /// A page of 4096 equal bytes.
    pub(crate) fn filled(byte: u8) -> Self {
        Self::new([byte; PAGE])
    }

    /// A page with these bytes.
    pub(crate) fn new(bytes: [u8; PAGE]) -> Self {
        Self(Arc::new(Page(UnsafeCell::new(bytes))))
    }

    /// Whether both are the same page, and so hold the same bytes without comparing them.
    pub(crate) fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn bytes(&self) -> &[u8; PAGE] {
        // SAFETY: writers need `&mut self` or a pointer of the translation buffer, and the memory that owns both this
        // page and that buffer lends itself out exclusively while stores run.
        unsafe { &*self.0.0.get() }
    }

    /// Whether a write would copy the page first.
    pub(crate) fn is_shared(&mut self) -> bool {
        Arc::get_mut(&mut self.0).is_none()
    }

    /// The bytes for writing; copies the page first if it has another owner.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8; PAGE] {
        if self.is_shared() {
            *self = Self::new(*self.bytes());
        }
        // SAFETY: this is the only owner, and `&mut self` makes this the only borrow.
        unsafe { &mut *self.0.0.get() }
    }

    /// Where the page is, for loads by pointer.
    pub(super) fn pointer(&self) -> *mut u8 {
        self.0.0.get().cast()
    }
}
