//! One block on its way to machine code: registers, and the ways out.

use super::compiler::Targets;
use super::memory::{LONGEST, Plan, SHORTEST, Window};
use crate::cpu::block::Block;
use crate::cpu::core::Core;
use crate::cpu::step::{Step, StepKind};
use crate::raw::native::{AT, BY_LINK, TO_PC};
use crate::raw::slot::Ip;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{Block as Label, InstBuilder, MemFlagsData, Signature, Value};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::FunctionBuilder;
use cranelift_jit::JITModule;
use cranelift_module::Module;
use std::mem::offset_of;

/// The core, its translation buffer, fuel, retired instructions, counters of edges.
pub(super) const PARAMETERS: usize = 5;

/// Of accesses to what is the simulator's own: always aligned, never trapping.
pub(super) const OWN: MemFlagsData = MemFlagsData::trusted();

const X: i32 = offset_of!(Core, x) as i32;
const FUEL: i32 = offset_of!(Core, fuel) as i32;
const INSTRET: i32 = offset_of!(Core, instret) as i32;
pub(super) const PC: i32 = offset_of!(Core, pc) as i32;
const EDGES: i32 = offset_of!(Core, edges) as i32;

/// What is to be charged so far.
#[derive(Clone, Copy)]
pub(super) struct Charge {
    pub(super) fuel: Value,
    pub(super) instret: Value,
}

pub(super) struct Translation<'a, 'b> {
    pub(super) b: FunctionBuilder<'a>,
    pub(super) block: &'b Block,
    pub(super) core: Value,
    pub(super) tlb: Value,
    pub(super) counters: Value,
    pub(super) at_entry: Charge,
    module: &'b mut JITModule,
    targets: &'b Targets,
    /// Registers whose values are known.
    x: [Option<Value>; 32],
    pub(super) plan: Plan,
    pub(super) windows: Vec<Option<Window>>,
    /// Where all ways out to the interpreter meet.
    exit: Label,
    /// Ways to there: label, offset in the block's slots and kind, charge.
    cold: Vec<(Label, u64, Charge)>,
}

impl<'a, 'b> Translation<'a, 'b> {
    pub(super) fn new(
        mut b: FunctionBuilder<'a>,
        block: &'b Block,
        module: &'b mut JITModule,
        targets: &'b Targets,
    ) -> Self {
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        let [core, tlb, fuel, instret, counters] = *b.block_params(entry) else { unreachable!("five parameters") };
        let exit = b.create_block();
        for _ in 0..3 {
            b.append_block_param(exit, I64);
        }
        let plan = Plan::of(&block.steps, if block.often_misses() { SHORTEST } else { LONGEST });
        let windows = vec![None; plan.windows()];
        let at_entry = Charge { fuel, instret };
        let (x, cold) = ([None; 32], Vec::new());
        Self { b, block, core, tlb, counters, at_entry, module, targets, x, plan, windows, exit, cold }
    }

    pub(super) fn run(mut self, frontend: TargetFrontendConfig) {
        for (index, step) in self.block.steps.iter().enumerate() {
            if self.step(index, *step) {
                break;
            }
        }
        self.finish(frontend);
    }

    /// Returns whether the block has ended.
    fn step(&mut self, index: usize, Step { slot, kind }: Step) -> bool {
        match kind {
            StepKind::Plain(inst, pc) => return self.plain(index, slot, &inst, pc),
            StepKind::Branch(inst, number) => {
                self.branch(slot, &inst, number);
                return false;
            }
            StepKind::Call { rd, to_return } => {
                let value = self.i32(to_return);
                self.set(rd, value);
                self.link(slot + 1);
            }
            StepKind::Jump(inst, counts) => self.jump(slot, &inst, counts),
            StepKind::GoTo => self.link(slot + 1),
            StepKind::Interpreted => self.leave_at(slot),
        }
        true
    }

    fn finish(mut self, frontend: TargetFrontendConfig) {
        for (label, exit, charge) in std::mem::take(&mut self.cold) {
            self.b.switch_to_block(label);
            self.b.set_cold_block(label);
            self.jump_to_exit(exit, charge);
        }
        self.b.switch_to_block(self.exit);
        self.b.set_cold_block(self.exit);
        let [offset, fuel, instret] = *self.b.block_params(self.exit) else { unreachable!("three parameters") };
        self.b.ins().store(OWN, fuel, self.core, FUEL);
        self.b.ins().store(OWN, instret, self.core, INSTRET);
        let slots = self.i64(self.block.entry().address());
        let exit = self.b.ins().iadd(slots, offset);
        self.b.ins().return_(&[exit]);
        self.b.seal_all_blocks();
        self.b.finalize(frontend);
    }

    pub(super) fn i32(&mut self, value: u32) -> Value {
        self.b.ins().iconst(I32, i64::from(value))
    }

    pub(super) fn i64(&mut self, value: u64) -> Value {
        self.b.ins().iconst(I64, value as i64)
    }

    pub(super) fn get(&mut self, register: u8) -> Value {
        if register == 0 {
            return self.i32(0);
        }
        if let Some(value) = self.x[register as usize] {
            return value;
        }
        let value = self.b.ins().load(I32, OWN, self.core, X + 4 * i32::from(register));
        self.x[register as usize] = Some(value);
        value
    }

    pub(super) fn set(&mut self, register: u8, value: Value) {
        if register != 0 {
            self.b.ins().store(OWN, value, self.core, X + 4 * i32::from(register));
            self.x[register as usize] = Some(value);
        }
    }

    /// Goes on here only if the condition holds; otherwise the interpreter does, before an operation.
    pub(super) fn unless_leave_at(&mut self, condition: Value, slot: usize) {
        let exit = self.exit_to(slot, AT);
        self.unless(condition, exit, self.at_entry);
    }

    /// Lets the interpreter go on with an operation.
    pub(super) fn leave_at(&mut self, slot: usize) {
        let exit = self.exit_to(slot, AT);
        self.jump_to_exit(exit, self.at_entry);
    }

    /// Takes the way of a link: charges for it and goes where it leads, or to the interpreter if time is up or there is no
    /// machine code.
    pub(super) fn link(&mut self, slot: usize) {
        let link = self.block.code.at(slot);
        let charge = self.charge(link);
        let exit = self.exit_to(slot, BY_LINK);
        let Some(target) = link.target().and_then(|it| self.targets.get(&it.address())) else {
            return self.jump_to_exit(exit, charge);
        };
        let has_time = self.has_time(charge);
        self.unless(has_time, exit, charge);
        let target = self.module.declare_func_in_func(*target, self.b.func);
        self.b.ins().return_call(target, &[self.core, self.tlb, charge.fuel, charge.instret, self.counters]);
    }

    pub(super) fn charge(&mut self, link: Ip) -> Charge {
        let fuel = self.b.ins().iadd_imm_s(self.at_entry.fuel, -i64::from(link.cycles()));
        let instret = self.b.ins().iadd_imm_s(self.at_entry.instret, i64::from(link.count()));
        Charge { fuel, instret }
    }

    pub(super) fn has_time(&mut self, charge: Charge) -> Value {
        self.b.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, charge.fuel, 0)
    }

    /// Goes to the interpreter, which finds `pc` in the core.
    pub(super) fn leave_to_pc(&mut self, target: Value, charge: Charge) {
        self.b.ins().store(OWN, target, self.core, PC);
        self.jump_to_exit(TO_PC, charge);
    }

    fn unless(&mut self, condition: Value, exit: u64, charge: Charge) {
        let (on, off) = (self.b.create_block(), self.b.create_block());
        self.cold.push((off, exit, charge));
        self.b.ins().brif(condition, on, &[], off, &[]);
        self.b.switch_to_block(on);
    }

    fn jump_to_exit(&mut self, exit: u64, Charge { fuel, instret }: Charge) {
        let exit = self.i64(exit);
        self.b.ins().jump(self.exit, &[exit.into(), fuel.into(), instret.into()]);
    }

    /// What the exit needs to know: where it is, counted from the first operation, and how it is left.
    fn exit_to(&self, slot: usize, how: u64) -> u64 {
        self.block.code.at(slot).address() - self.block.entry().address() + how
    }
}

/// Hands the core, its translation buffer and what it counts on to machine code.
pub(super) fn trampoline(b: &mut FunctionBuilder<'_>, signature: Signature) {
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let [core, tlb, code] = *b.block_params(entry) else { unreachable!("three parameters") };
    let signature = b.import_signature(signature);
    let [fuel, instret, edges] = [FUEL, INSTRET, EDGES].map(|at| b.ins().load(I64, OWN, core, at));
    let call = b.ins().call_indirect(signature, code, &[core, tlb, fuel, instret, edges]);
    let exit = b.inst_results(call)[0];
    b.ins().return_(&[exit]);
    b.seal_all_blocks();
}
