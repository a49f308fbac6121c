//! What tests of all packages share: [tools](tool) by others and [processes](process); and, with the feature `simulator`, an
//! assembler (`asm`), small programs (`program`, `console_program`) with debug information (`elf`), and firmware images (`image`). Not for
//! anything that is shipped.
#![cfg_attr(
    feature = "simulator",
    expect(missing_docs, reason = "instructions and registers have the names of the manual")
)]

#[cfg(feature = "simulator")]
pub mod asm;
#[cfg(feature = "simulator")]
pub mod console_program;
#[cfg(feature = "simulator")]
pub mod elf;
#[cfg(feature = "simulator")]
pub mod image;
pub mod process;
#[cfg(feature = "simulator")]
pub mod program;
pub mod tool;
