//! Names of the mask ROM's functions, also of those that are not here, for error messages.
//!
//! `names.txt` was made from the linker scripts in the crate `esp-rom-sys` 0.1.5 (<https://crates.io/crates/esp-rom-sys>,
//! MIT OR Apache-2.0), which are those of ESP-IDF.

use crate::map::ROM;

const NAMES: &str = include_str!("names.txt");

/// The name of the function at an address, if there is one.
pub(crate) fn name(address: u32) -> Option<&'static str> {
    let offset = address.checked_sub(ROM.start).filter(|offset| *offset <= 0xFFFF)?;
    let entries = NAMES.lines().filter_map(|line| line.split_once(' '));
    entries.filter(|(at, _)| u32::from_str_radix(at, 16) == Ok(offset)).map(|(_, name)| name).next()
}
