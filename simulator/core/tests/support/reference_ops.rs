//! The reference core's arithmetic, and what is an instruction at all.

use hil_sim_core::cpu::Costs;
use hil_sim_core::mem::Width;

pub fn cost(c: &Costs, word: u32) -> u8 {
    match (word & 0x7F, word >> 25, word >> 12 & 7) {
        _ if !is_known(word) => c.system,
        (0x63, ..) => c.branch,
        (0x6F | 0x67, ..) => c.jump,
        (0x03, ..) => c.load,
        (0x23, ..) => c.store,
        (0x33, 1, 0..=3) => c.mul,
        (0x33, 1, _) => c.div,
        _ => c.alu,
    }
}

pub fn is_known(word: u32) -> bool {
    let (f3, f7) = (word >> 12 & 7, word >> 25);
    match word & 0x7F {
        0x37 | 0x17 | 0x6F => true,
        0x67 => f3 == 0,
        0x63 => f3 != 2 && f3 != 3,
        0x03 => f3 != 3 && f3 < 6,
        0x23 => f3 < 3,
        0x13 => f3 != 1 && f3 != 5 || f7 == 0 || f3 == 5 && f7 == 0x20,
        0x33 => f7 < 2 || f7 == 0x20 && (f3 == 0 || f3 == 5),
        0x0F => f3 < 2,
        _ => false,
    }
}

pub fn width(f3: u32) -> Width {
    [Width::Byte, Width::Half, Width::Word][f3 as usize & 3]
}

pub fn arithmetic(f3: u32, f7: u32, a: u32, b: u32) -> u32 {
    match (f3, f7) {
        (0, 0x20) => a.wrapping_sub(b),
        (0, _) => a.wrapping_add(b),
        (1, _) => a.wrapping_shl(b),
        (2, _) => ((a as i32) < b as i32).into(),
        (3, _) => (a < b).into(),
        (4, _) => a ^ b,
        (5, 0x20) => (a as i32).wrapping_shr(b) as u32,
        (5, _) => a.wrapping_shr(b),
        (6, _) => a | b,
        _ => a & b,
    }
}

pub fn multiply(f3: u32, a: u32, b: u32) -> u32 {
    let (sa, sb) = (i128::from(a as i32), i128::from(b as i32));
    let (ua, ub) = (i128::from(a), i128::from(b));
    (match f3 {
        0 => ua * ub,
        1 => (sa * sb) >> 32,
        2 => (sa * ub) >> 32,
        3 => (ua * ub) >> 32,
        4 if b == 0 => -1,
        4 => sa / sb,
        5 if b == 0 => -1,
        5 => ua / ub,
        6 if b == 0 => sa,
        6 => sa % sb,
        _ if b == 0 => ua,
        _ => ua % ub,
    }) as u32
}
