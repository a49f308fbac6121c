//! A decoded instruction. Compressed ones look like what they stand for, but for their length.

use super::csr::CsrNumber;

/// What an instruction does. Names are the manual's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[rustfmt::skip]
pub(crate) enum Op {
    Lui, Auipc, Jal, Jalr,
    Beq, Bne, Blt, Bge, Bltu, Bgeu,
    Lb, Lh, Lw, Lbu, Lhu, Sb, Sh, Sw,
    Addi, Slti, Sltiu, Xori, Ori, Andi, Slli, Srli, Srai,
    Add, Sub, Sll, Slt, Sltu, Xor, Srl, Sra, Or, And,
    Mul, Mulh, Mulhsu, Mulhu, Div, Divu, Rem, Remu,
    Fence, Ecall, Ebreak, Mret, Wfi,
    Csrrw, Csrrs, Csrrc, Csrrwi, Csrrsi, Csrrci,
    Lr, Sc, Amoswap, Amoadd, Amoxor, Amoand, Amoor, Amomin, Amomax, Amominu, Amomaxu,
    Illegal,
}

/// An instruction with its operands. Fields that an operation does not use are zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Inst {
    pub(crate) op: Op,
    pub(crate) rd: u8,
    pub(crate) rs1: u8,
    pub(crate) rs2: u8,
    /// The immediate, sign-extended; for `lui` and `auipc` shifted; for CSR instructions the CSR's number.
    pub(crate) imm: i32,
    /// Length in bytes: 2 or 4.
    pub(crate) len: u8,
    /// The instruction as fetched, the upper half zero if compressed.
    pub(crate) raw: u32,
}

impl Inst {
    pub(crate) fn illegal(raw: u32, len: u8) -> Self {
        Self { op: Op::Illegal, rd: 0, rs1: 0, rs2: 0, imm: 0, len, raw }
    }

    /// Whether it reads or writes `mstatus`, with which critical sections begin and end.
    pub(crate) fn is_mstatus(self) -> bool {
        self.op.is_csr() && CsrNumber(self.imm as u16) == CsrNumber::MSTATUS
    }

    /// Whether it is `ret`.
    pub(crate) fn is_return(self) -> bool {
        self.op == Op::Jalr && self.rd == 0 && self.rs1 == 1
    }
}

impl Op {
    pub(crate) fn is_branch(self) -> bool {
        matches!(self, Self::Beq | Self::Bne | Self::Blt | Self::Bge | Self::Bltu | Self::Bgeu)
    }

    pub(crate) fn is_csr(self) -> bool {
        (Self::Csrrw as u8..=Self::Csrrci as u8).contains(&(self as u8))
    }

    /// Whether it is of the A extension.
    pub(crate) fn is_atomic(self) -> bool {
        (Self::Lr as u8..=Self::Amomaxu as u8).contains(&(self as u8))
    }

    /// Whether all that the operation does is to set `rd`, so that it does nothing if `rd` is x0.
    pub(crate) fn only_sets_rd(self) -> bool {
        matches!(self, Self::Lui | Self::Auipc) || (Self::Addi as u8..=Self::Remu as u8).contains(&(self as u8))
    }
}
