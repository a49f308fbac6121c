//! What stands in the compiler's place where it is not built.

use super::{CompileError, Compiled};
use crate::cpu::block::Block;

/// Makes nothing.
pub(in crate::cpu) fn compile<'a>(_: impl Iterator<Item = &'a Block>) -> Result<Compiled, CompileError> {
    Err(CompileError::NotBuilt)
}
