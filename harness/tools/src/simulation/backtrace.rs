//! Who called whom: a machine's stack as functions and source lines.

use std::fmt;

use simulator::machine::Machine;

use super::unwind;
use hil_bench::debug_info::{DebugInfo, SourceFrame};

/// How the caller of a function was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// It is where the core is.
    Here,
    /// By the compiler's unwind tables (`.debug_frame`).
    Tables,
    /// By the chain of frame pointers.
    FramePointer,
    /// By `mepc`: it was interrupted by what comes before it.
    Interrupted,
    /// A word on the stack that looks like a return address. It may be left over from earlier.
    Stack,
}

/// One call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// The address of the next instruction of the first; of the others, where it will be returned to.
    pub address: u32,
    /// How it was found.
    pub found: Found,
    /// The functions of the source there, the innermost first.
    pub source: Vec<SourceFrame>,
}

/// The calls that are under way, the innermost first. Prints with a line for each function of the source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Backtrace {
    /// The calls.
    pub calls: Vec<Call>,
}

impl Backtrace {
    /// The calls under way in the machine. At most 64; a damaged stack ends it early.
    pub fn of(machine: &Machine, debug: &DebugInfo) -> Self {
        let call = |(address, found): (u32, Found)| {
            // A call can be the last instruction of a function: what it returns to is the next one.
            let within = if matches!(found, Found::Here | Found::Interrupted) { address } else { address - 1 };
            Call { address, found, source: debug.source(within) }
        };
        Self { calls: unwind::unwind(machine, debug).into_iter().map(call).collect() }
    }
}

impl fmt::Display for Backtrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Call { address, found, source }) in self.calls.iter().enumerate() {
            let note = match found {
                Found::Here | Found::Tables | Found::FramePointer => "",
                Found::Interrupted => " (interrupted)",
                Found::Stack => " (perhaps: found on the stack)",
            };
            write!(f, "{index:4}: {address:#010x}")?;
            match source.split_first() {
                None => writeln!(f, " ?{note}")?,
                Some((innermost, outer)) => {
                    writeln!(f, " {innermost}{note}")?;
                    for frame in outer {
                        writeln!(f, "      inlined in {frame}")?;
                    }
                }
            }
        }
        Ok(())
    }
}
