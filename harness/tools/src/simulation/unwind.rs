//! From the core's registers to the callers: by the compiler's tables, else by frame pointers, else by looking at the
//! stack for what may be return addresses.

use gimli::{BaseAddresses, CfaRule, Register, RegisterRule, UnwindContext, UnwindSection as _};
use simulator::cpu::CsrNumber;
use simulator::machine::Machine;
use simulator::mem::{DRAM, Width};

use super::backtrace::Found;
use hil_bench::debug_info::DebugInfo;

const MOST_CALLS: usize = 64;
/// Words that are looked at where nothing else helps.
const MOST_WORDS: u32 = 512;
const MOST_GUESSES: usize = 16;
const RA: usize = 1;
const SP: usize = 2;
const S0: usize = 8;

/// Registers as they were in a function; `None` where that is not known.
#[derive(Clone)]
struct Frame {
    pc: u32,
    x: [Option<u32>; 32],
}

/// Addresses of the calls under way, the innermost first.
pub(super) fn unwind(machine: &Machine, debug: &DebugInfo) -> Vec<(u32, Found)> {
    let cpu = machine.cpu();
    let mut frame = Frame { pc: cpu.pc(), x: std::array::from_fn(|register| Some(cpu.x(register))) };
    let unwinder = Unwinder { machine, debug };
    let mut calls = vec![(frame.pc, Found::Here)];
    let mut was_interrupted = false;
    while calls.len() < MOST_CALLS {
        let is_exact = matches!(calls.last(), Some((_, Found::Here | Found::Interrupted)));
        // riscv-rt's and esp-hal's assembly: `_pre_default_start_trap_ret`, `_continue_interrupt_trap`.
        let is_trap = |name: String| name.contains("_trap") && !name.contains("rust");
        let next = if !was_interrupted && debug.function(frame.pc).is_some_and(is_trap) {
            was_interrupted = true;
            unwinder.interrupted(&frame)
        } else {
            unwinder.by_tables(&frame, is_exact).or_else(|| unwinder.by_frame_pointer(&frame))
        };
        match next {
            // Where a jump went astray there is no code, but a way back. What called `main` returns nowhere.
            Some((caller, found)) if found == Found::Interrupted || returns_to_code(debug, caller.pc) => {
                calls.push((caller.pc, found));
                frame = caller;
            }
            Some(_) => break,
            None => {
                calls.extend(unwinder.on_stack(&frame));
                break;
            }
        }
    }
    calls
}

/// Whether a call can return here. What never returns can be called by the last instruction of a function.
fn returns_to_code(debug: &DebugInfo, address: u32) -> bool {
    debug.is_code(address.wrapping_sub(2))
}

struct Unwinder<'a> {
    machine: &'a Machine,
    debug: &'a DebugInfo,
}

impl Unwinder<'_> {
    fn word(&self, address: u32) -> Option<u32> {
        self.machine.memory().read(address, Width::Word).ok()
    }

    fn by_tables(&self, frame: &Frame, is_exact: bool) -> Option<(Frame, Found)> {
        let tables = self.debug.frames.as_ref()?;
        // What is returned to may be in the next function already.
        let within = if is_exact { frame.pc } else { frame.pc.wrapping_sub(1) };
        let mut context = UnwindContext::new();
        let bases = BaseAddresses::default();
        let get_cie = gimli::DebugFrame::cie_from_offset;
        let row = tables.unwind_info_for_address(&bases, &mut context, within.into(), get_cie).ok()?;
        let CfaRule::RegisterAndOffset { register, offset } = *row.cfa() else { return None };
        let cfa = frame.x.get(usize::from(register.0)).copied().flatten()?.wrapping_add(offset as u32);
        let mut caller = frame.clone();
        let mut is_saved = false;
        for number in 1..32 {
            match row.register(Register(number)) {
                None | Some(RegisterRule::SameValue | RegisterRule::Undefined) => {}
                Some(RegisterRule::Offset(offset)) => {
                    caller.x[usize::from(number)] = self.word(cfa.wrapping_add(offset as u32));
                    is_saved |= usize::from(number) == RA;
                }
                Some(_) => caller.x[usize::from(number)] = None,
            }
        }
        // Only the innermost function may still have its return address in a register.
        if !is_saved && !is_exact {
            return None;
        }
        caller.pc = caller.x[RA]?;
        caller.x[SP] = Some(cfa);
        Some((caller, Found::Tables))
    }

    /// The frame that `-C force-frame-pointers` builds: `s0` is the stack pointer of the caller; below it are the return
    /// address and the caller's own `s0`.
    fn by_frame_pointer(&self, frame: &Frame) -> Option<(Frame, Found)> {
        let pointer = frame.x[S0].filter(|pointer| DRAM.contains(pointer) && pointer.is_multiple_of(4))?;
        // Stacks grow down.
        if frame.x[SP].is_some_and(|sp| pointer <= sp) {
            return None;
        }
        let (ra, s0) = (self.word(pointer - 4)?, self.word(pointer - 8)?);
        if !returns_to_code(self.debug, ra) {
            return None;
        }
        let mut caller = Frame { pc: ra, x: [None; 32] };
        caller.x[SP] = Some(pointer);
        caller.x[S0] = Some(s0);
        Some((caller, Found::FramePointer))
    }

    /// What the trap handler interrupted. Its assembly has no tables, but leaves `s0` alone.
    fn interrupted(&self, frame: &Frame) -> Option<(Frame, Found)> {
        let mut interrupted = Frame { pc: self.machine.cpu().csr(CsrNumber::MEPC)?, x: [None; 32] };
        interrupted.x[S0] = frame.x[S0];
        Some((interrupted, Found::Interrupted))
    }

    /// Words on the stack that follow a call in the code.
    fn on_stack(&self, frame: &Frame) -> Vec<(u32, Found)> {
        let Some(sp) = frame.x[SP].or(frame.x[S0]).filter(|sp| DRAM.contains(sp)) else { return Vec::new() };
        let words = (0..MOST_WORDS).map_while(|index| self.word((sp & !3).wrapping_add(4 * index)));
        words.filter(|word| self.is_return_address(*word)).take(MOST_GUESSES).map(|it| (it, Found::Stack)).collect()
    }

    fn is_return_address(&self, address: u32) -> bool {
        if !address.is_multiple_of(2) || !returns_to_code(self.debug, address) {
            return false;
        }
        let half = |address| self.machine.memory().read(address, Width::Half).unwrap_or(0);
        let long = half(address - 4);
        // jal ra, jalr ra, c.jal, c.jalr.
        let is_call = long & 0xFFF == 0x0EF || long & 0xFFF == 0x0E7;
        let short = half(address - 2);
        is_call || short & 0xE003 == 0x2001 || (short & 0xF07F == 0x9002 && short & 0xF80 != 0)
    }
}
