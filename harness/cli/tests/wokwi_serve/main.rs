//! `hil wokwi serve`, as its users meet it: the real program, with a client of our own for each command, with wokwi-cli and
//! the Python packages where they are installed, and with clients that mean no good.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "the assembler of the simulator's tests, of which these use a part")]
#[path = "../../../simulator/tests/support/asm.rs"]
mod asm;
mod cli;
mod client;
mod commands;
mod echo;
#[path = "../sim_run/elf.rs"]
mod elf;
mod files;
mod firmware;
mod hostile;
mod lights;
mod limits;
mod network;
mod pauses;
#[expect(dead_code, reason = "of the tests of `hil sim run`, of which these use a part")]
#[path = "../sim_run/program.rs"]
mod program;
mod python;
mod server;
