//! The RAM that the channels share: four blocks of 48 words, each word two entries.

/// Words of a block.
pub(super) const BLOCK_WORDS: u16 = 48;
/// Blocks, one per channel.
pub(super) const BLOCKS: u16 = 4;

/// A level and for how many ticks it lasts; of no ticks it is the end marker.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Entry {
    pub(super) level: bool,
    /// 0 to 0x7FFF.
    pub(super) ticks: u16,
}

impl Entry {
    fn from_bits(bits: u32) -> Self {
        Self { level: bits >> 15 & 1 == 1, ticks: (bits & 0x7FFF) as u16 }
    }

    pub(super) fn bits(self) -> u32 {
        u32::from(self.level) << 15 | u32::from(self.ticks)
    }
}

/// The words.
#[derive(Clone, Hash, Debug)]
pub(super) struct Ram([u32; (BLOCKS * BLOCK_WORDS) as usize]);

impl Default for Ram {
    fn default() -> Self {
        Self([0; (BLOCKS * BLOCK_WORDS) as usize])
    }
}

impl Ram {
    /// The word at an index; beyond the RAM 0.
    pub(super) fn word(&self, index: u16) -> u32 {
        self.0.get(usize::from(index)).copied().unwrap_or(0)
    }

    /// Sets a word; beyond the RAM nothing.
    pub(super) fn set_word(&mut self, index: u16, word: u32) {
        if let Some(place) = self.0.get_mut(usize::from(index)) {
            *place = word;
        }
    }

    /// The entry in the low or the high half of a word.
    pub(super) fn entry(&self, index: u16, high_half: bool) -> Entry {
        Entry::from_bits(self.word(index) >> if high_half { 16 } else { 0 })
    }
}

/// The part of the RAM that a channel uses.
#[derive(Clone, Copy, Hash, Debug)]
pub(super) struct Window {
    /// Index of its first word.
    pub(super) start: u16,
    /// Its words.
    pub(super) size: u16,
}

impl Window {
    /// The blocks from the channel's own on: MEM_SIZE of them, as far as there are any.
    pub(super) fn new(channel: u16, mem_size: u32) -> Self {
        let blocks = (mem_size as u16).clamp(1, BLOCKS - channel);
        Self { start: channel * BLOCK_WORDS, size: blocks * BLOCK_WORDS }
    }
}
