//! Machine code in the place of operations: each block becomes a function of the host's, compiled by Cranelift.
//!
//! The interpreter stays what decides. Machine code does what can be done without it: arithmetic, loads and stores of
//! plain memory, branches, jumps to blocks that have machine code too. For all else it comes back *before* the operation,
//! and the interpreter goes on from there to the end of the block. So nothing can be seen to differ: until a way out of a
//! block is taken nothing has been charged, and all registers are in [`Core::x`](super::core::Core) after each instruction.
//!
//! Blocks are compiled all at once, when [`Cpu::compile`](super::Cpu::compile) is called, and lead to each other directly. If
//! one of them is overwritten, all the machine code goes.

mod alu;
mod compiler;
mod control;
mod memory;
mod translation;

pub use compiler::CompileError;
pub(super) use compiler::{Compiled, compile};
use compiler::{Targets, signature};
