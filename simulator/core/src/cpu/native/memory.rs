//! Loads and stores of plain memory. What goes through one base register without that changing is looked up together:
//! a *window* is the range of all these accesses, which one entry of the translation buffer must cover.

use super::translation::{OWN, Translation};
use crate::cpu::inst::{Inst, Op};
use crate::cpu::step::{Step, StepKind};
use crate::raw::tlb::layout;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value};

/// Where accesses go: any alignment, and they do not trap.
const GUEST: MemFlagsData = MemFlagsData::new().with_notrap();
/// Longest window in bytes: few of them cross the end of a page, and none is longer than what lies between two entries that
/// an address can be taken for.
pub(super) const LONGEST: i64 = 256;
/// The same for blocks that are known to miss: a word's.
pub(super) const SHORTEST: i64 = 4;

/// Offsets from the base register, from the first byte to the end.
#[derive(Clone, Copy, Debug)]
struct Range {
    base: u8,
    stores: bool,
    first: i64,
    end: i64,
}

/// Which window each step of a block belongs to.
#[derive(Debug, Default)]
pub(super) struct Plan {
    longest: i64,
    ranges: Vec<Range>,
    of_step: Vec<Option<usize>>,
}

/// The host address of a window's first byte.
pub(super) type Window = Value;

impl Plan {
    /// Windows of at most so many bytes, if accesses have more in common than their base.
    pub(super) fn of(steps: &[Step], longest: i64) -> Self {
        let mut plan = Self { longest, ..Self::default() };
        // Windows that may still grow.
        let mut open: Vec<usize> = Vec::new();
        for step in steps {
            let mut window = None;
            let mut written = 0;
            match step.kind {
                StepKind::Plain(inst, _) => {
                    if let Some((bytes, stores)) = access(inst.op) {
                        window = Some(plan.place(&mut open, &inst, bytes, stores));
                    }
                    written = inst.rd;
                }
                StepKind::Call { rd, .. } => written = rd,
                StepKind::Branch(..) | StepKind::Jump(..) | StepKind::GoTo | StepKind::Interpreted => {}
            }
            open.retain(|window| plan.ranges[*window].base != written || written == 0);
            plan.of_step.push(window);
        }
        plan
    }

    /// Finds a window for an access, or makes one.
    fn place(&mut self, open: &mut Vec<usize>, inst: &Inst, bytes: i64, stores: bool) -> usize {
        let (first, end) = (i64::from(inst.imm), i64::from(inst.imm) + bytes);
        let found = open.iter().rev().copied().find(|window| {
            let range = &self.ranges[*window];
            range.base == inst.rs1
                && range.stores == stores
                && end.max(range.end) - first.min(range.first) <= self.longest
        });
        if let Some(window) = found {
            let range = &mut self.ranges[window];
            (range.first, range.end) = (range.first.min(first), range.end.max(end));
            return window;
        }
        self.ranges.push(Range { base: inst.rs1, stores, first, end });
        open.push(self.ranges.len() - 1);
        self.ranges.len() - 1
    }

    pub(super) fn windows(&self) -> usize {
        self.ranges.len()
    }
}

/// Bytes of a load or store, and whether it is a store.
fn access(op: Op) -> Option<(i64, bool)> {
    Some(match op {
        Op::Lb | Op::Lbu => (1, false),
        Op::Lh | Op::Lhu => (2, false),
        Op::Lw => (4, false),
        Op::Sb => (1, true),
        Op::Sh => (2, true),
        Op::Sw => (4, true),
        _ => return None,
    })
}

impl Translation<'_, '_> {
    /// A load or store; `index` is its step's.
    pub(super) fn access(&mut self, index: usize, slot: usize, inst: &Inst) {
        let Some(window) = self.plan.of_step[index] else { unreachable!("each access has a window") };
        let range = self.plan.ranges[window];
        let at = match self.windows[window] {
            Some(at) => at,
            None => self.look_up(slot, range),
        };
        self.windows[window] = Some(at);
        let offset = (i64::from(inst.imm) - range.first) as i32;
        if range.stores {
            let value = self.get(inst.rs2);
            match inst.op {
                Op::Sb => self.b.ins().istore8(GUEST, value, at, offset),
                Op::Sh => self.b.ins().istore16(GUEST, value, at, offset),
                _ => self.b.ins().store(GUEST, value, at, offset),
            };
            return;
        }
        let value = match inst.op {
            Op::Lb => self.b.ins().sload8(I32, GUEST, at, offset),
            Op::Lbu => self.b.ins().uload8(I32, GUEST, at, offset),
            Op::Lh => self.b.ins().sload16(I32, GUEST, at, offset),
            Op::Lhu => self.b.ins().uload16(I32, GUEST, at, offset),
            _ => self.b.ins().load(I32, GUEST, at, offset),
        };
        self.set(inst.rd, value);
    }

    /// The host address of a window; the interpreter goes on at this operation if not all of it is plain memory of one page.
    fn look_up(&mut self, slot: usize, range: Range) -> Window {
        let table = if range.stores { layout::STORES } else { layout::LOADS };
        let base = self.get(range.base);
        let first = self.b.ins().iadd_imm_s(base, range.first);
        let entry = self.b.ins().ushr_imm_u(first, layout::SHIFT);
        let entry = self.b.ins().band_imm_u(entry, layout::OFFSETS);
        let entry = self.b.ins().uextend(I64, entry);
        let entry = self.b.ins().iadd(self.tlb, entry);
        // As `Entry::reaches`.
        let last = self.b.ins().iadd_imm_s(base, range.end - 1);
        let tag = self.b.ins().load(I32, OWN, entry, table + layout::TAG);
        let last = self.b.ins().isub(last, tag);
        let bytes = self.b.ins().load(I32, OWN, entry, table + layout::BYTES);
        let reaches = self.b.ins().icmp(IntCC::UnsignedLessThan, last, bytes);
        self.unless_leave_at(reaches, slot);
        let addend = self.b.ins().load(I64, OWN, entry, table + layout::ADDEND);
        let first = self.b.ins().uextend(I64, first);
        self.b.ins().iadd(addend, first)
    }
}
