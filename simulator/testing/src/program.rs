//! The program that the tests run: it prints, lights an LED, touches a register without a model, calls, and ends badly.

use std::path::Path;

use crate::asm::{A0, Asm, RA, S0, SP, T0, T1, T2, T3, T4, T5, T6, ZERO};
use crate::elf::{Function, Program};

/// Code in flash.
const BASE: u32 = 0x4200_0020;
const STACK: u32 = 0x3FCA_1000;
/// A word that `count` counts up.
pub const COUNTER: u32 = 0x3FCA_2000;
const UART0_FIFO: u32 = 0x6000_0000;
const GPIO_OUT_W1TS: u32 = 0x6000_4008;
const GPIO_ENABLE_W1TS: u32 = 0x6000_4024;
const GPIO8_OUT_SEL: u32 = 0x6000_4554 + 4 * 8;
const IO_MUX_GPIO8: u32 = 0x6000_9004 + 4 * 8;
const WORLD_CONTROLLER: u32 = 0x600D_0000;
const TIMG0_WATCHDOG: u32 = 0x6001_F048;
const MSTATUS: u16 = 0x300;
const MIE: u32 = 1 << 3;

/// The source that the debug information speaks of.
pub const SOURCE: &str = "\
fn _start() {
    main()
}
fn main() {
    print(\"ready\\n\");
    light(0xff0005);
    world_controller.read();
    if never {
        print(\"never\");
    }
    outer()
}
fn print(text) {
    text.for_each(uart)
}
fn light(color) {
    color.bits().for_each(pulse)
}
fn outer() {
    inner()
}
fn inner() {
    end()
}
";

/// How the program ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It jumps to itself with interrupts off.
    Halt,
    /// It never feeds its watchdog.
    Watchdog,
    /// It counts for ever.
    Count,
}

struct Assembler {
    asm: Asm,
    lines: Vec<(u32, u64)>,
    functions: Vec<Function>,
}

impl Assembler {
    fn line(&mut self, line: u64) -> &mut Asm {
        self.lines.push((self.asm.here(), line));
        &mut self.asm
    }

    fn function(&mut self, name: &'static str, line: u64) -> &mut Asm {
        let here = self.asm.here();
        if let Some(last) = self.functions.last_mut() {
            last.2 = here;
        }
        self.functions.push((name, here, 0, line));
        self.asm.label(name);
        self.line(line)
    }

    /// The frame that `-C force-frame-pointers` makes.
    fn frame(&mut self) {
        self.asm.addi(SP, SP, -16).sw(RA, 12, SP).sw(S0, 8, SP).addi(S0, SP, 16);
    }

    fn leave(&mut self) {
        self.asm.lw(RA, 12, SP).lw(S0, 8, SP).addi(SP, SP, 16).ret();
    }
}

fn store(asm: &mut Asm, address: u32, value: u32) {
    asm.li(T0, address).li(T1, value).sw(T1, 0, T0);
}

/// The program as an ELF file; its source is `light.rs` in `folder`.
pub fn elf(folder: &Path, end: End) -> Vec<u8> {
    std::fs::write(folder.join("light.rs"), SOURCE).expect("a folder for the test");
    let mut it = Assembler { asm: Asm::new(BASE), lines: Vec::new(), functions: Vec::new() };
    it.function("_start", 1).li(SP, STACK).li(S0, 0);
    it.line(2).jal(RA, "main");
    it.function("main", 4);
    it.frame();
    it.line(5).la(A0, "ready").jal(RA, "print");
    it.line(6).li(A0, 0x00FF_0500);
    // Green comes first.
    it.asm.jal(RA, "light");
    it.line(7).li(T0, WORLD_CONTROLLER).lw(T1, 0, T0);
    it.line(8).beq(ZERO, ZERO, "skip");
    it.line(9).la(A0, "ready").jal(RA, "print");
    it.line(11).label("skip").jal(RA, "outer");
    it.leave();
    it.function("print", 13).li(T0, UART0_FIFO);
    it.line(14).label("next").lbu(T1, 0, A0).beq(T1, ZERO, "done").sw(T1, 0, T0).addi(A0, A0, 1).j("next");
    it.line(15).label("done").ret();
    light(&mut it);
    it.function("outer", 19);
    it.frame();
    it.line(20).jal(RA, "inner");
    it.line(21);
    it.leave();
    it.function("inner", 22);
    it.frame();
    it.line(23);
    match end {
        End::Halt => drop(it.asm.csrrci(ZERO, MSTATUS, MIE).label("halt").j("halt")),
        End::Count => {
            it.asm.li(T0, COUNTER).label("count").lw(T1, 0, T0).addi(T1, T1, 1).sw(T1, 0, T0);
            // A millisecond or so.
            it.asm.li(T2, 40_000).label("pause").addi(T2, T2, -1).bne(T2, ZERO, "pause").j("count");
        }
        End::Watchdog => {
            // Protection off; APB clock / 800; 100 ticks, a millisecond at 80 MHz; stage 0 resets the system.
            store(&mut it.asm, TIMG0_WATCHDOG + 0x1C, 0x50D8_3AA1);
            store(&mut it.asm, TIMG0_WATCHDOG + 4, 800 << 16);
            store(&mut it.asm, TIMG0_WATCHDOG + 8, 100);
            store(&mut it.asm, TIMG0_WATCHDOG, 1 << 31 | 3 << 29 | 1 << 22);
            it.asm.label("spin").addi(T2, T2, 1).j("spin");
        }
    }
    let code_end = it.asm.here();
    it.functions.last_mut().expect("several").2 = code_end;
    it.asm.label("ready").word(u32::from_le_bytes(*b"read")).word(u32::from_le_bytes(*b"y\n\0\0"));
    // The text has no line.
    let code = it.asm.bytes();
    Program { base: BASE, code, functions: it.functions, lines: it.lines, folder, file: "light.rs" }.to_elf()
}

/// A frame for one WS2812 on GPIO8, at 80 MHz: T0H 400 ns, T1H 800 ns, T0L 862.5 ns, T1L 462.5 ns.
fn light(it: &mut Assembler) {
    let asm = it.function("light", 16);
    store(asm, GPIO8_OUT_SEL, 128);
    store(asm, IO_MUX_GPIO8, 1 << 12 | 2 << 10);
    store(asm, GPIO_ENABLE_W1TS, 1 << 8);
    it.line(17).li(T3, 24).li(T4, GPIO_OUT_W1TS).li(T5, 1 << 8).label("bit");
    let asm = &mut it.asm;
    asm.sw(T5, 0, T4).srli(T6, A0, 31).slli(T6, T6, 3).li(T0, 13).add(T0, T0, T6).add(T0, T0, T6);
    asm.label("high").addi(T0, T0, -1).bne(T0, ZERO, "high");
    asm.sw(T5, 4, T4).li(T0, 31).sub(T0, T0, T6).sub(T0, T0, T6);
    asm.label("low").addi(T0, T0, -1).bne(T0, ZERO, "low");
    asm.slli(A0, A0, 1).addi(T3, T3, -1).bne(T3, ZERO, "bit");
    it.line(18).ret();
}
