//! Espressif's mask ROM of the ESP32-C3: where it is found, and whether a file is one.
//!
//! The ROM is Espressif's and is never part of this program. Espressif publishes it as ELF files under the Apache License 2.0
//! (`esp-rom-elfs`), which ESP-IDF, PlatformIO and espflash bring along; [`find`] looks where they put it. With it the simulated chip
//! starts as silicon does, and runs firmware of any framework; without it the simulator performs the few functions itself that
//! esp-hal calls.
//!
//! An ELF file of the ROM has no usable program headers for the variables that the ROM copies into RAM when it starts: they are
//! sections at addresses of RAM, and a table in the ROM says from where they are copied. [`Rom::read`] puts them back there.

mod elf;
mod error;
mod find;
mod image;
mod known;

pub use error::RomError;
pub use find::{Found, Place, VARIABLE, Wanted, find, places};
pub use image::{Function, Rom};
pub use known::Revision;
