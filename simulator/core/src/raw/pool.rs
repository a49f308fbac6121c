//! Where the slots of blocks are: chunks that stay where they are, so that what points into them stays right.

use super::slot::{Ip, Slot};
use std::ptr::NonNull;

/// Slots in a chunk, unless one block has more: 32 KiB.
const CHUNK: usize = 2048;

/// The slots of many blocks. They go only when all of them go.
#[derive(Default)]
pub(crate) struct Pool {
    chunks: Vec<NonNull<[Slot]>>,
    /// Slots in use of the last chunk.
    used: usize,
}

// SAFETY: the pointers in the slots lead into code of the same cache, which moves between threads as a whole.
unsafe impl Send for Pool {}
// SAFETY: slots change only through methods of the cache that take `&mut`.
unsafe impl Sync for Pool {}

impl Pool {
    /// Copies the slots of a block. They stay alive until [`clear`](Self::clear).
    pub(crate) fn add(&mut self, slots: &[Slot]) -> Code {
        let room = self.chunks.last().map_or(0, |chunk| chunk.len() - self.used);
        if room < slots.len() {
            let chunk = vec![Slot::header(0); slots.len().max(CHUNK)];
            self.chunks.push(NonNull::from(Box::leak(chunk.into_boxed_slice())));
            self.used = 0;
        }
        let chunk = self.chunks.last().expect("there is one with room");
        // SAFETY: the chunk has room for them after those in use, and nothing points there yet.
        let start = unsafe {
            let start = chunk.cast::<Slot>().add(self.used);
            start.copy_from_nonoverlapping(NonNull::from(slots).cast(), slots.len());
            start
        };
        self.used += slots.len();
        Code { start, len: slots.len() }
    }

    /// Forgets all blocks, and keeps one chunk for the next ones. Invariant 2: nobody has kept an [`Ip`] or a [`Code`].
    pub(crate) fn clear(&mut self) {
        self.free_from(1);
        self.used = 0;
    }

    fn free_from(&mut self, first: usize) {
        for chunk in self.chunks.drain(first.min(self.chunks.len())..) {
            // SAFETY: the pointer came from a leaked box and nothing else frees it.
            drop(unsafe { Box::from_raw(chunk.as_ptr()) });
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.free_from(0);
    }
}

/// The slots of one block, in a [`Pool`] that is alive.
pub(crate) struct Code {
    start: NonNull<Slot>,
    len: usize,
}

// SAFETY: as for `Pool`, beside which it is kept.
unsafe impl Send for Code {}
// SAFETY: as above.
unsafe impl Sync for Code {}

impl Code {
    /// The operation at `index`, which is not the header.
    pub(crate) fn at(&self, index: usize) -> Ip {
        assert!((1..self.len).contains(&index), "an operation of this block");
        // SAFETY: the index was checked.
        Ip::new(unsafe { self.start.add(index) })
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }
}
