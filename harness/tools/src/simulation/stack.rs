//! Whether firmware still has room on its main stack.

use simulator::machine::Machine;

/// A stack pointer that is so little below the stack, in bytes, has come from it. Further away are stacks of other tasks.
const BELOW: u32 = 0x1_0000;
/// The stack pointer's number.
const SP: usize = 2;

/// How many bytes the stack pointer is below `end`, the lowest address of the main stack
/// ([`Firmware::main_stack`](simulator::image::Firmware)), if it has left the stack there. Stacks of other tasks are not looked
/// at, but one that lies within 64 KB below the main stack is taken for its overflow.
pub fn overflow(machine: &Machine, end: u32) -> Option<u32> {
    let sp = machine.cpu().x(SP);
    end.checked_sub(sp).filter(|below| (1..=BELOW).contains(below))
}
