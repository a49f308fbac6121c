//! One page of RAM, and which page of a snapshot it was copied from: going back to that snapshot copies the bytes back, and
//! only if some were written. The page stays where it is, so that the translation buffer may still lead to it.

use crate::raw::page::{PAGE, SharedPage};

/// A page of RAM.
pub(super) struct RamPage {
    page: SharedPage,
    /// The page of a snapshot that this one is a copy of, but for what was written.
    origin: Option<SharedPage>,
    /// Whether it may differ from its origin. Stores by pointer are allowed only while it is set.
    is_written: bool,
    /// Whether it was found to have no other owner, and was not shared since: asking again takes time.
    is_own: bool,
}

/// How a page goes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Restoring {
    /// Its bytes are copied back.
    Copied,
    /// Another page takes its place.
    Replaced,
}

impl RamPage {
    pub(super) fn new(page: SharedPage) -> Self {
        Self { page, origin: None, is_written: false, is_own: false }
    }

    pub(super) fn page(&self) -> &SharedPage {
        &self.page
    }

    /// The page, for a snapshot.
    pub(super) fn share(&mut self) -> SharedPage {
        self.is_own = false;
        self.page.clone()
    }

    /// The page for stores by pointer; `None` while it has another owner.
    pub(super) fn own(&mut self) -> Option<&mut SharedPage> {
        self.is_written = true;
        (!self.page.is_shared()).then_some(&mut self.page)
    }

    /// The bytes for writing; a page with another owner becomes a copy of it, and `before` is called first.
    pub(super) fn bytes_mut(&mut self, before: impl FnOnce()) -> &mut [u8; PAGE] {
        self.is_written = true;
        if !self.is_own && self.page.is_shared() {
            before();
            let copy = SharedPage::new(*self.page.bytes());
            self.origin = Some(std::mem::replace(&mut self.page, copy));
        }
        self.is_own = true;
        self.page.bytes_mut()
    }

    /// Goes back to a page of a snapshot. Unless nothing was written since, `before` is called first, with the present
    /// bytes.
    pub(super) fn restore(&mut self, then: &SharedPage, before: impl FnOnce(&[u8; PAGE], Restoring)) {
        if self.page.same(then) {
            return;
        }
        let is_copy = self.origin.as_ref().is_some_and(|origin| origin.same(then)) && !self.page.is_shared();
        if !is_copy {
            before(self.page.bytes(), Restoring::Replaced);
            *self = Self::new(then.clone());
        } else if self.is_written {
            before(self.page.bytes(), Restoring::Copied);
            self.page.bytes_mut().copy_from_slice(then.bytes());
            self.is_written = false;
        }
    }
}
