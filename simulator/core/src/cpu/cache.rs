//! All predecoded blocks, and how they are found.

use super::block::{Block, Draft, Meta};
use super::exec;
use super::native::{self, CompileError, Compiled};
use super::store::Store;
use crate::mem::Physical;
use crate::raw::native::{Gate, MachineCode};
use crate::raw::slot::Ip;
use crate::raw::tlb::SPAN;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The number of the one block that is not kept, for single instructions.
pub(super) const SCRATCH: u32 = u32::MAX;
/// Slots of all blocks together before everything is decoded anew: 32 bytes each, with what stands beside them.
const MOST_SLOTS: usize = 128 * 1024;
const JUMPS: usize = 8192;

/// Where the last `jalr` to an address went.
#[derive(Clone, Copy)]
#[repr(C)]
struct Jump {
    pc: u32,
    code: Option<Ip>,
}

/// A block of a span, and where the next one of the same span is.
#[derive(Clone, Copy)]
struct User {
    block: u32,
    next: u32,
}

impl User {
    /// The end of a span's blocks.
    const NONE: u32 = u32::MAX;
}

/// No instruction is at an odd address.
const NO_JUMP: Jump = Jump { pc: 1, code: None };

/// What machine code has to know to find where a jump leads.
pub(super) mod layout {
    use super::{Cache, Jump};
    use std::mem::offset_of;

    /// From the cache to the pointer to the jumps.
    pub(in crate::cpu) const JUMPS: i32 = offset_of!(Cache, jumps) as i32;
    /// Their number, a power of two.
    pub(in crate::cpu) const PLACES: i64 = super::JUMPS as i64;
    /// Bytes of one.
    pub(in crate::cpu) const PLACE: i64 = size_of::<Jump>() as i64;
    /// What is in one.
    pub(in crate::cpu) const PC: i32 = offset_of!(Jump, pc) as i32;
    pub(in crate::cpu) const CODE: i32 = offset_of!(Jump, code) as i32;
}

/// The code cache of one core.
pub(super) struct Cache {
    blocks: Vec<Block>,
    alive: Vec<bool>,
    by_start: HashMap<u32, u32, BuildHasherDefault<AddressHasher>>,
    /// Where the blocks of a span begin in `users`.
    by_span: HashMap<u32, u32, BuildHasherDefault<AddressHasher>>,
    users: Vec<User>,
    store: Store,
    jumps: Box<[Jump; JUMPS]>,
    /// Whether any is remembered.
    has_jumps: bool,
    scratch: Option<Block>,
    scratch_store: Store,
    slots: usize,
    machine_code: Option<MachineCode>,
    /// Blocks that were there when it was made.
    compiled: usize,
    /// Blocks that have turned out since to miss often.
    outdated: usize,
}

impl Cache {
    pub(super) fn new() -> Self {
        Self {
            blocks: Vec::new(),
            alive: Vec::new(),
            by_start: HashMap::default(),
            by_span: HashMap::default(),
            users: Vec::new(),
            store: Store::default(),
            jumps: Box::new([NO_JUMP; JUMPS]),
            has_jumps: false,
            scratch: None,
            scratch_store: Store::default(),
            slots: 0,
            machine_code: None,
            compiled: 0,
            outdated: 0,
        }
    }

    pub(super) fn clear(&mut self) {
        self.drop_machine_code();
        self.blocks.clear();
        self.alive.clear();
        self.by_start.clear();
        self.by_span.clear();
        self.users.clear();
        self.store.clear();
        self.forget_jumps();
        self.scratch = None;
        self.scratch_store.clear();
        (self.slots, self.outdated) = (0, 0);
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
    pub(super) fn insert(&mut self, draft: &mut Draft) -> Ip {
        let number = self.next_number();
        let block = self.store.add(draft);
        self.slots += block.code.len();
        self.by_start.insert(key(block.pc, block.user), number);
        for (at, bytes) in &draft.bytes {
            for span in spans(*at, *bytes) {
                let first = self.by_span.entry(span).or_insert(User::NONE);
                if self.users.get(*first as usize).is_none_or(|user| user.block != number) {
                    let place = u32::try_from(self.users.len()).expect("a block has few spans and blocks are limited");
                    self.users.push(User { block: number, next: *first });
                    *first = place;
                }
            }
        }
        let entry = block.entry();
        self.blocks.push(block);
        self.alive.push(true);
        entry
    }

    /// Keeps a block of one instruction until the next one comes.
    pub(super) fn set_scratch(&mut self, draft: &mut Draft) -> Ip {
        self.scratch_store.clear();
        self.scratch.insert(self.scratch_store.add(draft)).entry()
    }

    /// Whether much has been decoded since machine code was made, or much of it would be made differently now.
    pub(super) fn is_worth_compiling(&self) -> bool {
        let new = self.blocks.len() - self.compiled + self.outdated;
        new * 16 > self.compiled
    }

    /// Makes machine code of all blocks in use, in the place of what there was.
    pub(super) fn compile(&mut self) -> Result<(), CompileError> {
        self.drop_machine_code();
        (self.compiled, self.outdated) = (self.blocks.len(), 0);
        let in_use = || self.blocks.iter().zip(&self.alive).filter(|(_, alive)| **alive).map(|(block, _)| block);
        let Compiled { code, entries } = native::compile(in_use())?;
        let alive = self.blocks.iter_mut().zip(&self.alive).filter(|(_, alive)| **alive).map(|(block, _)| block);
        for (block, entry) in alive.zip(entries) {
            if let Some(entry) = entry {
                block.original = Some(block.entry().replace_handler(exec::native));
                block.entry().set_native(entry);
            }
        }
        self.machine_code = Some(code);
        Ok(())
    }

    /// Leaves everything to the interpreter.
    fn drop_machine_code(&mut self) {
        for block in &mut self.blocks {
            if let Some(handler) = block.original.take() {
                block.entry().replace_handler(handler);
                block.entry().set_native(0);
            }
        }
        self.machine_code = None;
        self.compiled = 0;
    }

    /// Notes that a block's machine code has left something to the interpreter.
    pub(super) fn note_miss(&mut self, number: u32) {
        let Some(block) = self.blocks.get_mut(number as usize) else { return };
        let before = block.often_misses();
        block.misses = block.misses.saturating_add(1);
        self.outdated += usize::from(block.often_misses() && !before);
    }

    /// The way into machine code.
    pub(super) fn gate(&self) -> Option<Gate> {
        self.machine_code.as_ref().map(MachineCode::gate)
    }

    pub(super) fn block(&self, number: u32) -> &Block {
        match number {
            SCRATCH => self.scratch.as_ref().expect("the block that is being executed"),
            number => &self.blocks[number as usize],
        }
    }

    /// What belongs to the slots of a block.
    pub(super) fn meta(&self, number: u32) -> &[Meta] {
        let store = if number == SCRATCH { &self.scratch_store } else { &self.store };
        store.meta(self.block(number))
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
        jump.code.filter(|_| jump.pc == pc)
    }

    pub(super) fn remember_jump(&mut self, pc: u32, code: Ip) {
        self.jumps[(pc >> 1) as usize % JUMPS] = Jump { pc, code: Some(code) };
        self.has_jumps = true;
    }

    /// Forgets where jumps went, because the mode has changed.
    pub(super) fn forget_jumps(&mut self) {
        if std::mem::take(&mut self.has_jumps) {
            *self.jumps = [NO_JUMP; JUMPS];
        }
    }

    /// Takes blocks out of use that were decoded from any of these bytes. They stay in memory, because other blocks
    /// may lead to them; their first operation then goes back to the loop. Returns whether there were any.
    pub(super) fn invalidate(&mut self, at: Physical, bytes: u32) -> bool {
        let (mut any, mut any_compiled) = (false, false);
        let mut gone = Vec::new();
        for span in spans(at, bytes) {
            let Some(first) = self.by_span.get_mut(&span) else { continue };
            // The chain is made anew of the blocks that stay.
            let mut place = std::mem::replace(first, User::NONE);
            while let Some(user) = self.users.get_mut(place as usize) {
                let this = std::mem::replace(&mut place, user.next);
                let number = user.block as usize;
                if !self.alive[number] {
                    continue;
                }
                let block = &self.blocks[number];
                let touches = |(start, len): &(Physical, u32)| start.0 < at.0 + bytes && at.0 < start.0 + len;
                if self.store.bytes(block).iter().any(touches) {
                    self.alive[number] = false;
                    any_compiled |= block.original.is_some();
                    self.by_start.remove(&key(block.pc, block.user));
                    gone.push(block.entry());
                    any = true;
                } else {
                    user.next = std::mem::replace(first, this);
                }
            }
        }
        // Machine code goes from block to block without looking.
        if any_compiled {
            self.drop_machine_code();
        }
        for entry in gone {
            entry.replace_handler(exec::dead);
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
