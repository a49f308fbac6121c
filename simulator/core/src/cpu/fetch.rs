//! The bytes of instructions for the decoder, which asks for most of them several times.

use super::csr::{Kind, Pmp};
use crate::mem::{Memory, Physical};
use std::cell::Cell;

/// Memory maps and the MMU lead from whole pages to whole pages.
const PAGE: u32 = 0x1000;

/// Reads instructions, and keeps the page of the last one.
pub(super) struct Fetcher<'a> {
    mem: &'a Memory,
    pmp: &'a Pmp,
    user: bool,
    last: Cell<Option<Page<'a>>>,
}

/// A page that has code.
#[derive(Clone, Copy)]
struct Page<'a> {
    start: u32,
    at: Physical,
    bytes: &'a [u8],
    /// PMP allows all of it. If not, each instruction has to be asked for.
    is_allowed: bool,
}

impl<'a> Fetcher<'a> {
    pub(super) fn new(mem: &'a Memory, pmp: &'a Pmp, user: bool) -> Self {
        Self { mem, pmp, user, last: Cell::new(None) }
    }

    /// Two bytes of an instruction, if they may be executed.
    pub(super) fn half(&self, address: u32) -> Option<u16> {
        let page = self.page(address);
        let allowed = page.is_some_and(|page| page.is_allowed) || self.pmp.allows(address, 2, Kind::Fetch, self.user);
        if !allowed {
            return None;
        }
        match page.and_then(|page| page.bytes.get((address - page.start) as usize..)?.first_chunk()) {
            Some(bytes) => Some(u16::from_le_bytes(*bytes)),
            None => self.mem.fetch_half(address).map(|(_, half)| half),
        }
    }

    /// Where two bytes of an instruction are, whether or not they may be executed.
    pub(super) fn place(&self, address: u32) -> Option<Physical> {
        match self.page(address) {
            Some(page) => Some(Physical(page.at.0 + (address - page.start))),
            None => self.mem.fetch_half(address).map(|(at, _)| at),
        }
    }

    fn page(&self, address: u32) -> Option<Page<'a>> {
        let start = address & !(PAGE - 1);
        if let Some(page) = self.last.get().filter(|page| page.start == start) {
            return Some(page);
        }
        let (at, _) = self.mem.fetch_half(start)?;
        let is_allowed = self.pmp.allows(start, PAGE, Kind::Fetch, self.user);
        self.last.set(Some(Page { start, at, bytes: self.mem.rest_of_page(at), is_allowed }));
        self.last.get()
    }
}
