//! Superblocks: how code becomes slots.
//!
//! A block is entered at its first instruction only, and may be left at every branch. Beside each operation stands
//! what is needed when it is *not* simply followed by the next one ([`Meta`]): where it is and what to charge up to it.

use super::core::Core;
use super::csr::Kind;
use super::edges::Edges;
use super::exec;
use super::fetch::Fetcher;
use super::fuse::{self, Fused};
use super::inst::{Inst, Op};
use super::step::{Step, StepKind};
use super::trap::{Exception, Raised};
use super::{compressed, decode};
use crate::mem::{Memory, Physical};
use crate::raw::pool::Code;
use crate::raw::slot::{Handler, Ip, Slot};
use std::ops::Range;

/// Instructions in a block, at most.
pub(super) const LONGEST: u8 = 48;

/// What the loop and the slow paths know of an operation. An operation stands for one instruction or more: its own,
/// the last, and before it those that need no operation or are fused into it.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Meta {
    /// The first of the instructions.
    pub(super) first_pc: u32,
    /// The operation's own instruction.
    pub(super) pc: u32,
    /// Cycles from the block's start to the first.
    pub(super) first_cycles: u16,
    /// Cycles from the block's start to the operation's own.
    pub(super) cycles: u16,
    /// Instructions from the block's start to the first.
    pub(super) first_count: u8,
    /// Instructions from the block's start to the operation's own.
    pub(super) count: u8,
    /// Cycles of the operation's own instruction.
    pub(super) own_cycles: u8,
    /// It is not an operation but a link.
    pub(super) is_link: bool,
}

/// A block that has just been decoded. Its memory serves one block after another.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) slots: Vec<Slot>,
    /// One for each slot.
    pub(super) meta: Vec<Meta>,
    /// The bytes that it was decoded from.
    pub(super) bytes: Vec<(Physical, u32)>,
    /// Its instructions, if it may become machine code.
    pub(super) steps: Vec<Step>,
    /// Where it starts.
    pub(super) pc: u32,
    /// The mode that it may be executed in.
    pub(super) user: bool,
    /// Cycles of the way through it that is longest.
    pub(super) cycles: u16,
}

/// A predecoded block, as it stands in the [`Store`](super::store::Store).
pub(super) struct Block {
    pub(super) code: Code,
    /// Where the store has what belongs to the slots.
    pub(super) meta: Range<usize>,
    /// Where it has the ranges that the block was decoded from.
    pub(super) bytes: Range<usize>,
    /// Where it starts.
    pub(super) pc: u32,
    /// The mode that it may be executed in.
    pub(super) user: bool,
    /// Cycles of the way through it that is longest.
    pub(super) cycles: u16,
    /// Its instructions, if it may become machine code.
    pub(super) steps: Vec<Step>,
    /// What its first operation does for the interpreter, if it leads to machine code.
    pub(super) original: Option<Handler>,
    /// How often its machine code has left something to the interpreter, as far as that is counted.
    pub(super) misses: u8,
}

/// Blocks that have left so much to the interpreter are likely to do so again.
const MANY_MISSES: u8 = 32;

impl Block {
    /// Whether its machine code often leaves something to the interpreter: it uses registers of peripherals, or what lies
    /// across two pages.
    pub(super) fn often_misses(&self) -> bool {
        self.misses >= MANY_MISSES
    }

    pub(super) fn entry(&self) -> Ip {
        self.code.at(1)
    }
}

/// Decodes the block at the core's `pc`, with at most `longest` instructions, in the place of what was in the draft. With one
/// nothing is fused, so that it is exact. With `edges`, branches and indirect jumps count where they lead.
pub(super) fn translate(
    core: &Core,
    mem: &Memory,
    longest: u8,
    number: u32,
    edges: Option<&mut Edges>,
    draft: &mut Draft,
) -> Result<(), Raised> {
    let mut builder = Builder::new(core, mem, number, edges, draft);
    builder.run(longest)?;
    builder.finish();
    Ok(())
}

struct Builder<'a> {
    core: &'a Core,
    fetcher: Fetcher<'a>,
    edges: Option<&'a mut Edges>,
    draft: &'a mut Draft,
    /// The next instruction, with the cycles and instructions up to it.
    pc: u32,
    cycles: u16,
    count: u8,
    /// The first instruction that no operation stands for yet, likewise.
    first: (u32, u16, u8),
    /// An instruction that was looked at already, and where it is.
    ahead: Option<(u32, Inst)>,
}

impl<'a> Builder<'a> {
    fn new(core: &'a Core, mem: &'a Memory, number: u32, edges: Option<&'a mut Edges>, draft: &'a mut Draft) -> Self {
        let pc = core.pc;
        draft.slots.clear();
        draft.meta.clear();
        draft.bytes.clear();
        draft.steps.clear();
        draft.slots.push(Slot::header(number));
        draft.meta.push(Meta::default());
        (draft.pc, draft.user, draft.cycles) = (pc, core.user, 0);
        Self {
            core,
            fetcher: Fetcher::new(mem, &core.csr.pmp, core.user),
            edges,
            draft,
            pc,
            cycles: 0,
            count: 0,
            first: (pc, 0, 0),
            ahead: None,
        }
    }

    fn run(&mut self, longest: u8) -> Result<(), Raised> {
        while self.count < longest {
            let ahead = self.ahead.take().filter(|(pc, _)| *pc == self.pc);
            let inst = match ahead.map_or_else(|| self.fetch(self.pc), |(_, inst)| Ok(inst)) {
                Ok(inst) => inst,
                Err(raised) if self.count == 0 => return Err(raised),
                Err(_) => break,
            };
            self.check_breakpoints(inst);
            if longest - self.count > 1
                && let Some((fused, second)) = self.fused(inst)
            {
                if self.emit_fused(fused, inst, second) {
                    return Ok(());
                }
            } else if self.emit(inst) {
                return Ok(());
            }
        }
        self.go_to(self.pc);
        Ok(())
    }

    fn finish(self) {
        self.draft.cycles = self.draft.cycles.max(self.cycles);
    }

    fn fetch(&self, pc: u32) -> Result<Inst, Raised> {
        let half = |address: u32| {
            let fetched = self.fetcher.half(address);
            fetched.ok_or(Raised(Exception::InstructionAccessFault, address))
        };
        let low = half(pc)?;
        if low & 3 != 3 {
            return Ok(compressed::decode(low));
        }
        let high = half(pc.wrapping_add(2))?;
        let inst = decode::decode(u32::from(high) << 16 | u32::from(low));
        let is_missing = inst.op.is_atomic() && !self.core.config.atomics;
        Ok(if is_missing { Inst::illegal(inst.raw, inst.len) } else { inst })
    }

    /// Remembers the bytes of an instruction.
    fn claim(&mut self, pc: u32, len: u8) {
        for offset in (0..u32::from(len)).step_by(2) {
            let Some(at) = self.fetcher.place(pc.wrapping_add(offset)) else { continue };
            match self.draft.bytes.last_mut() {
                // Not across pages: each range is marked within one.
                Some((start, len)) if start.0 + *len == at.0 && at.0 % 0x1000 != 0 => *len += 2,
                _ => self.draft.bytes.push((at, 2)),
            }
        }
    }

    fn is_watched(&self, pc: u32) -> bool {
        self.core.breakpoints.contains(&pc) || self.core.csr.triggers.watch(pc, 1, Kind::Fetch)
    }

    fn check_breakpoints(&mut self, inst: Inst) {
        if self.is_watched(self.pc) {
            self.step(StepKind::Interpreted);
            self.operation(exec::check_breakpoint, [0; 3], 0, self.core.config.costs.of(inst.op));
        }
    }

    fn fused(&mut self, first: Inst) -> Option<(Fused, Inst)> {
        let next = self.pc.wrapping_add(first.len.into());
        let second = self.fetch(next).ok()?;
        self.ahead = Some((next, second));
        if self.edges.is_some() && second.op.is_branch() {
            return None;
        }
        let fused = fuse::pair(&first, &second, self.pc)?;
        (!self.is_watched(next)).then_some((fused, second))
    }

    /// Adds an operation whose own instruction is the one at `pc`.
    fn operation(&mut self, handler: Handler, registers: [u8; 3], imm: u32, own_cycles: u8) {
        let (first_pc, first_cycles, first_count) = self.first;
        let (pc, cycles, count) = (self.pc, self.cycles, self.count);
        self.draft.meta.push(Meta {
            first_pc,
            pc,
            first_cycles,
            cycles,
            first_count,
            count,
            own_cycles,
            is_link: false,
        });
        self.draft.slots.push(Slot::operation(handler, registers, imm, self.draft.slots.len()));
        self.first = (pc, cycles, count);
    }

    /// Remembers what the next operation does.
    fn step(&mut self, kind: StepKind) {
        if self.core.compiles {
            self.draft.steps.push(Step { slot: self.draft.slots.len(), kind });
        }
    }

    fn link(&mut self, pc: u32, cycles: u16, count: u8) {
        self.draft.slots.push(Slot::link(pc, cycles, count));
        self.draft.meta.push(Meta { is_link: true, ..Meta::default() });
        self.draft.cycles = self.draft.cycles.max(cycles);
    }

    /// Ends the block: it goes on at `pc`.
    fn go_to(&mut self, pc: u32) {
        self.step(StepKind::GoTo);
        self.operation(exec::go_to, [0; 3], 0, 0);
        self.link(pc, self.cycles, self.count);
    }

    /// Moves past an instruction that has been dealt with.
    fn pass(&mut self, inst: Inst, cycles: u8) {
        self.pc = self.pc.wrapping_add(inst.len.into());
        self.cycles += u16::from(cycles);
        self.count += 1;
    }

    fn operated(&mut self, inst: Inst, cycles: u8) {
        self.pass(inst, cycles);
        self.first = (self.pc, self.cycles, self.count);
    }

    /// Returns whether the block has ended.
    fn emit(&mut self, inst: Inst) -> bool {
        let cycles = self.core.config.costs.of(inst.op);
        self.claim(self.pc, inst.len);
        let registers = [exec::target(inst.rd), inst.rs1, inst.rs2];
        let imm = inst.imm as u32;
        match inst.op {
            Op::Fence => self.pass(inst, cycles),
            op if op.only_sets_rd() && inst.rd == 0 => self.pass(inst, cycles),
            Op::Jal => return self.emit_jal(inst, cycles),
            Op::Jalr => {
                let counts = self.edges.is_some() && !inst.is_return();
                self.step(StepKind::Jump(inst, counts));
                let handler = if counts { exec::counted_jalr(inst.rd) } else { exec::jalr(inst.rd) };
                self.operation(handler, registers, imm, cycles);
                self.link(self.pc.wrapping_add(inst.len.into()), self.cycles + u16::from(cycles), self.count + 1);
                return true;
            }
            op if op.is_branch() => {
                let (target, next) = (self.pc.wrapping_add(imm), self.pc.wrapping_add(inst.len.into()));
                let number = self.edges.as_mut().and_then(|edges| edges.branch(self.pc, target, next));
                self.step(StepKind::Branch(inst, number));
                let handler = if number.is_some() { exec::counted_branch(op) } else { exec::branch(op) };
                self.operation(handler, registers, number.unwrap_or(0), cycles);
                return self.emit_branch_link(inst);
            }
            Op::Ecall | Op::Ebreak | Op::Mret | Op::Illegal => {
                let handler = match inst.op {
                    Op::Ecall => exec::ecall,
                    Op::Mret => exec::mret,
                    Op::Ebreak if self.is_semihosting(inst) => exec::semihosting,
                    Op::Ebreak => exec::ebreak,
                    _ => exec::illegal,
                };
                self.step(StepKind::Interpreted);
                self.operation(handler, [0; 3], inst.raw, cycles);
                self.operated(inst, cycles);
                // Never reached, but every operation has one after it.
                self.go_to(self.pc);
                return true;
            }
            Op::Wfi => {
                self.step(StepKind::Interpreted);
                self.operation(exec::wfi, [0; 3], inst.raw, cycles);
                self.operated(inst, cycles);
            }
            op if op.is_atomic() => {
                self.step(StepKind::Interpreted);
                self.operation(exec::atomic(op), registers, 0, cycles);
                self.operated(inst, cycles);
                // Machine code can go on in the next block.
                if self.core.compiles {
                    self.go_to(self.pc);
                    return true;
                }
            }
            Op::Auipc => {
                self.step(StepKind::Plain(inst, self.pc));
                self.operation(exec::constant, registers, self.pc.wrapping_add(imm), cycles);
                self.operated(inst, cycles);
            }
            op => {
                self.step(StepKind::Plain(inst, self.pc));
                self.operation(exec::handler(op, registers, imm), registers, exec::immediate(&inst), cycles);
                self.operated(inst, cycles);
                // After what the interpreter has to do, machine code can go on in the next block.
                if self.core.compiles && op.is_csr() && !inst.is_mstatus() {
                    self.go_to(self.pc);
                    return true;
                }
            }
        }
        false
    }

    fn emit_jal(&mut self, inst: Inst, cycles: u8) -> bool {
        let target = self.pc.wrapping_add(inst.imm as u32);
        if target == self.pc && inst.rd == 0 {
            self.step(StepKind::Interpreted);
            self.operation(exec::self_jump, [0; 3], 0, cycles);
            self.operated(inst, cycles);
            self.go_to(target);
            return true;
        }
        let forward = target > self.pc;
        if inst.rd != 0 {
            let next = self.pc.wrapping_add(inst.len.into());
            self.step(StepKind::Call { rd: inst.rd, to_return: next });
            self.operation(exec::call, [inst.rd, 0, 0], next, cycles);
            self.link(target, self.cycles + u16::from(cycles), self.count + 1);
            return true;
        }
        self.pass(inst, cycles);
        self.pc = target;
        if forward && self.core.coverage.is_none() {
            return false;
        }
        self.go_to(target);
        true
    }

    /// The way of a branch that has just been added, if taken; ends the block after a branch back, likely a loop.
    fn emit_branch_link(&mut self, inst: Inst) -> bool {
        let target = self.pc.wrapping_add(inst.imm as u32);
        let costs = self.core.config.costs;
        self.link(target, self.cycles + u16::from(costs.of_taken()), self.count + 1);
        let backward = target <= self.pc;
        self.operated(inst, costs.of(inst.op));
        let ends = backward || self.core.coverage.is_some();
        if ends {
            self.go_to(self.pc);
        }
        ends
    }

    fn emit_fused(&mut self, fused: Fused, first: Inst, second: Inst) -> bool {
        self.step(StepKind::Plain(first, self.pc));
        self.step(match second.op {
            op if op.is_branch() => StepKind::Branch(second, None),
            _ => StepKind::Plain(second, self.pc.wrapping_add(first.len.into())),
        });
        self.claim(self.pc, first.len);
        self.pass(first, self.core.config.costs.of(first.op));
        self.claim(self.pc, second.len);
        let cycles = self.core.config.costs.of(second.op);
        self.operation(fused.handler, fused.registers, fused.imm, cycles);
        if second.op.is_branch() {
            return self.emit_branch_link(second);
        }
        self.operated(second, cycles);
        false
    }

    /// The sequence of the RISC-V semihosting specification around an uncompressed `ebreak`.
    fn is_semihosting(&self, inst: Inst) -> bool {
        let raw = |address: u32| self.fetch(address).ok().map(|inst| inst.raw);
        self.core.config.semihosting
            && inst.len == 4
            && raw(self.pc.wrapping_sub(4)) == Some(0x01F0_1013)
            && raw(self.pc.wrapping_add(4)) == Some(0x4070_5013)
    }
}
