//! Branches and jumps.

use crate::cpu::core::Core;
use crate::cpu::inst::Op;
use crate::cpu::{Leave, Stop};
use crate::mem::{Bus, Memory};
use crate::raw::slot::{Handler, Ip};

macro_rules! branches {
    ($($name:ident($a:ident, $b:ident) $taken:expr;)*) => {
        $(fn $name(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
            let ($a, $b) = (core.x[ip.rs1()], core.x[ip.rs2()]);
            if $taken {
                core.leave_by(mem, bus, ip.next())
            } else {
                ip.next().next().dispatch(core, mem, bus)
            }
        })*
    };
}

branches! {
    beq(a, b) a == b;
    bne(a, b) a != b;
    blt(a, b) (a as i32) < b as i32;
    bge(a, b) a as i32 >= b as i32;
    bltu(a, b) a < b;
    bgeu(a, b) a >= b;
}

macro_rules! counted_branches {
    ($($name:ident($a:ident, $b:ident) $taken:expr;)*) => {
        $(fn $name(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
            let ($a, $b) = (core.x[ip.rs1()], core.x[ip.rs2()]);
            let taken = $taken;
            if core.edges.as_mut().is_some_and(|edges| edges.count_branch(ip.imm(), taken)) {
                return noted_branch(core, mem, bus, ip, taken);
            }
            if taken {
                core.leave_by(mem, bus, ip.next())
            } else {
                ip.next().next().dispatch(core, mem, bus)
            }
        })*
    };
}

counted_branches! {
    counted_beq(a, b) a == b;
    counted_bne(a, b) a != b;
    counted_blt(a, b) (a as i32) < b as i32;
    counted_bge(a, b) a as i32 >= b as i32;
    counted_bltu(a, b) a < b;
    counted_bgeu(a, b) a >= b;
}

/// A counted branch of which the operands are noted too. By itself, so that branches of which they are not save no registers.
#[cold]
#[inline(never)]
fn noted_branch(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip, taken: bool) -> Leave {
    let (left, right) = (core.x[ip.rs1()], core.x[ip.rs2()]);
    if let Some(edges) = &mut core.edges {
        edges.compare(ip.imm(), left, right);
    }
    if taken { core.leave_by(mem, bus, ip.next()) } else { ip.next().next().dispatch(core, mem, bus) }
}

/// A branch that counts which way it goes; its immediate operand is its number.
pub(in crate::cpu) fn counted_branch(op: Op) -> Handler {
    match op {
        Op::Beq => counted_beq,
        Op::Bne => counted_bne,
        Op::Blt => counted_blt,
        Op::Bge => counted_bge,
        Op::Bltu => counted_bltu,
        Op::Bgeu => counted_bgeu,
        _ => unreachable!("not a branch: {op:?}"),
    }
}

pub(in crate::cpu) fn branch(op: Op) -> Handler {
    match op {
        Op::Beq => beq,
        Op::Bne => bne,
        Op::Blt => blt,
        Op::Bge => bge,
        Op::Bltu => bltu,
        Op::Bgeu => bgeu,
        _ => unreachable!("not a branch: {op:?}"),
    }
}

/// Goes to the one block that follows.
pub(in crate::cpu) fn go_to(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    core.leave_by(mem, bus, ip.next())
}

/// `jal` with a register for the return address, which is the immediate operand.
pub(in crate::cpu) fn call(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    core.x[ip.rd()] = ip.imm();
    core.leave_by(mem, bus, ip.next())
}

/// `jalr`, also `ret`. The link after it holds the return address and what to charge.
pub(in crate::cpu) fn jalr(rd: u8) -> Handler {
    if rd == 0 { jump_register } else { jump_and_link_register }
}

fn jump_register(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    let target = core.x[ip.rs1()].wrapping_add(ip.imm()) & !1;
    jump(core, mem, bus, ip.next(), target)
}

fn jump_and_link_register(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    let target = core.x[ip.rs1()].wrapping_add(ip.imm()) & !1;
    core.x[ip.rd()] = ip.next().imm();
    jump(core, mem, bus, ip.next(), target)
}

/// `jalr` that counts where it leads.
pub(in crate::cpu) fn counted_jalr(rd: u8) -> Handler {
    if rd == 0 { counted_jump_register } else { counted_jump_and_link_register }
}

fn counted_jump_register(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    let target = core.x[ip.rs1()].wrapping_add(ip.imm()) & !1;
    if !is_counted(core, ip, target) {
        return count_new_jump(core, mem, bus, ip);
    }
    jump(core, mem, bus, ip.next(), target)
}

fn counted_jump_and_link_register(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    let target = core.x[ip.rs1()].wrapping_add(ip.imm()) & !1;
    if !is_counted(core, ip, target) {
        return count_new_jump(core, mem, bus, ip);
    }
    core.x[ip.rd()] = ip.next().imm();
    jump(core, mem, bus, ip.next(), target)
}

#[inline(always)]
fn is_counted(core: &mut Core, ip: Ip, target: u32) -> bool {
    core.edges.as_mut().is_none_or(|edges| edges.count_jump(ip.next().imm(), target))
}

/// `jalr`, with or without a register for the return address, to where it has not been lately.
#[cold]
#[inline(never)]
fn count_new_jump(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    let target = core.x[ip.rs1()].wrapping_add(ip.imm()) & !1;
    if let Some(edges) = &mut core.edges {
        edges.count_new_jump(ip.next().imm(), target);
    }
    core.x[ip.rd()] = ip.next().imm();
    jump(core, mem, bus, ip.next(), target)
}

#[inline(always)]
fn jump(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, link: Ip, target: u32) -> Leave {
    core.fuel -= i64::from(link.cycles());
    core.instret += u64::from(link.count());
    if core.fuel >= 0
        && let Some(code) = core.cache.jump(target)
    {
        return code.dispatch(core, mem, bus);
    }
    core.pc = target;
    Leave::Pc
}

/// A jump to itself: waits for an interrupt, and for ever if there can be none. The wait takes no host time.
pub(in crate::cpu) fn self_jump(core: &mut Core, _: &mut Memory, _: &mut dyn Bus, ip: Ip) -> Leave {
    let cost = u64::from(core.meta(ip).own_cycles);
    let leave = core.leave_at(ip);
    if !core.interrupts_enabled() {
        core.stop = Some(Stop::Halted);
        return leave;
    }
    // As many jumps as start before the end.
    let rounds = core.until.saturating_sub(core.now()).div_ceil(cost).max(1);
    core.advance(rounds * cost);
    core.instret += rounds;
    leave
}
