//! What a debugger sees of a machine, and changes.

use super::state::Machine;
use crate::chip::{Chip, Processor};
use crate::mem::Memory;

impl<C: Chip> Machine<C> {
    /// The core.
    pub fn cpu(&self) -> &C::Cpu {
        &self.cpu
    }

    /// The core, to be changed.
    pub fn cpu_mut(&mut self) -> &mut C::Cpu {
        &mut self.cpu
    }

    /// Memory.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Memory, to be changed.
    pub fn memory_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// The chip around the core.
    pub fn chip(&self) -> &C {
        &self.chip
    }

    /// Goes on after [`Exit::Semihosting`](super::Exit::Semihosting), with this result.
    pub fn answer_semihosting(&mut self, result: u32) {
        self.cpu.answer_semihosting(result);
    }
}
