//! [`Cpu`]: the face of the core to the rest of the machine.

use super::core::{Core, CoreConfig};
use super::csr::{CsrNumber, Totals};
use super::native::CompileError;
use super::run;
use super::stop::Stop;
use crate::mem::{Bus, Memory, NoBus};

const RA: usize = 1;
const A0: usize = 10;

/// One core. It owns its registers and what it has predecoded; memory and peripherals are lent to it.
///
/// One core belongs to one [`Memory`]: both must be snapshot, restored and used together.
pub struct Cpu {
    pub(super) core: Box<Core>,
}

impl std::fmt::Debug for Cpu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (pc, cycle) = (self.pc(), self.cycle());
        f.debug_struct("Cpu").field("pc", &pc).field("cycle", &cycle).field("x", &&self.core.x[..32]).finish()
    }
}

impl Cpu {
    /// A core after reset: machine mode, interrupts off, all registers zero, `pc` at the reset vector.
    pub fn new(config: CoreConfig) -> Self {
        Self { core: Box::new(Core::new(config)) }
    }

    /// Resets the core, but not its count of cycles and instructions, nor breakpoints, nor what it has executed.
    pub fn reset(&mut self) {
        let (now, instret) = (self.core.now(), self.core.instret);
        let breakpoints = std::mem::take(&mut self.core.breakpoints);
        let (coverage, edges, compiles) = (self.core.coverage.take(), self.core.edges.take(), self.core.compiles);
        let mut core = Core::new(self.core.config);
        core.horizon = now;
        core.instret = instret;
        core.breakpoints = breakpoints;
        core.coverage = coverage;
        core.edges = edges;
        core.compiles = compiles;
        core.forget = true;
        *self.core = core;
    }

    /// Executes until cycle `until`, or until something is to be done outside; see [`Stop`].
    ///
    /// An instruction executes if it starts before `until`, so that [`cycle`](Self::cycle) can be past it if the last
    /// one costs more than one cycle.
    pub fn run(&mut self, memory: &mut Memory, bus: &mut dyn Bus, until: u64) -> Stop {
        run::run(&mut self.core, memory, bus, until)
    }

    /// Executes one instruction; or, if an interrupt is due, goes to its handler and executes nothing. The answer is
    /// [`Stop::Until`] if nothing is to be done outside. A breakpoint at `pc` does not stop it.
    pub fn step(&mut self, memory: &mut Memory, bus: &mut dyn Bus) -> Stop {
        run::step(&mut self.core, memory, bus)
    }

    /// The count of cycles since the core was made, those in `wfi` and in ROM functions included.
    pub fn cycle(&self) -> u64 {
        self.core.now()
    }

    /// The count of retired instructions since the core was made.
    pub fn instret(&self) -> u64 {
        self.core.instret
    }

    /// The address of the next instruction.
    pub fn pc(&self) -> u32 {
        self.core.pc
    }

    /// Goes on elsewhere; ends a wait for an interrupt. The lowest bit is dropped.
    pub fn set_pc(&mut self, pc: u32) {
        self.core.pc = pc & !1;
        self.core.resume = None;
        self.core.left_by = None;
        self.core.passing = None;
        self.core.waiting = false;
    }

    /// Register `x0` to `x31`.
    ///
    /// # Panics
    /// If `register` is above 31.
    pub fn x(&self, register: usize) -> u32 {
        assert!(register < 32, "a register of RV32I");
        self.core.x[register]
    }

    /// Sets register `x1` to `x31`; `x0` stays zero.
    ///
    /// # Panics
    /// If `register` is above 31.
    pub fn set_x(&mut self, register: usize, value: u32) {
        assert!(register < 32, "a register of RV32I");
        if register != 0 {
            self.core.x[register] = value;
        }
    }

    /// Whether the core is in user mode.
    pub fn is_user_mode(&self) -> bool {
        self.core.user
    }

    /// Whether the core is in `wfi`.
    pub fn is_waiting(&self) -> bool {
        self.core.waiting
    }

    /// Reads a CSR as machine mode would; `None` if there is none of this number. The dedicated GPIO inputs read as 0.
    pub fn csr(&self, number: CsrNumber) -> Option<u32> {
        self.core.read_csr(number, self.totals(), &mut NoBus)
    }

    /// Writes a CSR as machine mode would. Returns whether there is one of this number.
    pub fn set_csr(&mut self, memory: &mut Memory, bus: &mut dyn Bus, number: CsrNumber, value: u32) -> bool {
        let totals = self.totals();
        let exists = self.core.read_csr(number, totals, bus).is_some();
        if exists {
            self.core.write_csr(number, value, totals, memory, bus);
        }
        exists
    }

    fn totals(&self) -> Totals {
        Totals { cycles: self.cycle(), instructions: self.instret() }
    }

    /// Lets time pass as if the core had been busy, for work that is done outside.
    pub fn spend(&mut self, cycles: u64) {
        self.core.advance(cycles);
    }

    /// Lets time pass in `wfi`, up to cycle `until`. The performance counter takes it as idle.
    pub fn sleep_until(&mut self, until: u64) {
        let cycles = until.saturating_sub(self.cycle());
        self.core.csr.counter.add_idle(cycles);
        self.core.advance(cycles);
    }

    /// Returns to `ra` from a function that was performed outside and took so many cycles; see [`Stop::RomCall`].
    pub fn return_from_call(&mut self, cycles: u64) {
        self.set_pc(self.core.x[RA]);
        self.spend(cycles);
    }

    /// Goes on after the semihosting sequence's `ebreak` with this in `a0`; see [`Stop::Semihosting`].
    pub fn answer_semihosting(&mut self, result: u32) {
        self.core.x[A0] = result;
        self.set_pc(self.core.pc.wrapping_add(4));
        self.spend(self.core.config.costs.system.max(1).into());
        self.core.instret += 1;
    }

    /// Stops the core, for a debugger, before the instruction at this address; see [`Stop::Breakpoint`].
    pub fn set_breakpoint(&mut self, address: u32) {
        self.core.forget |= self.core.breakpoints.insert(address);
    }

    /// Whether there is a breakpoint at this address.
    pub fn has_breakpoint(&self, address: u32) -> bool {
        self.core.breakpoints.contains(&address)
    }

    /// Takes a breakpoint away.
    pub fn clear_breakpoint(&mut self, address: u32) {
        self.core.forget |= self.core.breakpoints.remove(&address);
    }

    /// Begins or ends to prepare for [`compile`](Self::compile); all that was decoded is forgotten either way.
    ///
    /// Costs about 32 bytes for each instruction that is decoded.
    pub fn set_compilation(&mut self, on: bool) {
        self.core.compiles = on;
        self.core.forget = true;
        self.core.attention = true;
    }

    /// Makes machine code of the computer's own of all code that has been executed since
    /// [`set_compilation`](Self::set_compilation), if that is worthwhile: if a sixteenth of it or more has none yet, or none
    /// that fits it. For code that will be executed some thousand times more; it takes about 15 µs for each instruction.
    ///
    /// The firmware sees no difference, nor does anybody else: cycles, counters, edges and all states are the same. Machine
    /// code lasts until some of it is overwritten, or until all code is forgotten (as by breakpoints). Returns whether any
    /// was made.
    ///
    /// # Errors
    /// [`CompileError`] if there is no compiler for this computer, or it gives no memory for code. Everything goes on without.
    pub fn compile(&mut self) -> Result<bool, CompileError> {
        if !self.core.compiles || self.core.forget || !self.core.cache.is_worth_compiling() {
            return Ok(false);
        }
        self.core.cache.compile().map(|()| true)
    }
}
