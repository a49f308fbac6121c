//! Operations that stand for two instructions; [`fuse`](crate::cpu::fuse) chooses them.

use super::next;
use crate::cpu::Leave;
use crate::cpu::core::Core;
use crate::cpu::inst::Op;
use crate::mem::{Bus, Memory};
use crate::raw::slot::{Handler, Ip};

/// `slli rd, rs1, imm; add rd, rd, rs2`.
pub(in crate::cpu) fn slli_add(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    core.x[ip.rd()] = (core.x[ip.rs1()] << (ip.imm() & 31)).wrapping_add(core.x[ip.rs2()]);
    next!(core, mem, bus, ip)
}

/// `slli rd, rs1, imm; srli rd, rd, imm >> 8`.
pub(in crate::cpu) fn slli_srli(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    core.x[ip.rd()] = core.x[ip.rs1()] << (ip.imm() & 31) >> (ip.imm() >> 8 & 31);
    next!(core, mem, bus, ip)
}

macro_rules! with_branch {
    ($($name:ident($first:ident; $a:ident, $b:ident) $taken:expr;)*) => {
        $(fn $name(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
            let $a = with_branch!($first core, ip);
            core.x[ip.rd()] = $a;
            let $b = core.x[ip.rs2()];
            if $taken {
                core.leave_by(mem, bus, ip.next())
            } else {
                ip.next().next().dispatch(core, mem, bus)
            }
        })*
    };
    (addi $core:ident, $ip:ident) => { $core.x[$ip.rs1()].wrapping_add($ip.imm()) };
    (andi $core:ident, $ip:ident) => { $core.x[$ip.rs1()] & $ip.imm() };
}

with_branch! {
    addi_beq(addi; a, b) a == b;
    addi_bne(addi; a, b) a != b;
    addi_blt(addi; a, b) (a as i32) < b as i32;
    addi_bge(addi; a, b) a as i32 >= b as i32;
    addi_bltu(addi; a, b) a < b;
    addi_bgeu(addi; a, b) a >= b;
    addi_bgt(addi; a, b) a as i32 > b as i32;
    addi_ble(addi; a, b) a as i32 <= b as i32;
    addi_bgtu(addi; a, b) a > b;
    addi_bleu(addi; a, b) a <= b;
    andi_beqz(andi; a, _zero) a == 0;
    andi_bnez(andi; a, _zero) a != 0;
}

/// `addi` and a branch that compares its result, as the first or as the second operand but not both.
pub(in crate::cpu) fn addi_branch(op: Op, is_rs1: bool, is_rs2: bool) -> Option<Handler> {
    Some(match (op, is_rs1, is_rs2) {
        (Op::Beq, true, false) | (Op::Beq, false, true) => addi_beq,
        (Op::Bne, true, false) | (Op::Bne, false, true) => addi_bne,
        (Op::Blt, true, false) => addi_blt,
        (Op::Blt, false, true) => addi_bgt,
        (Op::Bge, true, false) => addi_bge,
        (Op::Bge, false, true) => addi_ble,
        (Op::Bltu, true, false) => addi_bltu,
        (Op::Bltu, false, true) => addi_bgtu,
        (Op::Bgeu, true, false) => addi_bgeu,
        (Op::Bgeu, false, true) => addi_bleu,
        _ => return None,
    })
}

/// `andi` and a branch on whether its result is zero.
pub(in crate::cpu) fn andi_branch(op: Op) -> Handler {
    if op == Op::Beq { andi_beqz } else { andi_bnez }
}
