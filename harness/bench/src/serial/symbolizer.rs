//! Addresses in what a dying firmware prints, turned into functions and lines by its ELF.

use std::sync::{Mutex, PoisonError};

use crate::debug_info::{DebugInfo, DebugInfoError};

/// The functions of a firmware, to name addresses with. For all threads.
pub struct Symbolizer(Mutex<DebugInfo>);

impl Symbolizer {
    /// Reads an ELF file.
    ///
    /// # Errors
    /// It is none, or damaged.
    pub fn new(elf: &[u8]) -> Result<Self, DebugInfoError> {
        Ok(Self(Mutex::new(DebugInfo::parse(elf)?)))
    }

    /// The functions at each address of code in a line, the innermost first: `0x42001234 light::main at src/main.rs:12`.
    pub fn calls(&self, line: &str) -> Vec<String> {
        // Reading does not change it.
        let debug = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut calls = Vec::new();
        for address in addresses(line).filter(|address| debug.is_code(*address)) {
            let source = debug.source(address);
            let Some((innermost, outer)) = source.split_first() else { continue };
            calls.push(format!("{address:#010x} {innermost}"));
            calls.extend(outer.iter().map(|frame| format!("           inlined in {frame}")));
        }
        calls
    }
}

impl std::fmt::Debug for Symbolizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Symbolizer")
    }
}

/// All `0x` and eight hexadecimal digits in a line.
fn addresses(line: &str) -> impl Iterator<Item = u32> + '_ {
    line.match_indices("0x").filter_map(|(at, _)| {
        let digits = line.get(at + 2..at + 10)?;
        let ends = !line[at + 10..].starts_with(|c: char| c.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| ends)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_eight_digits() {
        let line = "E (12) panic: at 0x42001234, ra=0x4200ABCD 0x123 0x4200123456 0x";
        assert_eq!(addresses(line).collect::<Vec<_>>(), [0x4200_1234, 0x4200_ABCD]);
        assert_eq!(addresses("MEPC: 0x42é00000").count(), 0);
    }
}
