//! Branches and jumps, what counts them, and critical sections.

use super::compiler::signature;
use super::translation::{Charge, OWN, Translation};
use crate::cpu::cache::layout as jumps;
use crate::cpu::core::Core;
use crate::cpu::csr::Csrs;
use crate::cpu::csr::mstatus::Mstatus;
use crate::cpu::edges::layout as edges;
use crate::cpu::inst::{Inst, Op};
use crate::raw::slot::HEADER;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{InstBuilder, Value};
use std::mem::offset_of;

const JUMPS: i32 = offset_of!(Core, cache) as i32 + jumps::JUMPS;
const PRESENTED: i32 = offset_of!(Core, presented) as i32;
const MSTATUS: i32 = (offset_of!(Core, csr) + offset_of!(Csrs, mstatus)) as i32;

impl Translation<'_, '_> {
    pub(super) fn branch(&mut self, slot: usize, inst: &Inst, number: Option<u32>) {
        let (a, b) = (self.get(inst.rs1), self.get(inst.rs2));
        let condition = match inst.op {
            Op::Beq => IntCC::Equal,
            Op::Bne => IntCC::NotEqual,
            Op::Blt => IntCC::SignedLessThan,
            Op::Bge => IntCC::SignedGreaterThanOrEqual,
            Op::Bltu => IntCC::UnsignedLessThan,
            Op::Bgeu => IntCC::UnsignedGreaterThanOrEqual,
            op => unreachable!("not a branch: {op:?}"),
        };
        let condition = self.b.ins().icmp(condition, a, b);
        let (taken, on) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(condition, taken, &[], on, &[]);
        self.b.switch_to_block(taken);
        self.count(number, 0);
        self.link(slot + 1);
        self.b.switch_to_block(on);
        self.count(number, 1);
    }

    /// Counts a way of a branch that has a number.
    fn count(&mut self, number: Option<u32>, way: u32) {
        if let Some(number) = number {
            let at = edges::COUNTERS + (number + way) as i32 * edges::COUNTER;
            self.increment(self.counters, at);
        }
    }

    fn increment(&mut self, base: Value, offset: i32) {
        let count = self.b.ins().load(I32, OWN, base, offset);
        let count = self.b.ins().iadd_imm_s(count, 1);
        self.b.ins().store(OWN, count, base, offset);
    }

    /// `jalr`, also `ret`: to machine code if it is known where that is.
    pub(super) fn jump(&mut self, slot: usize, inst: &Inst, counts: bool) {
        let link = self.block.code.at(slot + 1);
        let base = self.get(inst.rs1);
        let target = self.b.ins().iadd_imm_s(base, i64::from(inst.imm));
        let target = self.b.ins().band_imm_s(target, -2);
        if counts {
            self.count_jump(slot, link.imm(), target);
        }
        let to_return = self.i32(link.imm());
        self.set(inst.rd, to_return);
        let charge = self.charge(link);
        let miss = self.b.create_block();
        let has_time = self.has_time(charge);
        self.or_miss(has_time, miss);
        let index = self.b.ins().ushr_imm_u(target, 1);
        let index = self.b.ins().band_imm_u(index, jumps::PLACES - 1);
        let index = self.b.ins().uextend(I64, index);
        let offset = self.b.ins().imul_imm_s(index, jumps::PLACE);
        let table = self.b.ins().load(I64, OWN, self.core, JUMPS);
        let place = self.b.ins().iadd(table, offset);
        let pc = self.b.ins().load(I32, OWN, place, jumps::PC);
        let same = self.b.ins().icmp(IntCC::Equal, pc, target);
        self.or_miss(same, miss);
        let entry = self.b.ins().load(I64, OWN, place, jumps::CODE);
        let code = self.b.ins().load(I64, OWN, entry, HEADER);
        self.or_miss(code, miss);
        self.go(code, charge);
        self.b.switch_to_block(miss);
        self.b.set_cold_block(miss);
        self.leave_to_pc(target, charge);
    }

    fn or_miss(&mut self, condition: Value, miss: cranelift_codegen::ir::Block) {
        let on = self.b.create_block();
        self.b.ins().brif(condition, on, &[], miss, &[]);
        self.b.switch_to_block(on);
    }

    fn go(&mut self, code: Value, charge: Charge) {
        let signature = self.b.import_signature(signature());
        let arguments = [self.core, self.tlb, charge.fuel, charge.instret, self.counters];
        self.b.ins().return_call_indirect(signature, code, &arguments);
    }

    /// Counts where an indirect jump leads, if it is one of the recent ones; the interpreter counts the others.
    fn count_jump(&mut self, slot: usize, from: u32, target: Value) {
        let hash = self.b.ins().imul_imm_s(target, i64::from(edges::FACTOR as i32));
        let hash = self.b.ins().ushr_imm_u(hash, edges::SHIFT);
        let hash = self.b.ins().bxor_imm_u(hash, i64::from(from >> 1));
        let place = self.b.ins().band_imm_u(hash, edges::PLACES - 1);
        let place = self.b.ins().uextend(I64, place);
        let offset = self.b.ins().imul_imm_s(place, edges::PLACE);
        let recent = self.b.ins().iadd(self.counters, offset);
        let [was_from, was_to] =
            [edges::FROM, edges::TO].map(|at| self.b.ins().load(I32, OWN, recent, edges::RECENT_EDGES + at));
        let same = self.b.ins().icmp_imm_u(IntCC::Equal, was_from, i64::from(from));
        self.unless_leave_at(same, slot);
        let same = self.b.ins().icmp(IntCC::Equal, was_to, target);
        self.unless_leave_at(same, slot);
        let number = self.b.ins().uload32(OWN, recent, edges::RECENT_EDGES + edges::NUMBER);
        let offset = self.b.ins().imul_imm_s(number, i64::from(edges::COUNTER));
        let counter = self.b.ins().iadd(self.counters, offset);
        self.increment(counter, edges::COUNTERS);
    }

    /// A CSR instruction of `mstatus` in machine mode. The interpreter takes the interrupt if it lets one in.
    pub(super) fn mstatus(&mut self, slot: usize, inst: &Inst) {
        let raw = self.b.ins().load(I32, OWN, self.core, MSTATUS);
        let is_immediate = matches!(inst.op, Op::Csrrwi | Op::Csrrsi | Op::Csrrci);
        let operand = if is_immediate { self.i32(inst.rs1.into()) } else { self.get(inst.rs1) };
        // The upper bit of MPP follows the lower one.
        let low = self.b.ins().band_imm_u(raw, i64::from(Mstatus::MPP_LOW));
        let high = self.b.ins().ishl_imm_u(low, 1);
        let old = self.b.ins().bor(raw, high);
        let new = match inst.op {
            Op::Csrrs | Op::Csrrsi => self.b.ins().bor(raw, operand),
            Op::Csrrc | Op::Csrrci => self.b.ins().band_not(raw, operand),
            _ => operand,
        };
        let new = self.b.ins().band_imm_u(new, i64::from(Mstatus::WRITABLE));
        let lets_in = self.b.ins().band_imm_u(new, i64::from(Mstatus::MIE));
        let presented = self.b.ins().uload8(I32, OWN, self.core, PRESENTED);
        let presented = self.b.ins().ishl_imm_u(presented, i64::from(Mstatus::MIE.trailing_zeros()));
        let lets_in = self.b.ins().band(lets_in, presented);
        let nothing = self.b.ins().icmp_imm_u(IntCC::Equal, lets_in, 0);
        self.unless_leave_at(nothing, slot);
        self.b.ins().store(OWN, new, self.core, MSTATUS);
        self.set(inst.rd, old);
    }
}
