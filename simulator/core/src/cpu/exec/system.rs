//! CSR instructions, traps, waiting, and the operations that the loop puts into blocks.

use super::next;
use crate::cpu::core::Core;
use crate::cpu::csr::{CsrNumber, Effect, Kind};
use crate::cpu::inst::Op;
use crate::cpu::trap::{Exception, Raised};
use crate::cpu::{Leave, Stop};
use crate::mem::{Bus, Memory, Width};
use crate::raw::slot::{Handler, Ip};

const SET: u32 = 1 << 16;
const CLEAR: u32 = 2 << 16;
const IMMEDIATE: u32 = 4 << 16;

/// The operand of [`csr`]: number and kind.
pub(super) fn csr_operand(op: Op, number: u32) -> u32 {
    number
        | match op {
            Op::Csrrs => SET,
            Op::Csrrc => CLEAR,
            Op::Csrrwi => IMMEDIATE,
            Op::Csrrsi => SET | IMMEDIATE,
            Op::Csrrci => CLEAR | IMMEDIATE,
            _ => 0,
        }
}

/// The handler for a CSR of this number.
pub(super) fn csr_handler(number: u32) -> Handler {
    if CsrNumber(number as u16 & 0xFFF) == CsrNumber::MSTATUS { mstatus } else { csr }
}

/// The six CSR instructions.
fn csr(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    let kind = ip.imm();
    let number = CsrNumber(kind as u16 & 0xFFF);
    let operand = if kind & IMMEDIATE != 0 { ip.rs1() as u32 } else { core.x[ip.rs1()] };
    let writes = kind & (SET | CLEAR) == 0 || ip.rs1() != 0;
    let meta = core.meta(ip);
    let totals = core.totals(meta);
    let allowed = (!core.user || number.is_for_user()) && !(writes && number.is_read_only());
    let Some(old) = core.read_csr(number, totals, bus).filter(|_| allowed) else {
        let raw = mem.read(meta.pc, Width::Word).unwrap_or_default();
        return core.raise(ip, Raised(Exception::IllegalInstruction, raw));
    };
    let mut effect = Effect::Nothing;
    if writes {
        let new = match kind & (SET | CLEAR) {
            SET => old | operand,
            CLEAR => old & !operand,
            _ => operand,
        };
        effect = core.write_csr(number, new, totals, mem, bus);
    }
    core.x[ip.rd()] = old;
    if effect == Effect::Attention {
        core.attention = true;
        return core.leave_after(ip);
    }
    next!(core, mem, bus, ip)
}

/// The same of `mstatus`, with which critical sections begin and end: needs neither the time nor the place.
fn mstatus(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    if core.user {
        return csr(core, mem, bus, ip);
    }
    let kind = ip.imm();
    let operand = if kind & IMMEDIATE != 0 { ip.rs1() as u32 } else { core.x[ip.rs1()] };
    let old = core.csr.mstatus.get();
    let new = match kind & (SET | CLEAR) {
        SET => old | operand,
        CLEAR => old & !operand,
        _ => operand,
    };
    core.csr.mstatus.set(new);
    core.x[ip.rd()] = old;
    // Nothing else changes with it, and which line is presented changes only at accesses and events.
    if core.interrupts_enabled() && bus.interrupt().is_some() {
        core.attention = true;
        return core.leave_after(ip);
    }
    next!(core, mem, bus, ip)
}

/// An illegal instruction; it is the immediate operand.
pub(in crate::cpu) fn illegal(core: &mut Core, _: &mut Memory, _: &mut dyn Bus, ip: Ip) -> Leave {
    core.raise(ip, Raised(Exception::IllegalInstruction, ip.imm()))
}

pub(in crate::cpu) fn ecall(core: &mut Core, _: &mut Memory, _: &mut dyn Bus, ip: Ip) -> Leave {
    let from = if core.user { Exception::EnvironmentCallFromUser } else { Exception::EnvironmentCallFromMachine };
    core.raise(ip, Raised(from, 0))
}

pub(in crate::cpu) fn ebreak(core: &mut Core, _: &mut Memory, _: &mut dyn Bus, ip: Ip) -> Leave {
    let pc = core.meta(ip).pc;
    core.raise(ip, Raised(Exception::Breakpoint, pc))
}

/// An `ebreak` that calls the host. Stops before it.
pub(in crate::cpu) fn semihosting(core: &mut Core, _: &mut Memory, _: &mut dyn Bus, ip: Ip) -> Leave {
    core.stop = Some(Stop::Semihosting);
    core.leave_at(ip)
}

pub(in crate::cpu) fn mret(core: &mut Core, _: &mut Memory, _: &mut dyn Bus, ip: Ip) -> Leave {
    if core.user {
        return core.raise(ip, Raised(Exception::IllegalInstruction, ip.imm()));
    }
    core.leave_after(ip);
    core.resume = None;
    core.return_from_trap();
    Leave::Pc
}

pub(in crate::cpu) fn wfi(core: &mut Core, _: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    if core.user && core.csr.mstatus.tw() {
        return core.raise(ip, Raised(Exception::IllegalInstruction, ip.imm()));
    }
    // A pending interrupt ends the wait even if it is not taken.
    core.waiting = bus.interrupt().is_none();
    core.attention = true;
    core.leave_after(ip)
}

/// Before an instruction that a breakpoint or a trigger stands on.
pub(in crate::cpu) fn check_breakpoint(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    let pc = core.meta(ip).pc;
    if core.breakpoints.contains(&pc) && core.passing.take() != Some(pc) {
        core.passing = Some(pc);
        core.stop = Some(Stop::Breakpoint);
        return core.leave_at(ip);
    }
    if core.csr.triggers.fire(pc, 1, Kind::Fetch, core.user) {
        return core.raise(ip, Raised(Exception::Breakpoint, pc));
    }
    next!(core, mem, bus, ip)
}

/// Put in the place of an operation when time is up before it.
pub(in crate::cpu) fn cut(core: &mut Core, _: &mut Memory, _: &mut dyn Bus, ip: Ip) -> Leave {
    core.leave_before(ip)
}

/// Put in the place of the first operation of a block whose code has been overwritten.
pub(in crate::cpu) fn dead(core: &mut Core, _: &mut Memory, _: &mut dyn Bus, ip: Ip) -> Leave {
    core.pc = core.cache.start(ip.block());
    Leave::Pc
}
