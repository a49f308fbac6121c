//! Where blocks stand: all their parts in a few large pieces of memory, because thousands come and go with each machine.

use super::block::{Block, Draft, Meta};
use crate::mem::Physical;
use crate::raw::pool::Pool;

/// The parts of blocks, which go only together.
#[derive(Default)]
pub(super) struct Store {
    code: Pool,
    meta: Vec<Meta>,
    bytes: Vec<(Physical, u32)>,
}

impl Store {
    /// Keeps a block that has been decoded.
    pub(super) fn add(&mut self, draft: &mut Draft) -> Block {
        let (meta, bytes) = (self.meta.len(), self.bytes.len());
        self.meta.extend_from_slice(&draft.meta);
        self.bytes.extend_from_slice(&draft.bytes);
        Block {
            code: self.code.add(&draft.slots),
            meta: meta..self.meta.len(),
            bytes: bytes..self.bytes.len(),
            pc: draft.pc,
            user: draft.user,
            cycles: draft.cycles,
            steps: std::mem::take(&mut draft.steps),
            original: None,
            misses: 0,
        }
    }

    /// What belongs to the slots of a block of this store.
    pub(super) fn meta(&self, block: &Block) -> &[Meta] {
        &self.meta[block.meta.clone()]
    }

    /// The bytes that a block of this store was decoded from.
    pub(super) fn bytes(&self, block: &Block) -> &[(Physical, u32)] {
        &self.bytes[block.bytes.clone()]
    }

    /// Forgets all blocks.
    pub(super) fn clear(&mut self) {
        self.code.clear();
        self.meta.clear();
        self.bytes.clear();
    }
}
