//! Where the main stack is, from the linker's symbols.

use object::read::elf::ElfFile32;
use object::{Endianness, Object as _, ObjectSymbol as _};
use std::ops::Range;

/// The main stack of a program: from `_stack_end`, its lowest address, to `_stack_start`, as esp-hal's linker scripts have
/// them. Nothing of a file that is no ELF file, was stripped, or comes from a linker script without them, as ESP-IDF's.
pub fn main_stack(elf: &[u8]) -> Option<Range<u32>> {
    let file = ElfFile32::<Endianness>::parse(elf).ok()?;
    let address = |name| u32::try_from(file.symbol_by_name(name)?.address()).ok();
    let stack = address("_stack_end")?..address("_stack_start")?;
    (!stack.is_empty()).then_some(stack)
}
