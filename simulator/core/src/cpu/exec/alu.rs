//! Arithmetic and logic; The RISC-V Instruction Set Manual, volume I, chapters "RV32I" and "M".

use super::{go_on, next};
use crate::cpu::Leave;
use crate::cpu::core::Core;
use crate::cpu::inst::Op;
use crate::mem::{Bus, Memory};
use crate::raw::slot::{Handler, Ip};

macro_rules! operations {
    (rs1 and immediate: $($name:ident($a:ident, $b:ident) $result:expr;)*) => {
        $(fn $name(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
            let ($a, $b) = (core.x[ip.rs1()], ip.imm());
            core.x[ip.rd()] = $result;
            next!(core, mem, bus, ip)
        })*
    };
    (rs1 and rs2: $($name:ident($a:ident, $b:ident) $result:expr;)*) => {
        $(fn $name(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
            let ($a, $b) = (core.x[ip.rs1()], core.x[ip.rs2()]);
            core.x[ip.rd()] = $result;
            next!(core, mem, bus, ip)
        })*
    };
}

operations! {
    rs1 and immediate:
    addi(a, b) a.wrapping_add(b);
    slti(a, b) u32::from((a as i32) < b as i32);
    sltiu(a, b) u32::from(a < b);
    xori(a, b) a ^ b;
    ori(a, b) a | b;
    andi(a, b) a & b;
    slli(a, b) a << (b & 31);
    srli(a, b) a >> (b & 31);
    srai(a, b) (a as i32 >> (b & 31)) as u32;
}

operations! {
    rs1 and rs2:
    add(a, b) a.wrapping_add(b);
    sub(a, b) a.wrapping_sub(b);
    sll(a, b) a << (b & 31);
    slt(a, b) u32::from((a as i32) < b as i32);
    sltu(a, b) u32::from(a < b);
    xor(a, b) a ^ b;
    srl(a, b) a >> (b & 31);
    sra(a, b) (a as i32 >> (b & 31)) as u32;
    or(a, b) a | b;
    and(a, b) a & b;
    mul(a, b) a.wrapping_mul(b);
    mulh(a, b) ((i64::from(a as i32) * i64::from(b as i32)) >> 32) as u32;
    mulhsu(a, b) ((i64::from(a as i32) * i64::from(b)) >> 32) as u32;
    mulhu(a, b) ((u64::from(a) * u64::from(b)) >> 32) as u32;
    // Division by zero gives all ones, and the dividend as remainder; the one overflow wraps.
    div(a, b) if b == 0 { u32::MAX } else { (a as i32).wrapping_div(b as i32) as u32 };
    divu(a, b) a.checked_div(b).unwrap_or(u32::MAX);
    rem(a, b) if b == 0 { a } else { (a as i32).wrapping_rem(b as i32) as u32 };
    remu(a, b) a.checked_rem(b).unwrap_or(a);
}

/// Puts a constant into a register: `lui`, `auipc`, a return address, an address made by two instructions.
pub(in crate::cpu) fn constant(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, mut ip: Ip) -> Leave {
    loop {
        core.x[ip.rd()] = ip.imm();
        go_on!(core, mem, bus, ip);
    }
}

/// `addi rd, rs1, 0`.
fn mv(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    core.x[ip.rd()] = core.x[ip.rs1()];
    next!(core, mem, bus, ip)
}

/// `add rd, x0, rs2`, which is what `c.mv` stands for.
fn mv_rs2(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, mut ip: Ip) -> Leave {
    loop {
        core.x[ip.rd()] = core.x[ip.rs2()];
        go_on!(core, mem, bus, ip);
    }
}

/// The cheaper form of an operation whose operands allow one.
pub(super) fn special(op: Op, rs1: u8, rs2: u8, imm: u32) -> Option<Handler> {
    match op {
        Op::Addi if rs1 == 0 => Some(constant),
        Op::Addi if imm == 0 => Some(mv),
        Op::Add if rs2 == 0 => Some(mv),
        Op::Add if rs1 == 0 => Some(mv_rs2),
        _ => None,
    }
}

#[rustfmt::skip]
pub(super) fn handler(op: Op) -> Handler {
    match op {
        Op::Lui => constant,
        Op::Addi => addi, Op::Slti => slti, Op::Sltiu => sltiu, Op::Xori => xori, Op::Ori => ori, Op::Andi => andi,
        Op::Slli => slli, Op::Srli => srli, Op::Srai => srai,
        Op::Add => add, Op::Sub => sub, Op::Sll => sll, Op::Slt => slt, Op::Sltu => sltu, Op::Xor => xor,
        Op::Srl => srl, Op::Sra => sra, Op::Or => or, Op::And => and,
        Op::Mul => mul, Op::Mulh => mulh, Op::Mulhsu => mulhsu, Op::Mulhu => mulhu,
        Op::Div => div, Op::Divu => divu, Op::Rem => rem, Op::Remu => remu,
        _ => unreachable!("not arithmetic: {op:?}"),
    }
}
