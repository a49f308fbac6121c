//! Decodes the 32-bit instructions of RV32IMA with Zicsr, Zifencei and machine mode; The RISC-V Instruction Set Manual,
//! volume I, chapters "RV32I", "M" and "A", and volume II for the privileged ones. Not for whether a core has them all.

use super::inst::{Inst, Op};

/// Decodes an instruction whose two lowest bits are 11. What is not one of ours is [`Op::Illegal`].
pub(crate) fn decode(word: u32) -> Inst {
    let inst = |op, rd, rs1, rs2, imm| Inst { op, rd, rs1, rs2, imm, len: 4, raw: word };
    let (rd, rs1, rs2) = (field(word, 7), field(word, 15), field(word, 20));
    let funct3 = word >> 12 & 7;
    let funct7 = word >> 25;
    let imm_i = word as i32 >> 20;
    let illegal = Inst::illegal(word, 4);
    match word & 0x7F {
        0x37 => inst(Op::Lui, rd, 0, 0, (word & 0xFFFF_F000) as i32),
        0x17 => inst(Op::Auipc, rd, 0, 0, (word & 0xFFFF_F000) as i32),
        0x6F => inst(Op::Jal, rd, 0, 0, imm_j(word)),
        0x67 if funct3 == 0 => inst(Op::Jalr, rd, rs1, 0, imm_i),
        0x63 => match branch(funct3) {
            Some(op) => inst(op, 0, rs1, rs2, imm_b(word)),
            None => illegal,
        },
        0x03 => match [Op::Lb, Op::Lh, Op::Lw, Op::Illegal, Op::Lbu, Op::Lhu].get(funct3 as usize) {
            Some(Op::Illegal) | None => illegal,
            Some(op) => inst(*op, rd, rs1, 0, imm_i),
        },
        0x23 => match [Op::Sb, Op::Sh, Op::Sw].get(funct3 as usize) {
            Some(op) => inst(*op, 0, rs1, rs2, (imm_i & !31) | i32::from(rd)),
            None => illegal,
        },
        0x13 => match (funct3, funct7) {
            (1, 0) => inst(Op::Slli, rd, rs1, 0, i32::from(rs2)),
            (5, 0) => inst(Op::Srli, rd, rs1, 0, i32::from(rs2)),
            (5, 0x20) => inst(Op::Srai, rd, rs1, 0, i32::from(rs2)),
            (1 | 5, _) => illegal,
            _ => {
                let ops = [Op::Addi, Op::Slli, Op::Slti, Op::Sltiu, Op::Xori, Op::Srli, Op::Ori, Op::Andi];
                inst(ops[funct3 as usize], rd, rs1, 0, imm_i)
            }
        },
        0x33 => match register_register(funct3, funct7) {
            Some(op) => inst(op, rd, rs1, rs2, 0),
            None => illegal,
        },
        0x2F if funct3 == 2 => match atomic(word >> 27, rs2) {
            // The bits "aq" and "rl" order accesses among harts, of which there is one.
            Some(op) => inst(op, rd, rs1, rs2, 0),
            None => illegal,
        },
        // FENCE and FENCE.I; unused fields are ignored, as the manual asks.
        0x0F if funct3 <= 1 => inst(Op::Fence, 0, 0, 0, 0),
        0x73 => match (funct3, word) {
            (0, 0x0000_0073) => inst(Op::Ecall, 0, 0, 0, 0),
            (0, 0x0010_0073) => inst(Op::Ebreak, 0, 0, 0, 0),
            (0, 0x3020_0073) => inst(Op::Mret, 0, 0, 0, 0),
            (0, 0x1050_0073) => inst(Op::Wfi, 0, 0, 0, 0),
            (0 | 4, _) => illegal,
            _ => {
                let ops = [Op::Csrrw, Op::Csrrs, Op::Csrrc, Op::Illegal, Op::Csrrwi, Op::Csrrsi, Op::Csrrci];
                inst(ops[funct3 as usize - 1], rd, rs1, 0, imm_i & 0xFFF)
            }
        },
        _ => illegal,
    }
}

fn field(word: u32, at: u32) -> u8 {
    (word >> at & 31) as u8
}

fn branch(funct3: u32) -> Option<Op> {
    Some(match funct3 {
        0 => Op::Beq,
        1 => Op::Bne,
        4 => Op::Blt,
        5 => Op::Bge,
        6 => Op::Bltu,
        7 => Op::Bgeu,
        _ => return None,
    })
}

fn register_register(funct3: u32, funct7: u32) -> Option<Op> {
    let row = match funct7 {
        0x00 => [Op::Add, Op::Sll, Op::Slt, Op::Sltu, Op::Xor, Op::Srl, Op::Or, Op::And],
        0x01 => [Op::Mul, Op::Mulh, Op::Mulhsu, Op::Mulhu, Op::Div, Op::Divu, Op::Rem, Op::Remu],
        0x20 if funct3 == 0 => return Some(Op::Sub),
        0x20 if funct3 == 5 => return Some(Op::Sra),
        _ => return None,
    };
    Some(row[funct3 as usize])
}

fn atomic(funct5: u32, rs2: u8) -> Option<Op> {
    Some(match funct5 {
        0x00 => Op::Amoadd,
        0x01 => Op::Amoswap,
        0x02 if rs2 == 0 => Op::Lr,
        0x03 => Op::Sc,
        0x04 => Op::Amoxor,
        0x08 => Op::Amoor,
        0x0C => Op::Amoand,
        0x10 => Op::Amomin,
        0x14 => Op::Amomax,
        0x18 => Op::Amominu,
        0x1C => Op::Amomaxu,
        _ => return None,
    })
}

fn imm_j(word: u32) -> i32 {
    let sign = (word as i32 >> 31) << 20;
    sign | (word & 0x000F_F000 | word >> 9 & 0x800 | word >> 20 & 0x7FE) as i32
}

fn imm_b(word: u32) -> i32 {
    let sign = (word as i32 >> 31) << 12;
    sign | (word << 4 & 0x800 | word >> 20 & 0x7E0 | word >> 7 & 0x1E) as i32
}
