//! The way into blocks that have machine code.

use crate::cpu::Leave;
use crate::cpu::core::Core;
use crate::mem::{Bus, Memory};
use crate::raw::native::Exit;
use crate::raw::slot::Ip;

/// The place of a block's first operation.
const FIRST: usize = 1;

/// Put in the place of the first operation of a block that has machine code.
pub(in crate::cpu) fn native(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    // The interpreter notes what branches compare.
    let Some(gate) = core.cache.gate().filter(|_| !core.edges.as_ref().is_some_and(|edges| edges.compares())) else {
        return interpret(core, mem, bus, ip);
    };
    match gate.enter(core, &mut mem.tlb, ip) {
        Exit::At(ip) => {
            core.cache.note_miss(ip.block());
            interpret(core, mem, bus, ip)
        }
        Exit::ByLink(link) => core.follow(mem, bus, link),
        Exit::ToPc => Leave::Pc,
    }
}

/// Executes an operation as if there were no machine code, and goes on.
pub(in crate::cpu) fn interpret(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    match core.cache.block(ip.block()).original.filter(|_| ip.index() == FIRST) {
        Some(original) => original(core, mem, bus, ip),
        None => ip.dispatch(core, mem, bus),
    }
}
