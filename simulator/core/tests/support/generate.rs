//! Random programs: mostly instructions that do something, with pointers into memory of every kind, and now and then
//! anything at all.

use super::asm::*;
use super::device;
use hil_sim_core::cpu::Costs;
use proptest::collection::vec;
use proptest::prelude::*;

/// What a program is made of.
pub fn choices() -> impl Strategy<Value = Vec<Choice>> {
    vec((0..32u8, any::<u64>()), 1..60)
}

/// What instructions cost: mostly one cycle each.
pub fn costs() -> impl Strategy<Value = Costs> {
    let dear = Costs { alu: 1, load: 2, store: 3, mul: 4, div: 17, branch: 1, branch_taken: 3, jump: 2, system: 5 };
    prop_oneof![3 => Just(Costs::UNIT), 1 => Just(dear)]
}

/// The trap vector, then the program in the same SRAM.
pub const VECTOR: u32 = 0x4038_0000;
pub const PROGRAM: u32 = 0x4038_0400;
/// The same SRAM on the data bus.
pub const PROGRAM_DATA: u32 = PROGRAM - 0x4038_0000 + 0x3FC8_4000;
pub const DATA: u32 = 0x3FC9_0400;
/// Where the pointers x8 to x15 start.
pub const POINTERS: [u32; 8] = [
    DATA,
    DATA + 0x3FE,
    PROGRAM_DATA + 0x40,
    device::BASE,
    DATA - 0x3FC8_0000 + 0x4037_C000 + 0x4000,
    0x2000_0000,
    0x3C00_0FF0,
    PROGRAM + 0x20,
];
const CSRS: [u16; 34] = [
    0x300, 0x301, 0x304, 0x305, 0x340, 0x341, 0x342, 0x343, 0x344, 0x3A0, 0x3A3, 0x3B0, 0x3BF, 0x7A0, 0x7A1, 0x7A2,
    0x7A5, 0x7E0, 0x7E1, 0x7E2, 0x7E2, 0x800, 0x801, 0x802, 0x803, 0x804, 0x805, 0xF11, 0xF14, 0xB00, 0xC00, 0x340,
    0x340, 0x7E2,
];

/// One choice of the generator: what kind, and bits for everything else.
pub type Choice = (u8, u64);

/// The bytes from `VECTOR` on. The handlers step over what trapped, by two bytes, and clear the interrupt.
pub fn program(choices: &[Choice], user_may: bool) -> Vec<u8> {
    let mut asm = Asm::new(VECTOR);
    asm.j("exception");
    for _ in 1..32 {
        asm.j("interrupt");
    }
    asm.label("exception").csrrw(T6, 0x340, T6).csrrs(T6, 0x341, ZERO).addi(T6, T6, 2).csrrw(ZERO, 0x341, T6);
    asm.csrrw(T6, 0x340, T6).word(MRET);
    asm.label("interrupt").csrrw(T6, 0x340, T6).li(T6, device::BASE).sw(ZERO, device::INTERRUPT as i32, T6);
    asm.csrrw(T6, 0x340, T6).word(MRET);
    while asm.here() < PROGRAM {
        asm.half(1);
    }
    asm.li(T0, VECTOR).csrrw(ZERO, 0x305, T0).li(T0, PROGRAM + 0x40).csrrw(ZERO, 0x341, T0);
    if user_may {
        asm.li(T0, u32::MAX).csrrw(ZERO, 0x3BF, T0).li(T0, 0x1F00_0000).csrrw(ZERO, 0x3A3, T0);
    }
    asm.label("again");
    choices.iter().for_each(|choice| instruction(&mut asm, *choice));
    asm.j("again");
    asm.bytes()
}

/// Draws from the bits of a choice.
struct Bits(u64);

impl Bits {
    fn take(&mut self, below: u64) -> u32 {
        let drawn = self.0 % below;
        self.0 = (self.0 / below) ^ self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 7;
        drawn as u32
    }

    fn of(&mut self, list: &[u32]) -> u32 {
        list[self.take(list.len() as u64) as usize]
    }

    /// A register to write: seldom a pointer.
    fn rd(&mut self) -> u32 {
        self.of(&[0, 1, 2, 5, 6, 7, 28, 29, 30, 5, 6, 7, 16, 17, 8, 15])
    }

    fn rs(&mut self) -> u32 {
        self.of(&[0, 1, 2, 5, 6, 7, 28, 29, 30, 8, 9, 10, 11, 16, 17])
    }

    fn pointer(&mut self) -> u32 {
        self.of(&[8, 8, 8, 9, 9, 10, 11, 11, 12, 13, 14, 15])
    }

    fn imm(&mut self) -> i32 {
        match self.take(3) {
            0 => self.take(8) as i32 - 4,
            _ => self.take(4096) as i32 - 2048,
        }
    }

    fn offset(&mut self) -> i32 {
        match self.take(4) {
            0 => self.take(64) as i32 - 32,
            1 => [0x20, 4, 0x3F, 0x10][self.take(4) as usize],
            _ => self.take(8) as i32 * 4,
        }
    }
}

fn instruction(asm: &mut Asm, (kind, bits): Choice) {
    let b = &mut Bits(bits);
    match kind % 32 {
        0..=4 => {
            let funct7 = [0, 0, 1, 1, 0x20][b.take(5) as usize];
            let funct3 = if funct7 == 0x20 { b.of(&[0, 5]) } else { b.take(8) };
            asm.word(r_type(funct7, funct3, b.rd(), b.rs(), b.rs()));
        }
        5..=8 => {
            let funct3 = b.of(&[0, 0, 2, 3, 4, 6, 7]);
            asm.word(i_type(0x13, funct3, b.rd(), b.rs(), b.imm()));
        }
        9 => {
            let (funct3, high) = (b.of(&[1, 5, 5]), b.of(&[0, 0x400]) as i32);
            let high = if funct3 == 1 { 0 } else { high };
            asm.word(i_type(0x13, funct3, b.rd(), b.rs(), b.take(32) as i32 | high));
        }
        10 => {
            let imm = b.take(1 << 20) << 12;
            if b.take(2) == 0 {
                asm.lui(b.rd(), imm)
            } else {
                asm.auipc(b.rd(), imm)
            };
        }
        11..=13 => {
            asm.word(i_type(0x03, b.of(&[0, 1, 2, 2, 4, 5]), b.rd(), b.pointer(), b.offset()));
        }
        14..=16 => {
            asm.word(s_type(b.take(3), b.rs(), b.pointer(), b.offset()));
        }
        17 | 18 => {
            let offset = b.take(24) as i32 * 2 - 16;
            asm.word(b_type(b.of(&[0, 1, 4, 5, 6, 7]), b.rs(), b.rs(), if offset == 0 { 4 } else { offset }));
        }
        19 => {
            let offset = b.take(20) as i32 * 2 - 6;
            asm.word(j_type(b.of(&[0, 0, 1]), offset));
        }
        20 => {
            let rd = b.of(&[0, 1]);
            let rs1 = b.of(&[1, 1, 15, 6]);
            asm.jalr(rd, rs1, b.take(16) as i32);
        }
        21 | 22 => {
            let csr = CSRS[b.take(CSRS.len() as u64) as usize];
            asm.word(csr_type(b.of(&[1, 2, 3, 5, 6, 7]), b.rd(), csr, b.rs()));
        }
        23 | 24 => {
            asm.half(b.take(1 << 16) as u16 & !3 | b.take(3) as u16);
        }
        25 if b.take(4) == 0 => {
            asm.word(bits as u32);
        }
        25 | 26 => {
            asm.word(b.of(&[ECALL, EBREAK, MRET, WFI, FENCE_I, 0x0FF0_000F]));
        }
        27 => {
            let (rd, value) = (b.rd(), bits as u32);
            asm.lui(rd, value).addi(rd, rd, b.imm());
        }
        28 => {
            let (rd, shift) = (b.rd(), b.take(32) as i32);
            asm.slli(rd, b.rs(), shift);
            if b.take(2) == 0 {
                asm.add(rd, rd, b.rs())
            } else {
                asm.srli(rd, rd, b.take(32) as i32)
            };
        }
        29 => {
            let rd = b.rd();
            asm.addi(rd, b.rs(), b.imm());
            let (one, other) = if b.take(2) == 0 { (rd, b.rs()) } else { (b.rs(), rd) };
            asm.word(b_type(b.of(&[0, 1, 4, 5, 6, 7]), one, other, b.take(16) as i32 * 2 - 8));
        }
        30 => {
            let rd = b.rd();
            asm.andi(rd, b.rs(), b.imm()).word(b_type(b.take(2), rd, 0, b.take(16) as i32 * 2 + 4));
        }
        _ => protect(asm, b),
    }
}

/// Sequences that set up protection, triggers, the counter or interrupts in a way that matters.
fn protect(asm: &mut Asm, b: &mut Bits) {
    match b.take(6) {
        0 => {
            let address = b.of(&[DATA, PROGRAM_DATA, DATA + 0x400, PROGRAM]) + b.take(64) * 4;
            let size = b.of(&[0, 1, 3, 0xFF]);
            asm.li(T0, address >> 2 | size).csrrw(ZERO, 0x3B0, T0);
            asm.li(T0, b.of(&[0x98, 0x18, 0x99, 0x9B, 0x91, 0x9D])).csrrw(ZERO, 0x3A0, T0);
        }
        1 => {
            let address = b.of(&[DATA, DATA + 4, PROGRAM + 0x50, PROGRAM_DATA + 0x44]) + b.take(32);
            asm.csrrwi(ZERO, 0x7A0, b.take(3)).li(T0, address).csrrw(ZERO, 0x7A2, T0);
            asm.li(T0, 0x40 | b.take(8) | b.take(2) << 3 | b.take(2) << 7).csrrw(ZERO, 0x7A1, T0);
            asm.csrrwi(ZERO, 0x7A5, 8);
        }
        2 => {
            asm.csrrwi(ZERO, 0x7E0, b.of(&[1, 2, 3, 16, 17])).csrrwi(ZERO, 0x7E1, b.of(&[1, 1, 3, 0]));
            asm.csrrs(T0, 0x7E2, ZERO);
        }
        3 => {
            asm.csrrsi(ZERO, 0x300, 8).li(T0, b.take(32)).sw(T0, device::INTERRUPT as i32, 11);
        }
        4 => {
            // To user mode, at the next instruction but one.
            asm.li(T0, 0x1800).csrrc(ZERO, 0x300, T0).auipc(T0, 0).addi(T0, T0, 16).csrrw(ZERO, 0x341, T0).word(MRET);
        }
        _ => {
            asm.lw(T0, 0x20, 11).csrrci(ZERO, 0x300, 8);
        }
    }
}
