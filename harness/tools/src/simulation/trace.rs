//! Every executed instruction as a line of text: cycle, address, function, instruction, and the registers that it changed.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::ops::Range;

use simulator::cpu::{CsrNumber, disassemble};
use simulator::machine::{Exit, Machine};
use simulator::mem::{ROM, Width};
use simulator::time::Instant;

use hil_bench::debug_info::DebugInfo;

const INTERRUPT: u32 = 1 << 31;
const NAMES: [&str; 32] = [
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2",
    "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
];

/// Writes a trace of the instructions within a span of simulated time.
pub struct Trace {
    to: Box<dyn Write>,
    span: Range<Instant>,
    line: String,
    /// The function that was last looked up.
    function: (Range<u32>, String),
}

impl Trace {
    /// A trace of what starts within `span`.
    pub fn new(to: Box<dyn Write>, span: Range<Instant>) -> Self {
        Self { to, span, line: String::new(), function: (0..0, String::new()) }
    }

    /// The simulated time that is traced.
    pub fn span(&self) -> &Range<Instant> {
        &self.span
    }

    /// Lets the machine take one step, and writes what it was.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn step(&mut self, machine: &mut Machine, debug: &DebugInfo, until: Instant) -> io::Result<Exit> {
        let cpu = machine.cpu();
        let (pc, cycle, retired) = (cpu.pc(), cpu.cycle(), cpu.instret());
        let before: [u32; 32] = std::array::from_fn(|register| cpu.x(register));
        let word = word_at(machine, pc);
        let exit = machine.step(until);
        let cpu = machine.cpu();
        let is_executed = cpu.instret() != retired;
        if !is_executed && cpu.pc() == pc {
            return Ok(exit);
        }
        let cause = cpu.csr(CsrNumber::MCAUSE).unwrap_or(0);
        let is_trap = !is_executed && !ROM.contains(&pc) && cpu.csr(CsrNumber::MEPC) == Some(pc);
        if is_trap && cause & INTERRUPT != 0 {
            // The core may have waited for it.
            writeln!(self.to, "{:>12} {pc:08x} -- interrupt {}", cpu.cycle(), cause & !INTERRUPT)?;
            return Ok(exit);
        }
        self.line.clear();
        self.look_up(debug, pc);
        let (range, name) = &self.function;
        let place = if name.is_empty() { "?".to_owned() } else { format!("{name}+{:#x}", pc - range.start) };
        // Writing to a String cannot fail.
        let _ = write!(self.line, "{cycle:>12} {pc:08x} {place} ");
        if ROM.contains(&pc) && word.is_none() {
            self.line.push_str("-- ROM function");
        } else {
            let word = word.unwrap_or(0);
            let (text, bytes) = disassemble(word, pc);
            let _ = match bytes {
                2 => write!(self.line, "[{:04x}] {text}", word & 0xFFFF),
                _ => write!(self.line, "[{word:08x}] {text}"),
            };
        }
        for (register, old) in before.iter().enumerate() {
            let new = cpu.x(register);
            if new != *old {
                let _ = write!(self.line, "  {}={new:08x}", NAMES[register]);
            }
        }
        if is_trap {
            let _ = write!(self.line, "  -- exception {cause}");
        }
        writeln!(self.to, "{}", self.line)?;
        Ok(exit)
    }

    /// Makes `function` that of the code at this address.
    fn look_up(&mut self, debug: &DebugInfo, pc: u32) {
        if !self.function.0.contains(&pc) {
            self.function = match debug.symbols().at(pc) {
                Some(symbol) => (symbol.address..symbol.address.saturating_add(symbol.size), symbol.to_string()),
                None => (pc..pc + 1, String::new()),
            };
        }
    }

    /// Hands over what is still in buffers.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The four bytes at `pc`, or the two that there are.
fn word_at(machine: &Machine, pc: u32) -> Option<u32> {
    let memory = machine.memory();
    memory.read(pc, Width::Word).or_else(|_| memory.read(pc, Width::Half)).ok()
}
