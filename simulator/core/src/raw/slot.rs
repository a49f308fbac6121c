//! Predecoded code: an array of 16-byte slots, and the pointer that walks it.
//!
//! A block is `[header] [operation] ... [operation]`. An operation is a slot with a handler and its operands. One that may
//! leave the block is followed by a *link*: a slot that says what to charge for the way to here, where to go, and, once
//! known, the predecoded code there.

use crate::cpu::{Core, Leave};
use crate::mem::{Bus, Memory};
use std::num::NonZeroUsize;
use std::ptr::{self, NonNull};

/// Executes the operation at `Ip` and, as its last act, the operations after it; returns when the block must be left.
/// The compiler turns that last call into a jump where it can; [`Core::fuel`] bounds the stack where it cannot.
pub(crate) type Handler = fn(&mut Core, &mut Memory, &mut dyn Bus, Ip) -> Leave;

#[derive(Clone, Copy)]
union Word {
    handler: Handler,
    target: *const Slot,
    number: u64,
}

/// An operation, a link or a header.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Slot {
    word: Word,
    immediate: u32,
    rd: u8,
    rs1: u8,
    rs2: u8,
    index: u8,
}

// SAFETY: the pointer of a link leads into code of the same cache, which moves between threads as a whole.
unsafe impl Send for Slot {}
// SAFETY: as above; slots change only through methods of the cache that take `&mut`.
unsafe impl Sync for Slot {}

impl Slot {
    /// The first slot of a block. `block` is its number in the code cache. Its word is the address of its machine code.
    pub(crate) fn header(block: u32) -> Self {
        Self { word: Word { number: 0 }, immediate: block, rd: 0, rs1: 0, rs2: 0, index: 0 }
    }

    /// An operation; `index` is its place in the block.
    pub(crate) fn operation(handler: Handler, registers: [u8; 3], immediate: u32, index: usize) -> Self {
        let [rd, rs1, rs2] = registers;
        let index = u8::try_from(index).expect("a block has fewer than 256 slots");
        Self { word: Word { handler }, immediate, rd, rs1, rs2, index }
    }

    /// A way out of the block to `pc` that costs `cycles` and retires `count` instructions from the block's start.
    pub(crate) fn link(pc: u32, cycles: u16, count: u8) -> Self {
        let [low, high] = cycles.to_le_bytes();
        Self { word: Word { target: ptr::null() }, immediate: pc, rd: count, rs1: low, rs2: high, index: 0 }
    }

    /// Replaces what an operation does.
    fn set_handler(&mut self, handler: Handler) -> Handler {
        // SAFETY: the callers hold an `Ip` of an operation, whose word is a handler.
        let old = unsafe { self.word.handler };
        self.word = Word { handler };
        old
    }
}

/// Bytes from a block's first operation back to the word of its header.
pub(crate) const HEADER: i32 = -(size_of::<Slot>() as i32);
const _: () = assert!(std::mem::offset_of!(Slot, word) == 0 && align_of::<Slot>() == 8);

/// Where execution is in a block: points at an operation or a link of live code (invariant 2). There is none that points nowhere; where
/// there may be no code, it is an `Option`, which machine code reads as a pointer that may be null.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub(crate) struct Ip(NonNull<Slot>);

const _: () = assert!(size_of::<Option<Ip>>() == size_of::<*const Slot>());

// SAFETY: an `Ip` is kept only beside the code that it points into, and moves between threads with it.
unsafe impl Send for Ip {}
// SAFETY: as above.
unsafe impl Sync for Ip {}

impl Ip {
    /// Of the slot at this address, which is a block's operation or link.
    pub(super) fn new(slot: NonNull<Slot>) -> Self {
        Self(slot)
    }

    /// What [`address`](Self::address) gave, or an address computed from it.
    pub(super) fn from_address(address: u64) -> Self {
        let address = NonZeroUsize::new(address as usize).expect("machine code comes back at a slot");
        Self(NonNull::with_exposed_provenance(address))
    }

    /// For machine code, which knows no pointers.
    pub(crate) fn address(self) -> u64 {
        self.0.expose_provenance().get() as u64
    }

    /// Of the first operation of a block: the address of the block's machine code, or 0.
    #[inline(always)]
    pub(crate) fn native(self) -> u64 {
        // SAFETY: the header, whose word is a number, is before the first operation.
        unsafe { (*self.0.sub(1).as_ptr()).word.number }
    }

    /// Of the first operation of a block: remembers the address of its machine code, or 0.
    pub(crate) fn set_native(self, code: u64) {
        // SAFETY: invariant 2; the header is before the first operation; no reference to it lives across this call.
        unsafe { (*self.0.sub(1).as_ptr()).word = Word { number: code } };
    }

    #[inline(always)]
    fn slot(&self) -> &Slot {
        // SAFETY: invariant 2.
        unsafe { self.0.as_ref() }
    }

    /// Runs from here until the block is left.
    #[inline(always)]
    pub(crate) fn dispatch(self, core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus) -> Leave {
        // SAFETY: dispatched is only what is an operation: `Code::at` and links point at the first one of a block,
        // and handlers skip the links that follow them.
        let handler = unsafe { self.slot().word.handler };
        handler(core, mem, bus, self)
    }

    /// The slot after this one.
    #[inline(always)]
    pub(crate) fn next(self) -> Self {
        // SAFETY: invariant 3: the handler of the last operation does not call this.
        Self(unsafe { self.0.add(1) })
    }

    #[inline(always)]
    pub(crate) fn rd(self) -> usize {
        self.slot().rd.into()
    }

    #[inline(always)]
    pub(crate) fn rs1(self) -> usize {
        self.slot().rs1.into()
    }

    #[inline(always)]
    pub(crate) fn rs2(self) -> usize {
        self.slot().rs2.into()
    }

    /// The immediate operand; of a link, the address that it leads to.
    #[inline(always)]
    pub(crate) fn imm(self) -> u32 {
        self.slot().immediate
    }

    /// The place of this operation in its block.
    pub(crate) fn index(self) -> usize {
        self.slot().index.into()
    }

    /// The number of the block in the code cache.
    pub(crate) fn block(self) -> u32 {
        // SAFETY: the header is `index` slots before the operation.
        unsafe { (*self.0.sub(self.index()).as_ptr()).immediate }
    }

    /// Whether another operation does the same.
    #[inline(always)]
    pub(crate) fn does_as(self, other: Self) -> bool {
        // SAFETY: the callers hold operations, whose words are handlers.
        unsafe { ptr::fn_addr_eq(self.slot().word.handler, other.slot().word.handler) }
    }

    /// Of a link: the cycles from the block's start to here.
    #[inline(always)]
    pub(crate) fn cycles(self) -> u16 {
        u16::from_le_bytes([self.slot().rs1, self.slot().rs2])
    }

    /// Of a link: the instructions from the block's start to here.
    #[inline(always)]
    pub(crate) fn count(self) -> u8 {
        self.slot().rd
    }

    /// Of a link: the predecoded code that it leads to, once known.
    #[inline(always)]
    pub(crate) fn target(self) -> Option<Self> {
        // SAFETY: the word of a link is a target.
        let target = unsafe { self.slot().word.target };
        NonNull::new(target.cast_mut()).map(Self)
    }

    /// Of a link: remembers the code that it leads to.
    pub(crate) fn set_target(self, target: Self) {
        // SAFETY: invariant 2; no reference to the slot lives across this call.
        unsafe { (*self.0.as_ptr()).word = Word { target: target.0.as_ptr() } };
    }

    /// Makes this operation do something else; returns what it did.
    pub(crate) fn replace_handler(self, handler: Handler) -> Handler {
        // SAFETY: invariant 2; no reference to the slot lives across this call.
        unsafe { (*self.0.as_ptr()).set_handler(handler) }
    }
}
