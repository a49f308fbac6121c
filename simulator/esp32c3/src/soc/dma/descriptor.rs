//! A descriptor of a DMA list: three words in SRAM; TRM section 2.4.1, "Linked List".

use crate::map::DRAM;
use hil_sim_core::mem::{Memory, Width};

const SIZE: u32 = 0xFFF;
const LENGTH_SHIFT: u32 = 12;
const ERR_EOF: u32 = 1 << 28;
const SUC_EOF: u32 = 1 << 30;
const OWNER_DMA: u32 = 1 << 31;

/// How the data of an in descriptor ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum End {
    /// The buffer is full, and more may follow.
    Full,
    /// The peripheral says that this was the last byte.
    Eof,
    /// The peripheral found an error in the data.
    Error,
}

/// What a channel has read of a descriptor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Descriptor {
    /// Where it is.
    pub(crate) address: u32,
    flags: u32,
    /// Where its data is.
    pub(crate) buffer: u32,
    /// The next one's address; 0 if this is the last.
    pub(crate) next: u32,
}

/// DMA reaches SRAM 1, by the addresses of the data bus.
fn reaches(address: u32, bytes: u32) -> bool {
    address >= DRAM.start && address.checked_add(bytes).is_some_and(|end| end <= DRAM.end)
}

impl Descriptor {
    /// Reads a descriptor. `None` if there is none, or its buffer is not in reach.
    pub(crate) fn load(memory: &Memory, address: u32) -> Option<Self> {
        if !address.is_multiple_of(4) || !reaches(address, 12) {
            return None;
        }
        let word = |n: u32| memory.read(address + 4 * n, Width::Word).ok();
        let it = Self { address, flags: word(0)?, buffer: word(1)?, next: word(2)? };
        reaches(it.buffer, it.size().max(it.length())).then_some(it)
    }

    /// The next descriptor's address as it is in memory now.
    pub(crate) fn next_now(memory: &Memory, address: u32) -> u32 {
        memory.read(address.wrapping_add(8), Width::Word).unwrap_or(0)
    }

    /// Bytes that the buffer has room for.
    pub(crate) fn size(&self) -> u32 {
        self.flags & SIZE
    }

    /// Bytes of data in the buffer.
    pub(crate) fn length(&self) -> u32 {
        self.flags >> LENGTH_SHIFT & SIZE
    }

    pub(crate) fn eof(&self) -> bool {
        self.flags & SUC_EOF != 0
    }

    pub(crate) fn is_owned_by_dma(&self) -> bool {
        self.flags & OWNER_DMA != 0
    }

    /// Gives an out descriptor back to the CPU.
    pub(crate) fn give_back(&self, memory: &mut Memory) {
        self.store_flags(memory, self.flags & !OWNER_DMA);
    }

    /// Gives an in descriptor back to the CPU, with what has been received.
    pub(crate) fn give_back_filled(&self, memory: &mut Memory, length: u32, end: End) {
        let ended = match end {
            End::Full => 0,
            End::Eof => SUC_EOF,
            End::Error => ERR_EOF,
        };
        let kept = self.flags & !(OWNER_DMA | SUC_EOF | ERR_EOF | SIZE << LENGTH_SHIFT);
        self.store_flags(memory, kept | ended | (length & SIZE) << LENGTH_SHIFT);
    }

    fn store_flags(&self, memory: &mut Memory, flags: u32) {
        // In reach when it was loaded, and SRAM does not go away.
        let _ = memory.write(self.address, Width::Word, flags);
    }
}
