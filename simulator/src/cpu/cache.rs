//! All predecoded blocks, and how they are found.

use super::block::{Block, Meta};
use super::exec;
use crate::mem::Physical;
use crate::raw::slot::Ip;
use crate::raw::tlb::SPAN;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The number of the one block that is not kept, for single instructions.
pub(super) const SCRATCH: u32 = u32::MAX;
/// Slots of all blocks together before everything is decoded anew: 32 bytes each, with what stands beside them.
const MOST_SLOTS: usize = 128 * 1024;
const JUMPS: usize = 2048;

/// Where the last `jalr` to an address went.
#[derive(Clone, Copy)]
struct Jump {
    pc: u32,
    code: Option<Ip>,
}

/// No instruction is at an odd address.
const NO_JUMP: Jump = Jump { pc: 1, code: None };

/// The code cache of one core.
pub(super) struct Cache {
    blocks: Vec<Block>,
    alive: Vec<bool>,
    by_start: HashMap<u32, u32, BuildHasherDefault<AddressHasher>>,
    by_span: HashMap<u32, Vec<u32>, BuildHasherDefault<AddressHasher>>,
    jumps: Box<[Jump; JUMPS]>,
    scratch: Option<Block>,
    slots: usize,
}

impl Cache {
    pub(super) fn new() -> Self {
        Self {
            blocks: Vec::new(),
            alive: Vec::new(),
            by_start: HashMap::default(),
            by_span: HashMap::default(),
            jumps: Box::new([NO_JUMP; JUMPS]),
            scratch: None,
            slots: 0,
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }

    /// Whether there is no room for another block.
    pub(super) fn is_full(&self) -> bool {
        self.slots > MOST_SLOTS
    }

    /// The number that the next block will have.
    pub(super) fn next_number(&self) -> u32 {
        u32::try_from(self.blocks.len()).expect("blocks have at least three slots and slots are limited")
    }

    /// Adds a block; it has been decoded with [`next_number`](Self::next_number).
    pub(super) fn insert(&mut self, block: Block) -> Ip {
        let number = self.next_number();
        self.slots += block.code.len();
        self.by_start.insert(key(block.pc, block.user), number);
        for (at, bytes) in &block.bytes {
            for span in spans(*at, *bytes) {
                let numbers = self.by_span.entry(span).or_default();
                if numbers.last() != Some(&number) {
                    numbers.push(number);
                }
            }
        }
        let entry = block.entry();
        self.blocks.push(block);
        self.alive.push(true);
        entry
    }

    /// Keeps a block of one instruction until the next one comes.
    pub(super) fn set_scratch(&mut self, block: Block) -> Ip {
        self.scratch.insert(block).entry()
    }

    pub(super) fn block(&self, number: u32) -> &Block {
        match number {
            SCRATCH => self.scratch.as_ref().expect("the block that is being executed"),
            number => &self.blocks[number as usize],
        }
    }

    pub(super) fn meta(&self, number: u32, index: usize) -> Meta {
        self.block(number).meta[index]
    }

    pub(super) fn start(&self, number: u32) -> u32 {
        self.block(number).pc
    }

    /// The block that starts at `pc` in this mode.
    pub(super) fn find(&self, pc: u32, user: bool) -> Option<Ip> {
        let number = *self.by_start.get(&key(pc, user))?;
        Some(self.blocks[number as usize].entry())
    }

    /// Where a jump to `pc` leads, if one has been there lately.
    #[inline(always)]
    pub(super) fn jump(&self, pc: u32) -> Option<Ip> {
        let jump = &self.jumps[(pc >> 1) as usize % JUMPS];
        if jump.pc == pc { jump.code } else { None }
    }

    pub(super) fn remember_jump(&mut self, pc: u32, code: Ip) {
        self.jumps[(pc >> 1) as usize % JUMPS] = Jump { pc, code: Some(code) };
    }

    /// Forgets where jumps went, because the mode has changed.
    pub(super) fn forget_jumps(&mut self) {
        *self.jumps = [NO_JUMP; JUMPS];
    }

    /// Takes blocks out of use that were decoded from any of these bytes. They stay in memory, because other blocks
    /// may lead to them; their first operation then goes back to the loop. Returns whether there were any.
    pub(super) fn invalidate(&mut self, at: Physical, bytes: u32) -> bool {
        let mut any = false;
        for span in spans(at, bytes) {
            let Some(numbers) = self.by_span.get_mut(&span) else { continue };
            let (blocks, alive) = (&self.blocks, &mut self.alive);
            let by_start = &mut self.by_start;
            numbers.retain(|number| {
                let block = &blocks[*number as usize];
                let touches = |(start, len): &(Physical, u32)| start.0 < at.0 + bytes && at.0 < start.0 + len;
                if !alive[*number as usize] {
                    return false;
                }
                if !block.bytes.iter().any(touches) {
                    return true;
                }
                alive[*number as usize] = false;
                by_start.remove(&key(block.pc, block.user));
                block.entry().replace_handler(exec::dead);
                any = true;
                false
            });
        }
        if any {
            self.forget_jumps();
        }
        any
    }
}

/// Instructions are at even addresses, so that the lowest bit can tell the mode.
fn key(pc: u32, user: bool) -> u32 {
    pc | u32::from(user)
}

fn spans(at: Physical, bytes: u32) -> impl Iterator<Item = u32> {
    at.0 / SPAN..=(at.0 + bytes - 1) / SPAN
}

/// Spreads addresses over a table; they come from the guest, which can at worst make its own simulation slow.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32((*byte).into()));
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 29;
    }
}
