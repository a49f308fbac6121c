//! Pairs of instructions that become one operation. Only pairs that compilers emit often, and only where nothing can be
//! seen between the two: the first sets a register and cannot trap.

use super::exec;
use super::inst::{Inst, Op};
use crate::raw::slot::Handler;

/// The operation for a pair.
pub(super) struct Fused {
    pub(super) handler: Handler,
    pub(super) registers: [u8; 3],
    pub(super) imm: u32,
}

/// The operation that stands for `first`, which is at `pc`, and `second`, if there is one.
pub(super) fn pair(first: &Inst, second: &Inst, pc: u32) -> Option<Fused> {
    if first.rd == 0 {
        return None;
    }
    let overwritten = second.rd == first.rd && second.rs1 == first.rd;
    match (first.op, second.op) {
        // A constant or an address of 32 bits.
        (Op::Lui | Op::Auipc, Op::Addi) if overwritten => {
            let base = if first.op == Op::Lui { 0 } else { pc };
            let value = base.wrapping_add(first.imm as u32).wrapping_add(second.imm as u32);
            Some(Fused { handler: exec::constant, registers: [first.rd, 0, 0], imm: value })
        }
        // A loop's counter and its end.
        (Op::Addi, op) if op.is_branch() && first.imm == i32::from(first.imm as i16) => {
            let handler = exec::addi_branch(op, first.rd == second.rs1, first.rd == second.rs2)?;
            let other = if first.rd == second.rs1 { second.rs2 } else { second.rs1 };
            Some(Fused { handler, registers: [first.rd, first.rs1, other], imm: first.imm as u32 })
        }
        // The address of an element of an array.
        (Op::Slli, Op::Add) if second.rd == first.rd && second.rs1 != second.rs2 => {
            let other = match (second.rs1 == first.rd, second.rs2 == first.rd) {
                (true, false) => second.rs2,
                (false, true) => second.rs1,
                _ => return None,
            };
            let imm = first.imm as u32;
            Some(Fused { handler: exec::slli_add, registers: [first.rd, first.rs1, other], imm })
        }
        // Zero extension, and fields of words.
        (Op::Slli, Op::Srli) if overwritten => {
            let imm = first.imm as u32 | (second.imm as u32) << 8;
            Some(Fused { handler: exec::slli_srli, registers: [first.rd, first.rs1, 0], imm })
        }
        // A test of bits.
        (Op::Andi, Op::Beq | Op::Bne) if second.rs1 == first.rd && second.rs2 == 0 => {
            let handler = exec::andi_branch(second.op);
            Some(Fused { handler, registers: [first.rd, first.rs1, 0], imm: first.imm as u32 })
        }
        _ => None,
    }
}
