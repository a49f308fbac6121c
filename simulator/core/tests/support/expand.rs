//! What a compressed instruction stands for, as the 32-bit instruction; The RISC-V Instruction Set Manual, volume I,
//! chapter "C". Written bit by bit as the tables there are.

use super::asm::{EBREAK, b_type, i_type, j_type, r_type, s_type};

/// The 32-bit instruction, or 0, which is illegal, for what is reserved.
pub fn expand(half: u16) -> u32 {
    let h = u32::from(half);
    let bit = |from: u32, to: u32| (h >> from & 1) << to;
    let negative = |top: u32| if h >> 12 & 1 == 1 { -(1i32 << top) } else { 0 };
    let (rd, rs2) = (h >> 7 & 31, h >> 2 & 31);
    let (rd_, rs2_) = (8 + (h >> 7 & 7), 8 + (h >> 2 & 7));
    let imm6 = (h >> 2 & 31) as i32 | negative(5);
    let word_offset = (bit(6, 2) | bit(10, 3) | bit(11, 4) | bit(12, 5) | bit(5, 6)) as i32;
    let jump = (bit(3, 1)
        | bit(4, 2)
        | bit(5, 3)
        | bit(11, 4)
        | bit(2, 5)
        | bit(7, 6)
        | bit(6, 7)
        | bit(9, 8)
        | bit(10, 9)
        | bit(8, 10)) as i32
        | negative(11);
    let branch =
        (bit(3, 1) | bit(4, 2) | bit(10, 3) | bit(11, 4) | bit(2, 5) | bit(5, 6) | bit(6, 7)) as i32 | negative(8);
    match (h & 3, h >> 13) {
        (0, 0) => {
            let imm = bit(6, 2) | bit(5, 3) | bit(11, 4) | bit(12, 5) | bit(7, 6) | bit(8, 7) | bit(9, 8) | bit(10, 9);
            if imm == 0 { 0 } else { i_type(0x13, 0, rs2_, 2, imm as i32) }
        }
        (0, 2) => i_type(0x03, 2, rs2_, rd_, word_offset),
        (0, 6) => s_type(2, rs2_, rd_, word_offset),
        (1, 0) => i_type(0x13, 0, rd, rd, imm6),
        (1, 1) => j_type(1, jump),
        (1, 2) => i_type(0x13, 0, rd, 0, imm6),
        (1, 3) if rd == 2 => {
            let imm = (bit(6, 4) | bit(2, 5) | bit(5, 6) | bit(3, 7) | bit(4, 8)) as i32 | negative(9);
            if imm == 0 { 0 } else { i_type(0x13, 0, 2, 2, imm) }
        }
        (1, 3) if imm6 == 0 => 0,
        (1, 3) => (imm6 << 12) as u32 | rd << 7 | 0x37,
        (1, 4) => match (h >> 10 & 3, h >> 12 & 1, h >> 5 & 3) {
            (0, 0, _) => i_type(0x13, 5, rd_, rd_, (h >> 2 & 31) as i32),
            (1, 0, _) => i_type(0x13, 5, rd_, rd_, (h >> 2 & 31) as i32 | 0x400),
            (2, ..) => i_type(0x13, 7, rd_, rd_, imm6),
            (3, 0, 0) => r_type(0x20, 0, rd_, rd_, rs2_),
            (3, 0, 1) => r_type(0, 4, rd_, rd_, rs2_),
            (3, 0, 2) => r_type(0, 6, rd_, rd_, rs2_),
            (3, 0, 3) => r_type(0, 7, rd_, rd_, rs2_),
            _ => 0,
        },
        (1, 5) => j_type(0, jump),
        (1, 6) => b_type(0, rd_, 0, branch),
        (1, 7) => b_type(1, rd_, 0, branch),
        (2, 0) if h >> 12 & 1 == 0 => i_type(0x13, 1, rd, rd, rs2 as i32),
        (2, 2) if rd != 0 => {
            let imm = bit(4, 2) | bit(5, 3) | bit(6, 4) | bit(12, 5) | bit(2, 6) | bit(3, 7);
            i_type(0x03, 2, rd, 2, imm as i32)
        }
        (2, 4) => match (h >> 12 & 1, rd, rs2) {
            (0, 0, 0) => 0,
            (0, _, 0) => i_type(0x67, 0, 0, rd, 0),
            (0, ..) => r_type(0, 0, rd, 0, rs2),
            (_, 0, 0) => EBREAK,
            (_, _, 0) => i_type(0x67, 0, 1, rd, 0),
            _ => r_type(0, 0, rd, rd, rs2),
        },
        (2, 6) => {
            let imm = bit(9, 2) | bit(10, 3) | bit(11, 4) | bit(12, 5) | bit(7, 6) | bit(8, 7);
            s_type(2, rs2, 2, imm as i32)
        }
        _ => 0,
    }
}
