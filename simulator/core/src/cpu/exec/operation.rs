//! What all handlers have in common: the way out of a block, and which handler an operation has.

use super::{alu, memory, system};
use crate::cpu::block::Meta;
use crate::cpu::core::{Core, SINK};
use crate::cpu::csr::Totals;
use crate::cpu::inst::{Inst, Op};
use crate::cpu::trap::Raised;
use crate::mem::{Bus, Memory};
use crate::raw::slot::{Handler, Ip};

/// Goes on to the next operation.
macro_rules! next {
    ($core:ident, $mem:ident, $bus:ident, $ip:ident) => {
        $ip.next().dispatch($core, $mem, $bus)
    };
}
pub(super) use next;

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
pub(super) use go_on;

/// How the handlers came back to the loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Leave {
    /// `pc` says where to go on.
    Pc,
    /// So does `pc`, and the link in `left_by` leads there every time.
    Link,
}

/// The register that a write to `rd` goes to.
pub(in crate::cpu) fn target(rd: u8) -> u8 {
    if rd == 0 { SINK } else { rd }
}

/// The handler of an operation that neither jumps nor ends a block.
pub(in crate::cpu) fn handler(op: Op, [_, rs1, rs2]: [u8; 3], imm: u32) -> Handler {
    match op {
        Op::Lb | Op::Lh | Op::Lw | Op::Lbu | Op::Lhu | Op::Sb | Op::Sh | Op::Sw => memory::handler(op),
        Op::Csrrw | Op::Csrrs | Op::Csrrc | Op::Csrrwi | Op::Csrrsi | Op::Csrrci => system::csr_handler(imm),
        _ => alu::special(op, rs1, rs2, imm).unwrap_or_else(|| alu::handler(op)),
    }
}

/// The immediate operand that the handler expects.
pub(in crate::cpu) fn immediate(inst: &Inst) -> u32 {
    match inst.op {
        Op::Csrrw | Op::Csrrs | Op::Csrrc | Op::Csrrwi | Op::Csrrsi | Op::Csrrci => {
            system::csr_operand(inst.op, inst.imm as u32)
        }
        _ => inst.imm as u32,
    }
}

impl Core {
    pub(in crate::cpu) fn meta(&self, ip: Ip) -> Meta {
        self.cache.meta(ip.block())[ip.index()]
    }

    /// Leaves the block by a link, into the next block if that is known and there is time.
    #[inline(always)]
    pub(super) fn leave_by(&mut self, mem: &mut Memory, bus: &mut dyn Bus, link: Ip) -> Leave {
        self.fuel -= i64::from(link.cycles());
        self.instret += u64::from(link.count());
        self.follow(mem, bus, link)
    }

    /// The same after the way to there has been charged.
    #[inline(always)]
    pub(super) fn follow(&mut self, mem: &mut Memory, bus: &mut dyn Bus, link: Ip) -> Leave {
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
    pub(super) fn leave_before(&mut self, ip: Ip) -> Leave {
        let meta = self.meta(ip);
        self.fuel -= i64::from(meta.first_cycles);
        self.instret += u64::from(meta.first_count);
        self.pc = meta.first_pc;
        self.resume = Some(ip);
        Leave::Pc
    }

    /// Leaves the block before an operation's own instruction.
    pub(super) fn leave_at(&mut self, ip: Ip) -> Leave {
        let meta = self.meta(ip);
        self.fuel -= i64::from(meta.cycles);
        self.instret += u64::from(meta.count);
        self.pc = meta.pc;
        Leave::Pc
    }

    /// Leaves the block after an operation, so that the loop can see to what it has caused.
    #[cold]
    pub(super) fn leave_after(&mut self, ip: Ip) -> Leave {
        self.leave_before(ip.next())
    }

    /// Takes an exception of an operation's own instruction.
    #[cold]
    pub(super) fn raise(&mut self, ip: Ip, raised: Raised) -> Leave {
        let meta = self.meta(ip);
        self.fuel -= i64::from(meta.cycles) + i64::from(meta.own_cycles);
        self.instret += u64::from(meta.count);
        if let Some(stop) = self.take_exception(meta.pc, raised) {
            self.stop = Some(stop);
        }
        Leave::Pc
    }

    /// Cycles and retired instructions when the instruction of this operation starts.
    pub(super) fn totals(&self, meta: Meta) -> Totals {
        Totals { cycles: self.now() + u64::from(meta.cycles), instructions: self.instret + u64::from(meta.count) }
    }
}
