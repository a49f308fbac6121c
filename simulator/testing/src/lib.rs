//! What tests of the simulator and of the harness share: an [assembler](asm), [small programs](program) with
//! [debug information](elf), and [firmware images](image). Not for anything that is shipped.
#![expect(missing_docs, reason = "instructions and registers have the names of the manual")]

pub mod asm;
pub mod elf;
pub mod image;
pub mod program;
