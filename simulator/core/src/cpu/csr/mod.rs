//! Control and status registers: which exist, who may use them, and what reading and writing does.
//!
//! The set is that of the ESP32-C3 Technical Reference Manual, chapter 1 "ESP-RISC-V CPU", table "CSRs". Every other
//! number raises an illegal instruction exception, `mcycle` and `minstret` among them: the chip counts in `mpccr`.

mod access;
mod counter;
pub(super) mod mstatus;
mod number;
mod open;
mod pmp;
mod registers;
mod trigger;

pub use number::CsrNumber;
pub use pmp::Pmp;
pub use trigger::Trigger;

pub(super) use access::Effect;
pub(super) use counter::Totals;
pub(super) use pmp::Kind;
pub(super) use registers::Csrs;
