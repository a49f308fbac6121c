//! gdb's remote protocol, by the crate gdbstub: registers, memory, breakpoints, watchpoints, single steps.
//!
//! A debugger here sees more than one on a chip, and disturbs nothing: simulated time stands still while it looks, there
//! are as many breakpoints as it likes, in flash too, and peripherals are not read, because that can change them.

mod debugger;
mod description;
mod extended;
mod memory;
mod resume;
mod server;
mod visitors;

pub use server::{Detached, GdbError, Server};
