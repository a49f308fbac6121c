//! Why the CPU stopped.

/// What [`Cpu::run`](super::Cpu::run) came back with. Each can be followed by another `run`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Stop {
    /// The cycle that `run` was asked for is reached: no instruction has started in it or later.
    Until,
    /// The core waits for an interrupt and none is pending. The instruction is done and `pc` is after it; `run` goes
    /// on when [`Bus::interrupt`](crate::mem::Bus::interrupt) names a line. Time may be moved in between with
    /// [`Cpu::sleep_until`](super::Cpu::sleep_until).
    Wfi,
    /// Control has reached the mask ROM, of which there is no image: the function at this address is to be performed
    /// from outside, and left with [`Cpu::return_from_call`](super::Cpu::return_from_call).
    RomCall(u32),
    /// The semihosting sequence; `a0` holds the operation, `a1` its argument. To be answered with
    /// [`Cpu::answer_semihosting`](super::Cpu::answer_semihosting).
    Semihosting,
    /// `pc` is at a breakpoint set with [`Cpu::set_breakpoint`](super::Cpu::set_breakpoint). The next `run` passes it.
    Breakpoint,
    /// A jump to itself with interrupts off: nothing but a reset can change that.
    Halted,
    /// A peripheral asked for it with [`Access::end_slice`](crate::mem::Access::end_slice); the access is done.
    SliceEnd,
    /// Exceptions follow each other without one instruction being retired: the trap handler itself faults.
    ExceptionStorm(StormReport),
}

/// The exception that keeps repeating.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct StormReport {
    /// Its name: `IllegalInstruction`.
    pub exception: &'static str,
    /// The instruction that raises it.
    pub pc: u32,
    /// The value that goes to `mtval`.
    pub value: u32,
}
