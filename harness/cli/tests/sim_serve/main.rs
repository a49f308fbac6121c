//! `hil sim serve`, as users meet it: the real program, with a client of a few lines, with espflash's library, and with
//! esptool where that is installed.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "the assembler of the simulator's tests, of which these use a part")]
#[path = "../../../simulator/tests/support/asm.rs"]
mod asm;
mod board;
mod client;
#[path = "../sim_run/elf.rs"]
mod elf;
mod espflash_library;
mod esptool;
mod ports;
#[expect(dead_code, reason = "of the tests of `hil sim run`, of which these use a part")]
#[path = "../sim_run/program.rs"]
mod program;
