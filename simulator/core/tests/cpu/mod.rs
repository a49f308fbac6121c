//! The RISC-V core: each instruction by itself, at random against a reference model, and what a debugger sees.

mod atomics;
mod debugging;
mod edges;
mod instructions;
mod machine_code;
mod properties;
mod riscv_tests;
mod traps;
