//! What instructions cost: the hook for a model of the pipeline, the flash cache and the bus.

use super::inst::Op;

/// Cycles of each class of instructions, 1 to 255.
///
/// The default is one cycle for everything. The data sheet's CoreMark figure (407 at 160 MHz) means about 0.78
/// instructions per cycle, so that firmware here is about a quarter faster than on the chip when it runs from SRAM,
/// and more than that when it misses the flash cache.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Costs {
    /// Arithmetic, logic, `lui`, `auipc`, `fence`.
    pub alu: u8,
    /// Loads, and `lr`.
    pub load: u8,
    /// Stores, `sc`, and the operations on memory whose names begin with `amo`.
    pub store: u8,
    /// Multiplications.
    pub mul: u8,
    /// Divisions and remainders.
    pub div: u8,
    /// Branches that are not taken.
    pub branch: u8,
    /// Branches that are taken.
    pub branch_taken: u8,
    /// `jal` and `jalr`.
    pub jump: u8,
    /// CSR instructions, `ecall`, `ebreak`, `mret`, `wfi`, and whatever is illegal.
    pub system: u8,
}

impl Costs {
    /// One cycle for every instruction.
    pub const UNIT: Self =
        Self { alu: 1, load: 1, store: 1, mul: 1, div: 1, branch: 1, branch_taken: 1, jump: 1, system: 1 };

    /// Cycles of an instruction that does not branch away.
    pub(super) fn of(&self, op: Op) -> u8 {
        let cost = match op {
            Op::Jal | Op::Jalr => self.jump,
            Op::Lb | Op::Lh | Op::Lw | Op::Lbu | Op::Lhu | Op::Lr => self.load,
            Op::Sb | Op::Sh | Op::Sw => self.store,
            Op::Mul | Op::Mulh | Op::Mulhsu | Op::Mulhu => self.mul,
            Op::Div | Op::Divu | Op::Rem | Op::Remu => self.div,
            op if op.is_atomic() => self.store,
            op if op.is_branch() => self.branch,
            op if op.only_sets_rd() || op == Op::Fence => self.alu,
            _ => self.system,
        };
        cost.max(1)
    }

    /// Cycles of a branch that is taken.
    pub(super) fn of_taken(&self) -> u8 {
        self.branch_taken.max(1)
    }

    /// Cycles of the dearest instruction.
    pub(super) fn highest(&self) -> u8 {
        let Self { alu, load, store, mul, div, branch, branch_taken, jump, system } = *self;
        [alu, load, store, mul, div, branch, branch_taken, jump, system, 1].into_iter().fold(1, u8::max)
    }
}

impl Default for Costs {
    fn default() -> Self {
        Self::UNIT
    }
}
