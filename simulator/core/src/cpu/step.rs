//! The instructions of a block, one by one, for the compiler that makes machine code of it.

use super::inst::Inst;

/// One instruction, or what the block does in its place. `slot` is the place of the operation that stands for it; that
/// operation can stand for the instruction after it, too.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) slot: usize,
    pub(super) kind: StepKind,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum StepKind {
    /// Goes on to the next, unless it traps. The address is the instruction's own.
    Plain(Inst, u32),
    /// A branch, with its number if it is counted. The link of the way that is taken is in the next slot.
    Branch(Inst, Option<u32>),
    /// `jal` with a register for the return address, which is given. The link is in the next slot.
    Call { rd: u8, to_return: u32 },
    /// `jalr`, and whether it is counted. The link is in the next slot.
    Jump(Inst, bool),
    /// Goes to the one block that follows, by the link in the next slot.
    GoTo,
    /// What only the interpreter can do.
    Interpreted,
}
