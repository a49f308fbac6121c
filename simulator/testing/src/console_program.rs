//! Programs that speak on a console, each in its own way.

use std::path::Path;

use crate::asm::{A0, Asm, RA, SP, T0, T1, T2, T3, ZERO};
use crate::elf::Program;

/// Code in flash.
const BASE: u32 = 0x4200_0020;
const STACK: u32 = 0x3FCA_1000;
const UART0: u32 = 0x6000_0000;
/// Offsets of UART0's registers: CLKDIV, STATUS with TXFIFO_CNT in bits 16 to 25, ID with REG_UPDATE in bit 31.
const CLKDIV: i32 = 0x14;
const STATUS: i32 = 0x1C;
const ID: i32 = 0x80;
const USB: u32 = 0x6004_3000;
/// EP1_CONF: WR_DONE is bit 0, SERIAL_IN_EP_DATA_FREE bit 1, SERIAL_OUT_EP_DATA_AVAIL bit 2.
const EP1_CONF: i32 = 4;
/// RTC_CNTL_OPTIONS0, with SW_SYS_RST in bit 31.
const OPTIONS0: u32 = 0x6000_8000;

/// Source of all of them: each function has its own line.
pub const SOURCE: &str = "fn app_main() {}\nfn read_sensor() {}\nfn speak() {}\n";

/// What a program does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speaks {
    /// It prints a panic as ESP-IDF does, in `read_sensor` called by `app_main`, and restarts.
    Panic,
    /// It says `on the UART` there, `on USB` on the chip's own USB port, and sends back what comes there.
    Usb,
    /// It sets UART0 to a third of its baud rate, 38400 baud, and says `slowly` for ever.
    Slowly,
}

/// What ESP-IDF prints for a load from nowhere at `pc`, called from `ra`; its `panic_riscv.c`.
pub fn panic_text(pc: u32, ra: u32) -> String {
    format!(
        "I (12) sensor: at 0x{pc:08x}\r\nGuru Meditation Error: Core  0 panic'ed (Load access fault). Exception was unhandled.\r\n\r\n\
         Core  0 register dump:\r\nMEPC    : 0x{pc:08x}  RA      : 0x{ra:08x}  SP      : 0x3fca0ff0  GP      : 0x3fc8b400  \r\n\
         MSTATUS : 0x00001881  MTVEC   : 0x40380001  MCAUSE  : 0x00000005  MTVAL   : 0x00000000  \r\n\r\n\
         Stack memory:\r\n3fca0ff0: 0x00000000 0x{ra:08x} 0x00000000 0x00000000 0x00000000 0x00000000 0x00000000 0x00000000\r\n\r\n\
         ELF file SHA256: 0123456789abcdef\r\n\r\nRebooting...\r\n"
    )
}

/// The program as an ELF file, and where `read_sensor` fails and whither it would return. Its source is `app.c` in `folder`.
pub fn elf(folder: &Path, speaks: Speaks) -> (Vec<u8>, [u32; 2]) {
    std::fs::write(folder.join("app.c"), SOURCE).expect("a folder for the test");
    let mut asm = Asm::new(BASE);
    asm.label("app_main").li(SP, STACK).jal(RA, "read_sensor").label("back").j("back");
    asm.label("read_sensor");
    match speaks {
        Speaks::Panic => {
            asm.la(A0, "text").jal(RA, "speak").li(T0, OPTIONS0).li(T1, 1 << 31).sw(T1, 0, T0).label("wait").j("wait");
        }
        Speaks::Usb => usb(&mut asm),
        Speaks::Slowly => slowly(&mut asm),
    }
    // Prints the text at A0 on UART0, each byte when the one before is gone.
    asm.label("speak").li(T0, UART0).label("byte").lbu(T1, 0, A0).beq(T1, ZERO, "said");
    asm.label("full").lw(T2, STATUS, T0).slli(T2, T2, 6).srli(T2, T2, 22).bne(T2, ZERO, "full");
    asm.sw(T1, 0, T0).addi(A0, A0, 1).j("byte").label("said").ret();
    let [app_main, read_sensor, speak, end, back] = ["app_main", "read_sensor", "speak", "end", "back"]
        .map(|name| if name == "end" { asm.here() } else { asm.address(name) });
    let text = match speaks {
        Speaks::Panic => panic_text(read_sensor + 4, back),
        Speaks::Usb => "on the UART\n".to_owned(),
        Speaks::Slowly => "slowly\n".to_owned(),
    };
    asm.label("text");
    string(&mut asm, &text);
    asm.label("usb");
    string(&mut asm, "on USB\n");
    let functions =
        vec![("app_main", app_main, read_sensor, 1), ("read_sensor", read_sensor, speak, 2), ("speak", speak, end, 3)];
    let lines = vec![(app_main, 1), (read_sensor, 2), (speak, 3)];
    let program = Program { base: BASE, code: asm.bytes(), functions, lines, folder, file: "app.c" };
    (program.to_elf(), [read_sensor + 4, back])
}

fn usb(asm: &mut Asm) {
    asm.la(A0, "text").jal(RA, "speak").li(T0, USB).la(A0, "usb").li(T3, 1);
    asm.label("greet").lbu(T1, 0, A0).beq(T1, ZERO, "greeted").sw(T1, 0, T0).addi(A0, A0, 1).j("greet");
    asm.label("greeted").sw(T3, EP1_CONF, T0);
    asm.label("listen").lw(T1, EP1_CONF, T0).andi(T1, T1, 4).beq(T1, ZERO, "listen");
    // The host has to have fetched what was sent before.
    asm.label("busy").lw(T1, EP1_CONF, T0).andi(T1, T1, 2).beq(T1, ZERO, "busy");
    asm.lw(T1, 0, T0).sw(T1, 0, T0).sw(T3, EP1_CONF, T0).j("listen");
}

/// The divider has an integer part in bits 0 to 11, and sixteenths in bits 20 to 23.
fn slowly(asm: &mut Asm) {
    asm.li(T0, UART0).lw(T1, CLKDIV, T0).slli(T2, T1, 20).srli(T2, T2, 16).srli(T1, T1, 20).andi(T1, T1, 15);
    asm.add(T1, T1, T2).slli(T2, T1, 1).add(T1, T1, T2).srli(T2, T1, 4).andi(T1, T1, 15).slli(T1, T1, 20);
    asm.or(T1, T1, T2).sw(T1, CLKDIV, T0).lw(T1, ID, T0).li(T2, 1 << 31).or(T1, T1, T2).sw(T1, ID, T0);
    asm.label("again").la(A0, "text").jal(RA, "speak").j("again");
}

fn string(asm: &mut Asm, text: &str) {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize((bytes.len() + 1).next_multiple_of(4), 0);
    for word in bytes.as_chunks::<4>().0 {
        asm.word(u32::from_le_bytes(*word));
    }
}
