//! Boards on serial ports, as users meet them: ports and their disasters, monitor, flashing, provisioning, scenarios. The
//! boards are pseudo-terminals of these tests, a server of these tests, and those of `hil sim serve`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod analyzer;
#[expect(dead_code, reason = "the assembler of the simulator's tests, of which these use a part")]
#[path = "../../../simulator/tests/support/asm.rs"]
mod asm;
#[expect(dead_code, reason = "of the tests of `hil sim serve`, of which these use a part")]
#[path = "../sim_serve/board.rs"]
mod board;
#[path = "../sim_run/elf.rs"]
mod elf;
mod errors;
mod fake;
mod flashing;
mod fuzzing;
mod lights;
mod monitor;
mod network;
mod nvs;
mod ports;
#[expect(dead_code, reason = "of the tests of `hil sim run`, of which these use a part")]
#[path = "../sim_run/program.rs"]
mod program;
mod scenarios;
mod ser2net;
mod unplug;
