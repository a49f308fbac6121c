//! The mask ROM's functions, performed by the simulator itself, so that nobody needs Espressif's ROM image. Not the
//! ROM's code: what a function leaves in registers and memory, and about how long it takes.
//!
//! Addresses and names are those of ESP-IDF's `esp32c3.rom*.ld`. A function that is missing here stops the machine and is
//! named; a ROM image, given to [`Machine::load_rom`](crate::machine::Machine::load_rom), is executed for those that are missing.

mod cache;
mod call;
mod console;
mod crc;
mod flash;
mod float;
pub(crate) mod handover;
mod integer;
mod md5;
mod names;
mod strings;
mod system;
mod table;
mod xts;

pub(crate) use call::{Call, Fault, Outcome, RomState};
pub(crate) use names::name;
pub(crate) use system::start_wait;
pub(crate) use table::find;
