//! What operations do. Each handler ends by calling that of the next operation, or by leaving the block.
//!
//! Handlers work on a block whose cycles have not been charged yet: that happens on the way out, by a link
//! ([`Core::leave_by`]), after an operation ([`Core::leave_after`]) or at an exception ([`Core::raise`]).

mod alu;
mod atomic;
mod control;
mod fused;
mod memory;
mod native;
mod system;

use super::block::Meta;
use super::core::{Core, SINK};
use super::csr::Totals;
use super::inst::{Inst, Op};
use super::trap::Raised;
use crate::mem::{Bus, Memory};
use crate::raw::slot::{Handler, Ip};

pub(super) use alu::constant;
pub(super) use atomic::handler as atomic;
pub(super) use control::{branch, call, counted_branch, counted_jalr, go_to, jalr, self_jump};
pub(super) use fused::{addi_branch, andi_branch, slli_add, slli_srli};
pub(super) use native::{interpret, native};
pub(super) use system::{check_breakpoint, cut, dead, ebreak, ecall, illegal, mret, semihosting, wfi};

/// How the handlers came back to the loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Leave {
    /// `pc` says where to go on.
    Pc,
    /// So does `pc`, and the link in `left_by` leads there every time.
    Link,
}

/// Goes on to the next operation.
macro_rules! next {
    ($core:ident, $mem:ident, $bus:ident, $ip:ident) => {
        $ip.next().dispatch($core, $mem, $bus)
    };
}
use next;

/// The same at the end of a handler's loop, which does it all again if the next operation does the same. Loads, stores and
/// constants often come in rows, where functions begin and end; the host foresees where a loop ends better than where a
/// call by pointer leads.
macro_rules! go_on {
    ($core:ident, $mem:ident, $bus:ident, $ip:ident) => {
        let next = $ip.next();
        if !next.does_as($ip) {
            return next.dispatch($core, $mem, $bus);
        }
        $ip = next;
    };
}
use go_on;

/// The register that a write to `rd` goes to.
pub(super) fn target(rd: u8) -> u8 {
    if rd == 0 { SINK } else { rd }
}

/// The handler of an operation that neither jumps nor ends a block.
pub(super) fn handler(op: Op, [_, rs1, rs2]: [u8; 3], imm: u32) -> Handler {
    match op {
        Op::Lb | Op::Lh | Op::Lw | Op::Lbu | Op::Lhu | Op::Sb | Op::Sh | Op::Sw => memory::handler(op),
        Op::Csrrw | Op::Csrrs | Op::Csrrc | Op::Csrrwi | Op::Csrrsi | Op::Csrrci => system::csr_handler(imm),
        _ => alu::special(op, rs1, rs2, imm).unwrap_or_else(|| alu::handler(op)),
    }
}

/// The immediate operand that the handler expects.
pub(super) fn immediate(inst: &Inst) -> u32 {
    match inst.op {
        Op::Csrrw | Op::Csrrs | Op::Csrrc | Op::Csrrwi | Op::Csrrsi | Op::Csrrci => {
            system::csr_operand(inst.op, inst.imm as u32)
        }
        _ => inst.imm as u32,
    }
}

impl Core {
    pub(super) fn meta(&self, ip: Ip) -> Meta {
        self.cache.meta(ip.block(), ip.index())
    }

    /// Leaves the block by a link, into the next block if that is known and there is time.
    #[inline(always)]
    fn leave_by(&mut self, mem: &mut Memory, bus: &mut dyn Bus, link: Ip) -> Leave {
        self.fuel -= i64::from(link.cycles());
        self.instret += u64::from(link.count());
        self.follow(mem, bus, link)
    }

    /// The same after the way to there has been charged.
    #[inline(always)]
    fn follow(&mut self, mem: &mut Memory, bus: &mut dyn Bus, link: Ip) -> Leave {
        if self.fuel >= 0
            && let Some(target) = link.target()
        {
            return target.dispatch(self, mem, bus);
        }
        self.pc = link.imm();
        self.left_by = Some(link);
        Leave::Link
    }

    /// Leaves the block before the instruction that this operation stands for, or that comes first of them.
    fn leave_before(&mut self, ip: Ip) -> Leave {
        let meta = self.meta(ip);
        self.fuel -= i64::from(meta.first_cycles);
        self.instret += u64::from(meta.first_count);
        self.pc = meta.first_pc;
        self.resume = Some(ip);
        Leave::Pc
    }

    /// Leaves the block before an operation's own instruction.
    fn leave_at(&mut self, ip: Ip) -> Leave {
        let meta = self.meta(ip);
        self.fuel -= i64::from(meta.cycles);
        self.instret += u64::from(meta.count);
        self.pc = meta.pc;
        Leave::Pc
    }

    /// Leaves the block after an operation, so that the loop can see to what it has caused.
    #[cold]
    fn leave_after(&mut self, ip: Ip) -> Leave {
        self.leave_before(ip.next())
    }

    /// Takes an exception of an operation's own instruction.
    #[cold]
    fn raise(&mut self, ip: Ip, raised: Raised) -> Leave {
        let meta = self.meta(ip);
        self.fuel -= i64::from(meta.cycles) + i64::from(meta.own_cycles);
        self.instret += u64::from(meta.count);
        if let Some(stop) = self.take_exception(meta.pc, raised) {
            self.stop = Some(stop);
        }
        Leave::Pc
    }

    /// Cycles and retired instructions when the instruction of this operation starts.
    fn totals(&self, meta: Meta) -> Totals {
        Totals { cycles: self.now() + u64::from(meta.cycles), instructions: self.instret + u64::from(meta.count) }
    }
}
