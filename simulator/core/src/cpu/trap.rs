//! Exceptions, interrupts and the way back; RISC-V privileged specification, section 3.1, and ESP32-C3 Technical
//! Reference Manual, chapter 1, registers `mstatus`, `mcause`, `mtval` and section "Hardware Trigger".

use super::core::{Core, TrapVector};
use super::csr::mstatus;
use super::stop::{Stop, StormReport};

/// What an instruction can raise. Misaligned loads and stores are not among them: the chip performs them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Exception {
    /// Nothing can be fetched from there, or PMP forbids it. `mtval`: the address that could not be fetched.
    InstructionAccessFault = 1,
    /// Not an instruction of this core, or not in this mode. `mtval`: the instruction.
    IllegalInstruction = 2,
    /// `ebreak` or a trigger. `mtval`: the address of the instruction, or the data address of a load or store trigger.
    Breakpoint = 3,
    /// Nothing can be loaded from there, or PMP forbids it. `mtval`: the address.
    LoadAccessFault = 5,
    /// Nothing can be stored there, or PMP forbids it. `mtval`: the address.
    StoreAccessFault = 7,
    /// `ecall` in user mode.
    EnvironmentCallFromUser = 8,
    /// `ecall` in machine mode.
    EnvironmentCallFromMachine = 11,
}

impl Exception {
    /// Its name, as this type has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InstructionAccessFault => "InstructionAccessFault",
            Self::IllegalInstruction => "IllegalInstruction",
            Self::Breakpoint => "Breakpoint",
            Self::LoadAccessFault => "LoadAccessFault",
            Self::StoreAccessFault => "StoreAccessFault",
            Self::EnvironmentCallFromUser => "EnvironmentCallFromUser",
            Self::EnvironmentCallFromMachine => "EnvironmentCallFromMachine",
        }
    }
}

/// An exception with the value for `mtval`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Raised(pub(super) Exception, pub(super) u32);

const INTERRUPT: u32 = 1 << 31;
/// So many exceptions in a row without an instruction in between are a storm.
const STORM: u32 = 8;

impl Core {
    /// Takes an exception raised by the instruction at `pc`, whose cycles have been charged. The answer is a reason to
    /// stop if this goes round in circles.
    pub(super) fn take_exception(&mut self, pc: u32, Raised(exception, value): Raised) -> Option<Stop> {
        self.storm = if self.instret == self.last_exception { self.storm + 1 } else { 1 };
        self.last_exception = self.instret;
        self.enter_trap(pc, exception as u32, value);
        self.pc = self.csr.mtvec & !0xFF;
        if self.config.trap_vector == TrapVector::Any {
            self.pc = self.csr.mtvec & !3;
        }
        if self.storm < STORM {
            return None;
        }
        self.storm = 0;
        Some(Stop::ExceptionStorm(StormReport { exception: exception.name(), pc, value }))
    }

    /// Takes the interrupt of this line before the instruction at `pc`.
    pub(super) fn take_interrupt(&mut self, line: u8) {
        self.enter_trap(self.pc, INTERRUPT | u32::from(line), 0);
        let vectored = self.csr.mtvec & 3 == 1;
        self.pc = match self.config.trap_vector {
            TrapVector::AlwaysVectored => (self.csr.mtvec & !0xFF) + 4 * u32::from(line),
            TrapVector::Any if vectored => (self.csr.mtvec & !3).wrapping_add(4 * u32::from(line)),
            TrapVector::Any => self.csr.mtvec & !3,
        };
    }

    fn enter_trap(&mut self, pc: u32, cause: u32, value: u32) {
        self.resume = None;
        self.waiting = false;
        self.csr.mepc = pc;
        self.csr.mcause = cause;
        self.csr.mtval = value;
        self.csr.mstatus.enter_trap(self.user);
        self.csr.triggers.enter_trap();
        self.set_user(false);
    }

    /// `mret`.
    pub(super) fn return_from_trap(&mut self) {
        self.pc = self.csr.mepc;
        let to = self.csr.mstatus.leave_trap();
        self.csr.triggers.leave_trap();
        self.set_user(to == mstatus::Mode::User);
        self.attention = true;
    }
}
