//! Arithmetic, and all else that goes on to the next instruction.

use super::translation::Translation;
use crate::cpu::inst::{Inst, Op};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{InstBuilder, Value};

impl Translation<'_, '_> {
    /// An instruction at `pc` that goes on to the next. Returns whether the block has ended here all the same, because the rest
    /// is left to the interpreter.
    pub(super) fn plain(&mut self, index: usize, slot: usize, inst: &Inst, pc: u32) -> bool {
        let value = match inst.op {
            Op::Lb | Op::Lh | Op::Lw | Op::Lbu | Op::Lhu | Op::Sb | Op::Sh | Op::Sw => {
                self.access(index, slot, inst);
                return false;
            }
            Op::Lui => self.i32(inst.imm as u32),
            Op::Auipc => self.i32(pc.wrapping_add(inst.imm as u32)),
            Op::Div | Op::Divu | Op::Rem | Op::Remu => self.division(slot, inst),
            op if (Op::Addi as u8..=Op::Srai as u8).contains(&(op as u8)) => self.with_immediate(inst),
            op if (Op::Add as u8..=Op::Mulhu as u8).contains(&(op as u8)) => self.with_registers(inst),
            _ if inst.is_mstatus() && !self.block.user => {
                self.mstatus(slot, inst);
                return false;
            }
            _ => {
                self.leave_at(slot);
                return true;
            }
        };
        self.set(inst.rd, value);
        false
    }

    fn with_immediate(&mut self, inst: &Inst) -> Value {
        let imm = i64::from(inst.imm);
        if inst.op == Op::Addi && inst.rs1 == 0 {
            return self.i32(inst.imm as u32);
        }
        let a = self.get(inst.rs1);
        match inst.op {
            Op::Addi => self.b.ins().iadd_imm_s(a, imm),
            Op::Slti => self.less(IntCC::SignedLessThan, a, inst.imm),
            Op::Sltiu => self.less(IntCC::UnsignedLessThan, a, inst.imm),
            Op::Xori => self.b.ins().bxor_imm_s(a, imm),
            Op::Ori => self.b.ins().bor_imm_s(a, imm),
            Op::Andi => self.b.ins().band_imm_s(a, imm),
            Op::Slli => self.b.ins().ishl_imm_u(a, imm & 31),
            Op::Srli => self.b.ins().ushr_imm_u(a, imm & 31),
            Op::Srai => self.b.ins().sshr_imm_u(a, imm & 31),
            op => unreachable!("not with an immediate operand: {op:?}"),
        }
    }

    fn less(&mut self, condition: IntCC, a: Value, imm: i32) -> Value {
        let imm = self.i32(imm as u32);
        let less = self.b.ins().icmp(condition, a, imm);
        self.b.ins().uextend(I32, less)
    }

    fn with_registers(&mut self, inst: &Inst) -> Value {
        let (a, b) = (self.get(inst.rs1), self.get(inst.rs2));
        match inst.op {
            Op::Add => self.b.ins().iadd(a, b),
            Op::Sub => self.b.ins().isub(a, b),
            // Cranelift takes a shift's distance modulo the width, as RISC-V does.
            Op::Sll => self.b.ins().ishl(a, b),
            Op::Srl => self.b.ins().ushr(a, b),
            Op::Sra => self.b.ins().sshr(a, b),
            Op::Slt | Op::Sltu => {
                let condition = if inst.op == Op::Slt { IntCC::SignedLessThan } else { IntCC::UnsignedLessThan };
                let less = self.b.ins().icmp(condition, a, b);
                self.b.ins().uextend(I32, less)
            }
            Op::Xor => self.b.ins().bxor(a, b),
            Op::Or => self.b.ins().bor(a, b),
            Op::And => self.b.ins().band(a, b),
            Op::Mul => self.b.ins().imul(a, b),
            Op::Mulh => self.b.ins().smulhi(a, b),
            Op::Mulhu => self.b.ins().umulhi(a, b),
            Op::Mulhsu => {
                let (a, b) = (self.b.ins().sextend(I64, a), self.b.ins().uextend(I64, b));
                let product = self.b.ins().imul(a, b);
                let high = self.b.ins().ushr_imm_u(product, 32);
                self.b.ins().ireduce(I32, high)
            }
            op => unreachable!("not with two registers: {op:?}"),
        }
    }

    /// The interpreter divides by 0, and by -1, which can overflow.
    fn division(&mut self, slot: usize, inst: &Inst) -> Value {
        let (a, b) = (self.get(inst.rs1), self.get(inst.rs2));
        let is_signed = matches!(inst.op, Op::Div | Op::Rem);
        let sound = if is_signed {
            let next = self.b.ins().iadd_imm_s(b, 1);
            self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, next, 1)
        } else {
            self.b.ins().icmp_imm_u(IntCC::NotEqual, b, 0)
        };
        self.unless_leave_at(sound, slot);
        match inst.op {
            Op::Div => self.b.ins().sdiv(a, b),
            Op::Divu => self.b.ins().udiv(a, b),
            Op::Rem => self.b.ins().srem(a, b),
            Op::Remu => self.b.ins().urem(a, b),
            op => unreachable!("not a division: {op:?}"),
        }
    }
}
