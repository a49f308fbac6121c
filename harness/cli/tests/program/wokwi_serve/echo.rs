//! A program that says "ready", sends back what it receives, and tells of a button: `v` for down, `^` for up.

use std::path::Path;

use crate::wokwi_serve::asm::{Asm, S0, S1, S2, S3, SP, T0, T1, T2, ZERO};
use crate::wokwi_serve::elf::Program;

const BASE: u32 = 0x4200_0020;
const STACK: u32 = 0x3FCA_1000;
const UART0: u32 = 0x6000_0000;
const UART_STATUS: i32 = 0x1C;
const GPIO: u32 = 0x6000_4000;
const GPIO_OUT_W1TS: i32 = 0x08;
const GPIO_OUT_W1TC: i32 = 0x0C;
const GPIO_IN: i32 = 0x3C;
const GPIO_ENABLE_W1TS: u32 = 0x6000_4024;
const GPIO5_OUT_SEL: u32 = 0x6000_4554 + 4 * 5;
const IO_MUX_GPIO4: u32 = 0x6000_9004 + 4 * 4;
const IO_MUX_GPIO5: u32 = 0x6000_9004 + 4 * 5;

/// A button from GPIO4 to ground, an LED's data line on GPIO8, the serial console, GPIO5 looked at by an analyzer.
pub const DIAGRAM: &str = r#"{
  "version": 1,
  "parts": [
    { "type": "board-esp32-c3-devkitm-1", "id": "esp" },
    { "type": "wokwi-neopixel", "id": "led1" },
    { "type": "wokwi-pushbutton", "id": "btn1", "attrs": { "bounce": "0" } },
    { "type": "wokwi-logic-analyzer", "id": "la1", "attrs": { "channelNames": "LED,BUTTON" } }
  ],
  "connections": [
    ["esp:TX", "$serialMonitor:RX", "", []],
    ["esp:RX", "$serialMonitor:TX", "", []],
    ["esp:8", "led1:DIN", "", []],
    ["btn1:1.l", "esp:4", "", []],
    ["btn1:2.l", "esp:GND.1", "", []],
    ["la1:D0", "esp:8", "", []],
    ["la1:D1", "esp:5", "", []]
  ]
}"#;

/// The program. GPIO5 is high while the button is down.
pub fn elf(folder: &Path) -> Vec<u8> {
    let mut asm = Asm::new(BASE);
    asm.li(SP, STACK).li(S0, UART0).li(S1, GPIO).li(S3, 1 << 5);
    // Input with its pull-up; output through the matrix.
    for (register, value) in [
        (IO_MUX_GPIO4, 1 << 12 | 1 << 9 | 1 << 8),
        (GPIO5_OUT_SEL, 128),
        (IO_MUX_GPIO5, 1 << 12 | 2 << 10),
        (GPIO_ENABLE_W1TS, 1 << 5),
    ] {
        asm.li(T0, register).li(T1, value).sw(T1, 0, T0);
    }
    for byte in *b"ready\n" {
        asm.li(T0, byte.into()).sw(T0, 0, S0);
    }
    asm.li(S2, 1 << 4).label("loop").lw(T0, UART_STATUS, S0).andi(T0, T0, 0x3FF).beq(T0, ZERO, "button");
    asm.lw(T1, 0, S0).andi(T1, T1, 0xFF).sw(T1, 0, S0);
    asm.label("button").lw(T2, GPIO_IN, S1).andi(T2, T2, 1 << 4).beq(T2, S2, "loop").mv(S2, T2);
    asm.beq(T2, ZERO, "down").sw(S3, GPIO_OUT_W1TC, S1).li(T0, b'^'.into()).sw(T0, 0, S0).j("loop");
    asm.label("down").sw(S3, GPIO_OUT_W1TS, S1).li(T0, b'v'.into()).sw(T0, 0, S0).j("loop");
    let (code, functions, lines) = (asm.bytes(), Vec::new(), vec![(BASE, 1)]);
    Program { base: BASE, code, functions, lines, folder, file: "echo.rs" }.to_elf()
}
