//! Machine code in the place of operations: each block becomes a function of the host's, compiled by Cranelift.
//!
//! The interpreter stays what decides. Machine code does what can be done without it: arithmetic, loads and stores of
//! plain memory, branches, jumps to blocks that have machine code too. For all else it comes back *before* the operation,
//! and the interpreter goes on from there to the end of the block. So nothing can be seen to differ: until a way out of a
//! block is taken nothing has been charged, and all registers are in [`Core::x`](super::core::Core) after each instruction.
//!
//! Blocks are compiled all at once, when [`Cpu::compile`](super::Cpu::compile) is called, and lead to each other directly. If
//! one of them is overwritten, all the machine code goes.
//!
//! Cranelift takes longer to build than everything else, so it is a feature, `machine-code`. Without it the interpreter
//! executes everything (`absent.rs`).

#[cfg(not(feature = "machine-code"))]
mod absent;
#[cfg(feature = "machine-code")]
mod alu;
#[cfg(feature = "machine-code")]
mod compiler;
#[cfg(feature = "machine-code")]
mod control;
#[cfg(feature = "machine-code")]
mod memory;
#[cfg(feature = "machine-code")]
mod translation;

#[cfg(not(feature = "machine-code"))]
pub(super) use absent::compile;
#[cfg(feature = "machine-code")]
pub(super) use compiler::compile;

use crate::raw::native::MachineCode;

/// Whether this build has the compiler of machine code: the feature `machine-code`. Without it, code that is executed again
/// and again takes three times as long.
pub const HAS_COMPILER: bool = cfg!(feature = "machine-code");

/// Why there is no machine code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The compiler does not know this computer, or gets no memory for code.
    #[error("the simulator cannot make machine code on this computer, and goes on without: {0}")]
    Host(String),
    /// There is no compiler in this build; see [`HAS_COMPILER`].
    #[error(
        "the simulator was built without its compiler of machine code (feature `machine-code`), and goes on without"
    )]
    NotBuilt,
}

/// Machine code of blocks, and where each begins.
pub(super) struct Compiled {
    pub(super) code: MachineCode,
    /// In the order of the blocks; none if a block is left to the interpreter.
    pub(super) entries: Vec<Option<u64>>,
}
