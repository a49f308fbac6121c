//! A FIFO in the UARTs' memory.

use std::collections::VecDeque;

/// Bytes, and where in the memory the next is read and written.
#[derive(Clone, Default, Hash, Debug)]
pub(super) struct Fifo {
    bytes: VecDeque<u8>,
    read: u32,
    written: u32,
}

impl Fifo {
    pub(super) fn len(&self) -> u32 {
        self.bytes.len() as u32
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Puts a byte in if fewer than `size` are in; says whether it was.
    pub(super) fn push(&mut self, byte: u8, size: u32) -> bool {
        let fits = self.len() < size;
        if fits {
            self.bytes.push_back(byte);
            self.written = (self.written + 1) % size;
        }
        fits
    }

    pub(super) fn pop(&mut self, size: u32) -> Option<u8> {
        let byte = self.bytes.pop_front()?;
        self.read = (self.read + 1) % size.max(1);
        Some(byte)
    }

    /// Empties it, as RXFIFO_RST and TXFIFO_RST do.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Where the next byte is read from and written to, from the beginning of this FIFO.
    pub(super) fn addresses(&self) -> (u32, u32) {
        (self.read, self.written)
    }
}
