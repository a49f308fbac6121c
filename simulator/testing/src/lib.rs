//! What tests of the simulator and of the harness share: an assembler, small programs with debug
//! information, and firmware images. Not for anything that is shipped.
#![expect(missing_docs, reason = "instructions and registers have the names of the manual")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

pub mod asm;
#[cfg(feature = "programs")]
pub mod elf;
#[cfg(feature = "images")]
pub mod image;
#[cfg(feature = "programs")]
pub mod program;
