//! Decodes the 16-bit instructions of RV32C without floating point; The RISC-V Instruction Set Manual, volume I,
//! chapter "C", tables "RVC opcode map" and "Instruction listing for RVC, Quadrant 0 to 2".

use super::inst::{Inst, Op};

const RA: u8 = 1;
const SP: u8 = 2;

/// Decodes an instruction whose two lowest bits are not 11. Reserved encodings are [`Op::Illegal`]; hints are what
/// they look like.
pub(crate) fn decode(half: u16) -> Inst {
    let word = u32::from(half);
    let decoded = match word & 3 {
        0 => quadrant_0(word),
        1 => quadrant_1(word),
        _ => quadrant_2(word),
    };
    let illegal = Inst::illegal(word, 2);
    decoded.map_or(illegal, |(op, rd, rs1, rs2, imm)| Inst { op, rd, rs1, rs2, imm, ..illegal })
}

type Fields = (Op, u8, u8, u8, i32);

fn quadrant_0(word: u32) -> Option<Fields> {
    let (low, high) = (short(word, 2), short(word, 7));
    // Offset bits 5:3 in 12:10, bit 2 in 6, bit 6 in 5.
    let offset = (word >> 7 & 0x38 | word >> 4 & 0x04 | word << 1 & 0x40) as i32;
    match word >> 13 {
        0 => {
            let imm = word >> 7 & 0x30 | word >> 1 & 0x3C0 | word >> 4 & 0x04 | word >> 2 & 0x08;
            (imm != 0).then_some((Op::Addi, low, SP, 0, imm as i32))
        }
        2 => Some((Op::Lw, low, high, 0, offset)),
        6 => Some((Op::Sw, 0, high, low, offset)),
        _ => None,
    }
}

fn quadrant_1(word: u32) -> Option<Fields> {
    let rd = register(word, 7);
    let imm = imm6(word);
    match word >> 13 {
        0 => Some((Op::Addi, rd, rd, 0, imm)),
        1 => Some((Op::Jal, RA, 0, 0, imm_j(word))),
        2 => Some((Op::Addi, rd, 0, 0, imm)),
        3 if rd == SP => {
            let low = word >> 2 & 0x10 | word << 3 & 0x20 | word << 1 & 0x40 | word << 4 & 0x180;
            let imm = sign(word, 9) | low as i32;
            (imm != 0).then_some((Op::Addi, SP, SP, 0, imm))
        }
        3 => (imm != 0).then_some((Op::Lui, rd, 0, 0, imm << 12)),
        4 => arithmetic(word),
        5 => Some((Op::Jal, 0, 0, 0, imm_j(word))),
        6 => Some((Op::Beq, 0, short(word, 7), 0, imm_b(word))),
        _ => Some((Op::Bne, 0, short(word, 7), 0, imm_b(word))),
    }
}

fn arithmetic(word: u32) -> Option<Fields> {
    let rd = short(word, 7);
    let rs2 = short(word, 2);
    let wide = word >> 12 & 1 == 1;
    match (word >> 10 & 3, word >> 5 & 3) {
        (0, _) if !wide => Some((Op::Srli, rd, rd, 0, shamt(word))),
        (1, _) if !wide => Some((Op::Srai, rd, rd, 0, shamt(word))),
        (2, _) => Some((Op::Andi, rd, rd, 0, imm6(word))),
        (3, 0) if !wide => Some((Op::Sub, rd, rd, rs2, 0)),
        (3, 1) if !wide => Some((Op::Xor, rd, rd, rs2, 0)),
        (3, 2) if !wide => Some((Op::Or, rd, rd, rs2, 0)),
        (3, 3) if !wide => Some((Op::And, rd, rd, rs2, 0)),
        _ => None,
    }
}

fn quadrant_2(word: u32) -> Option<Fields> {
    let rd = register(word, 7);
    let rs2 = register(word, 2);
    let wide = word >> 12 & 1 == 1;
    match word >> 13 {
        0 if !wide => Some((Op::Slli, rd, rd, 0, shamt(word))),
        2 if rd != 0 => {
            let offset = word >> 7 & 0x20 | word >> 2 & 0x1C | word << 4 & 0xC0;
            Some((Op::Lw, rd, SP, 0, offset as i32))
        }
        4 => match (wide, rd, rs2) {
            (false, 0, 0) => None,
            (false, _, 0) => Some((Op::Jalr, 0, rd, 0, 0)),
            (false, ..) => Some((Op::Add, rd, 0, rs2, 0)),
            (true, 0, 0) => Some((Op::Ebreak, 0, 0, 0, 0)),
            (true, _, 0) => Some((Op::Jalr, RA, rd, 0, 0)),
            (true, ..) => Some((Op::Add, rd, rd, rs2, 0)),
        },
        6 => {
            let offset = word >> 7 & 0x3C | word >> 1 & 0xC0;
            Some((Op::Sw, 0, SP, rs2, offset as i32))
        }
        _ => None,
    }
}

fn register(word: u32, at: u32) -> u8 {
    (word >> at & 31) as u8
}

/// The three-bit register fields name x8 to x15.
fn short(word: u32, at: u32) -> u8 {
    (word >> at & 7) as u8 + 8
}

fn shamt(word: u32) -> i32 {
    (word >> 2 & 31) as i32
}

/// Bit 12 of the instruction as the sign bit `at` of an immediate.
fn sign(word: u32, at: u32) -> i32 {
    -((word >> 12 & 1) as i32) << at
}

fn imm6(word: u32) -> i32 {
    sign(word, 5) | shamt(word)
}

fn imm_j(word: u32) -> i32 {
    let low = word >> 7 & 0x10
        | word << 2 & 0x400
        | word >> 1 & 0x300
        | word << 1 & 0x80
        | word >> 1 & 0x40
        | word << 3 & 0x20
        | word >> 2 & 0x0E;
    // Bits 11 (sign), 4, 9:8, 10, 6, 7, 3:1 and 5, in this order from bit 12 down.
    sign(word, 11) | low as i32
}

fn imm_b(word: u32) -> i32 {
    let low = word >> 7 & 0x18 | word << 1 & 0xC0 | word >> 2 & 0x06 | word << 3 & 0x20;
    sign(word, 8) | low as i32
}
