//! [`Processor`]: all that a machine asks of a core, whatever its instructions are.

use crate::cpu::{Cpu, CpuSnapshot, Stop};
use crate::mem::{Bus, Memory};
use std::fmt::Debug;

/// A core. One core belongs to one [`Memory`]: both are snapshot, restored and used together.
pub trait Processor: Debug {
    /// Its state at one moment.
    type Snapshot: Debug;

    /// Executes until cycle `until`, or until something is to be done outside.
    fn run(&mut self, memory: &mut Memory, bus: &mut dyn Bus, until: u64) -> Stop;

    /// Executes one instruction, or goes to the handler of an interrupt that is due.
    fn step(&mut self, memory: &mut Memory, bus: &mut dyn Bus) -> Stop;

    /// The count of cycles since the core was made, those in which it waited included.
    fn cycle(&self) -> u64;

    /// The address of the next instruction.
    fn pc(&self) -> u32;

    /// Whether the core waits for an interrupt.
    fn is_waiting(&self) -> bool;

    /// Where the function returns to that the core has just called.
    fn caller(&self) -> u32;

    /// Lets time pass without executing anything, up to cycle `until`.
    fn sleep_until(&mut self, until: u64);

    /// Goes on after [`Stop::Semihosting`] with this result.
    fn answer_semihosting(&mut self, result: u32);

    /// Remembers the present state.
    fn snapshot(&self) -> Self::Snapshot;

    /// Returns to a state of this core. The memory must be restored with it.
    fn restore(&mut self, snapshot: &Self::Snapshot);

    /// A hash of all that [`snapshot`](Self::snapshot) remembers: equal for equal states.
    fn hash(&self) -> u64;
}

/// The return address of RISC-V's calling convention.
const RA: usize = 1;

impl Processor for Cpu {
    type Snapshot = CpuSnapshot;

    fn run(&mut self, memory: &mut Memory, bus: &mut dyn Bus, until: u64) -> Stop {
        self.run(memory, bus, until)
    }

    fn step(&mut self, memory: &mut Memory, bus: &mut dyn Bus) -> Stop {
        self.step(memory, bus)
    }

    fn cycle(&self) -> u64 {
        self.cycle()
    }

    fn pc(&self) -> u32 {
        self.pc()
    }

    fn is_waiting(&self) -> bool {
        self.is_waiting()
    }

    fn caller(&self) -> u32 {
        self.x(RA)
    }

    fn sleep_until(&mut self, until: u64) {
        self.sleep_until(until);
    }

    fn answer_semihosting(&mut self, result: u32) {
        self.answer_semihosting(result);
    }

    fn snapshot(&self) -> CpuSnapshot {
        self.snapshot()
    }

    fn restore(&mut self, snapshot: &CpuSnapshot) {
        self.restore(snapshot);
    }

    fn hash(&self) -> u64 {
        self.hash()
    }
}
