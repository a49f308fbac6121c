//! Which pages of registers were found to be open to loads and stores: a small memory in front of PMP and triggers, for
//! addresses that cannot be in the translation buffer.

use super::pmp::Kind;
use crate::raw::page::PAGE;

const ENTRIES: usize = 16;
/// No page starts at an odd address.
const EMPTY: u32 = 1;
/// In the tag of a page that is open to user mode.
const USER: u32 = 2;

/// Pages in which neither PMP nor a trigger minds anything, as long as these do not change.
#[derive(Clone, Debug)]
pub(crate) struct OpenPages {
    loads: [u32; ENTRIES],
    stores: [u32; ENTRIES],
}

impl OpenPages {
    pub(super) const NONE: Self = Self { loads: [EMPTY; ENTRIES], stores: [EMPTY; ENTRIES] };

    /// Whether all of `bytes` at `address` are known to be open.
    pub(crate) fn hold(&self, address: u32, bytes: u32, kind: Kind, user: bool) -> bool {
        let last = tag(address.wrapping_add(bytes - 1), user);
        match kind {
            Kind::Load => self.loads[slot(address)] == last,
            Kind::Store => self.stores[slot(address)] == last,
            Kind::Fetch => false,
        }
    }

    /// Notes that the page around `address` is open.
    pub(crate) fn note(&mut self, address: u32, kind: Kind, user: bool) {
        match kind {
            Kind::Load => self.loads[slot(address)] = tag(address, user),
            Kind::Store => self.stores[slot(address)] = tag(address, user),
            Kind::Fetch => {}
        }
    }

    /// PMP or triggers may have changed.
    pub(super) fn forget(&mut self) {
        *self = Self::NONE;
    }
}

fn tag(address: u32, user: bool) -> u32 {
    address & !(PAGE as u32 - 1) | if user { USER } else { 0 }
}

fn slot(address: u32) -> usize {
    address as usize / PAGE % ENTRIES
}
