//! The programs that are timed. Each runs at the start of a RAM of 1 MB, uses its second half as data, repeats itself
//! `rounds` times, and ends by a store to the test device of QEMU's `virt` machine.

use crate::support::asm::*;

pub const RAM: u32 = 0x8000_0000;
/// QEMU's `virt` machine powers off when this is written here.
pub const TEST_DEVICE: u32 = 0x0010_0000;
const POWER_OFF: u32 = 0x5555;
const DATA: u32 = RAM + 0x8_0000;

pub struct Kernel {
    pub name: &'static str,
    pub rounds: u32,
    pub body: fn(&mut Asm),
}

pub const KERNELS: [Kernel; 5] = [
    Kernel { name: "sort", rounds: 2_000, body: sort },
    Kernel { name: "crc32", rounds: 20_000, body: crc32 },
    Kernel { name: "matrix", rounds: 10_000, body: matrix },
    Kernel { name: "copy", rounds: 100_000, body: copy },
    Kernel { name: "lexer", rounds: 20_000, body: lexer },
];

/// A kernel that does nothing, to time how long the simulators take to start.
pub const NOTHING: Kernel = Kernel { name: "nothing", rounds: 1, body: |_| {} };

/// The bytes of a kernel. `s0` counts rounds, `s1` points at the data.
pub fn assemble(kernel: &Kernel) -> Vec<u8> {
    let mut asm = Asm::new(RAM);
    asm.li(SP, DATA - 16).li(S0, kernel.rounds).li(S1, DATA).label("round");
    (kernel.body)(&mut asm);
    asm.addi(S0, S0, -1).bne(S0, ZERO, "round");
    asm.li(T0, TEST_DEVICE).li(T1, POWER_OFF).sw(T1, 0, T0).label("end").j("end");
    asm.bytes()
}

/// Fills 1000 words with pseudo-random numbers and sorts them by Shell's method.
fn sort(asm: &mut Asm) {
    asm.li(T0, 1000).mv(T1, S1).mv(T2, S0).li(T3, 1_664_525).li(T4, 1_013_904_223).label("fill");
    asm.mul(T2, T2, T3).add(T2, T2, T4).sw(T2, 0, T1).addi(T1, T1, 4).addi(T0, T0, -1).bne(T0, ZERO, "fill");
    asm.li(A0, 500).label("gap").mv(A1, A0).label("outer");
    asm.slli(T0, A1, 2).add(T0, T0, S1).lw(A2, 0, T0).mv(A3, A1).label("inner");
    asm.blt(A3, A0, "place").sub(T1, A3, A0).slli(T2, T1, 2).add(T2, T2, S1).lw(T3, 0, T2);
    asm.bge(A2, T3, "place").slli(T4, A3, 2).add(T4, T4, S1).sw(T3, 0, T4).mv(A3, T1).j("inner").label("place");
    asm.slli(T4, A3, 2).add(T4, T4, S1).sw(A2, 0, T4).addi(A1, A1, 1).li(T5, 1000).blt(A1, T5, "outer");
    asm.srli(A0, A0, 1).bne(A0, ZERO, "gap");
}

/// CRC-32 of 512 bytes, bit by bit.
fn crc32(asm: &mut Asm) {
    asm.li(A0, u32::MAX).li(A1, 512).mv(A2, S1).li(A3, 0xEDB8_8320).label("byte");
    asm.lbu(T0, 0, A2).xor(A0, A0, T0).li(T1, 8).label("bit");
    asm.andi(T2, A0, 1).sub(T2, ZERO, T2).and(T2, T2, A3).srli(A0, A0, 1).xor(A0, A0, T2);
    asm.addi(T1, T1, -1).bne(T1, ZERO, "bit").sb(A0, 0, A2);
    asm.addi(A2, A2, 1).addi(A1, A1, -1).bne(A1, ZERO, "byte");
}

/// The product of two 16 by 16 matrices, each sum divided and reduced.
fn matrix(asm: &mut Asm) {
    asm.li(A0, 0).label("row").li(A1, 0).label("column").li(A2, 0).li(A3, 0).label("sum");
    asm.slli(T0, A0, 6).slli(T1, A2, 2).add(T0, T0, T1).add(T0, T0, S1).lw(T2, 0, T0);
    asm.slli(T3, A2, 6).slli(T4, A1, 2).add(T3, T3, T4).add(T3, T3, S1).lw(T5, 1024, T3);
    asm.mul(T2, T2, T5).add(A3, A3, T2).addi(A2, A2, 1).li(T6, 16).bne(A2, T6, "sum");
    asm.ori(T0, A1, 3).div(T1, A3, T0).remu(T2, A3, T0).mulh(T3, T1, A3).add(A3, T2, T3);
    asm.slli(T0, A0, 6).slli(T1, A1, 2).add(T0, T0, T1).add(T0, T0, S1).addi(T1, A3, 7).sw(T1, 2044, T0);
    asm.addi(A1, A1, 1).bne(A1, T6, "column").addi(A0, A0, 1).bne(A0, T6, "row");
}

/// Copies 4 KB word by word, four at a time, by a function with a stack frame.
fn copy(asm: &mut Asm) {
    asm.j("start").label("copy16").addi(SP, SP, -16).sw(RA, 12, SP).sw(S0, 8, SP);
    asm.lw(T0, 0, A0).lw(T1, 4, A0).lw(T2, 8, A0).lw(T3, 12, A0);
    asm.sw(T0, 0, A1).sw(T1, 4, A1).sw(T2, 8, A1).sw(T3, 12, A1);
    asm.lw(RA, 12, SP).lw(S0, 8, SP).addi(SP, SP, 16).ret().label("start");
    asm.mv(A0, S1).addi(A1, S1, 2044).addi(A1, A1, 2044).addi(A1, A1, 8).li(A2, 256).label("next");
    asm.jal(RA, "copy16").addi(A0, A0, 16).addi(A1, A1, 16).addi(A2, A2, -1).bne(A2, ZERO, "next");
}

/// A state machine over 2 KB of pseudo-random bytes, with a jump through a table for each byte.
fn lexer(asm: &mut Asm) {
    asm.la(S2, "table").li(A1, 2048).li(T2, 12_345).li(A2, 0).li(A3, 0).li(S3, 1_103_515_245).label("char");
    asm.mul(T2, T2, S3).addi(T2, T2, 1237).srli(T0, T2, 16).andi(T0, T0, 0xFF);
    asm.andi(T1, T0, 7).slli(T1, T1, 3).add(T1, T1, S2).jalr(ZERO, T1, 0);
    asm.label("table");
    for state in ["letter", "digit", "space", "letter", "quote", "letter", "digit", "space"] {
        asm.j(state).addi(ZERO, ZERO, 0);
    }
    asm.label("letter").addi(A2, A2, 1).slli(A3, A3, 1).j("done");
    asm.label("digit").slti(T3, T0, 128).beq(T3, ZERO, "large").addi(A2, A2, 3).j("done");
    asm.label("large").xor(A3, A3, T0).j("done");
    asm.label("space").andi(T3, A2, 1).bne(T3, ZERO, "odd").srli(A3, A3, 1).j("done").label("odd");
    asm.addi(A3, A3, 5).j("done").label("quote").sub(A2, A3, A2).sltu(T3, A2, A3).add(A3, A3, T3);
    asm.label("done").addi(A1, A1, -1).bne(A1, ZERO, "char");
}
