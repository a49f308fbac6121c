//! Functions and source lines by address, from an ELF file's symbol table and DWARF.

use std::fmt;
use std::sync::Arc;

use gimli::{EndianArcSlice, LittleEndian, Section as _};
use object::{Object as _, ObjectSection as _};
use simulator::image::{SymbolKind, Symbols, SymbolsError};
use simulator::mem::{FLASH_CODE, IRAM, ROM, RTC_FAST};

pub(super) type Reader = EndianArcSlice<LittleEndian>;

/// Debug information that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DebugInfoError {
    /// The symbol table.
    #[error(transparent)]
    Symbols(#[from] SymbolsError),
    /// The file as a whole, or one of its sections.
    #[error("the ELF file's sections cannot be read")]
    Sections(#[from] object::Error),
    /// The DWARF in it.
    #[error("the ELF file's debug information (DWARF) cannot be read")]
    Dwarf(#[from] gimli::Error),
}

/// What an ELF file says about its code. Without one, or of one that was stripped, there is simply nothing to find.
#[derive(Default)]
pub struct DebugInfo {
    symbols: Symbols,
    lines: Option<addr2line::Context<Reader>>,
    /// How frames are unwound (`.debug_frame`), if it says so.
    pub frames: Option<gimli::DebugFrame<Reader>>,
}

/// A function of the source at an address. Several have one address where functions were inlined.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceFrame {
    /// Its name; `None` if there is only a line.
    pub function: Option<String>,
    /// File, as short as it is still clear: relative to the current folder, or beginning with the crate's name.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Whether it was inlined into the one after it.
    pub is_inlined: bool,
}

/// The code of one source line, or a part of it.
pub struct CodeOfLine<'a> {
    /// Where it begins.
    pub address: u32,
    /// Its length.
    pub bytes: u32,
    /// The source file, as the compiler names it.
    pub file: &'a str,
    /// The line, from 1.
    pub line: u32,
}

impl DebugInfo {
    /// Reads an ELF file.
    ///
    /// # Errors
    /// [`DebugInfoError`] if it is none, or damaged.
    pub fn parse(elf: &[u8]) -> Result<Self, DebugInfoError> {
        let symbols = Symbols::parse(elf)?;
        let file = object::read::elf::ElfFile32::<object::LittleEndian>::parse(elf)?;
        let load = |id: gimli::SectionId| -> Result<Reader, DebugInfoError> {
            let section = file.section_by_name(id.name());
            let data = section.map(|section| section.data()).transpose()?.unwrap_or_default();
            Ok(EndianArcSlice::new(Arc::from(data), LittleEndian))
        };
        let lines = addr2line::Context::from_dwarf(gimli::Dwarf::load(load)?)?;
        let mut frames = gimli::DebugFrame::from(load(gimli::DebugFrame::<Reader>::id())?);
        frames.set_address_size(4);
        Ok(Self { symbols, lines: Some(lines), frames: Some(frames) })
    }

    /// The names in the symbol table.
    pub fn symbols(&self) -> &Symbols {
        &self.symbols
    }

    /// Whether code can be at this address: a function of the symbol table, the mask ROM, of which an ELF file names only
    /// beginnings, or, without a symbol table, memory for code.
    pub fn is_code(&self, address: u32) -> bool {
        if !is_in_memory(address) {
            return false;
        }
        let is_function = |symbol: simulator::image::Symbol<'_>| symbol.kind == SymbolKind::Function;
        self.symbols.is_empty() || ROM.contains(&address) || self.symbols.at(address).is_some_and(is_function)
    }

    /// The function that has the code at this address, in the binary, with the offset: `main+0x12`.
    pub fn function(&self, address: u32) -> Option<String> {
        let symbol = self.symbols.at(address).filter(|symbol| symbol.kind == SymbolKind::Function)?;
        Some(match address - symbol.address {
            0 => symbol.to_string(),
            offset => format!("{symbol}+{offset:#x}"),
        })
    }

    /// The functions of the source at this address, the innermost first. Empty if nothing is known.
    pub fn source(&self, address: u32) -> Vec<SourceFrame> {
        if !is_in_memory(address) {
            return Vec::new();
        }
        let mut found = self.inlined(address).unwrap_or_default();
        let last = found.len().saturating_sub(1);
        found.iter_mut().enumerate().for_each(|(index, frame)| frame.is_inlined = index < last);
        let symbol = self.symbols.at(address).filter(|symbol| symbol.kind == SymbolKind::Function);
        if let Some(symbol) = symbol {
            match found.last_mut() {
                // Of the outermost function the symbol table knows the whole path.
                Some(outermost) => outermost.function = Some(symbol.to_string()),
                None => {
                    let function = Some(symbol.to_string());
                    found.push(SourceFrame { function, file: None, line: None, is_inlined: false });
                }
            }
        }
        found
    }

    fn inlined(&self, address: u32) -> Option<Vec<SourceFrame>> {
        let mut frames = self.lines.as_ref()?.find_frames(address.into()).skip_all_loads().ok()?;
        let mut found = Vec::new();
        while let Ok(Some(frame)) = frames.next() {
            let function = frame.function.and_then(|name| Some(name.demangle().ok()?.into_owned()));
            let (file, line) = frame.location.map_or((None, None), |at| (at.file.map(short_path), at.line));
            if function.is_some() || file.is_some() {
                found.push(SourceFrame { function, file, line, is_inlined: false });
            }
        }
        Some(found)
    }

    /// All code that has a line, in the order of addresses within each unit.
    pub fn code_of_lines(&self) -> Result<impl Iterator<Item = CodeOfLine<'_>>, gimli::Error> {
        let all = self.lines.as_ref().map(|lines| lines.find_location_range(0, u64::from(u32::MAX))).transpose()?;
        Ok(all.into_iter().flatten().filter_map(|(address, bytes, location)| {
            let (address, bytes) = (u32::try_from(address).ok()?, u32::try_from(bytes).ok()?);
            let line = location.line.filter(|line| *line > 0 && is_in_memory(address))?;
            Some(CodeOfLine { address, bytes, file: location.file?, line })
        }))
    }

    /// The line that an address belongs to, with the file as the compiler knew it.
    pub fn line(&self, address: u32) -> Option<(&str, u32)> {
        let location = self.lines.as_ref()?.find_location(address.into()).ok()??;
        Some((location.file?, location.line?))
    }
}

impl fmt::Debug for DebugInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DebugInfo").field("symbols", &self.symbols).finish_non_exhaustive()
    }
}

impl fmt::Display for SourceFrame {
    /// `light::main at src/main.rs:12`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.function.as_deref().unwrap_or("?"))?;
        if let Some(file) = &self.file {
            write!(f, " at {file}")?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
            }
        }
        Ok(())
    }
}

/// Whether code can be at this address. Functions that the linker has left out keep their lines, at address 0.
fn is_in_memory(address: u32) -> bool {
    [IRAM, FLASH_CODE, ROM, RTC_FAST].iter().any(|memory| memory.contains(&address))
}

/// A path without what says nothing: the current folder, cargo's registry, the standard library's place.
pub(super) fn short_path(path: &str) -> String {
    if let Ok(here) = std::env::current_dir()
        && let Ok(inside) = std::path::Path::new(path).strip_prefix(here)
    {
        return inside.display().to_string();
    }
    let after = |marker: &str, folders: usize| {
        let (_, rest) = path.split_once(marker)?;
        rest.splitn(folders + 1, '/').nth(folders)
    };
    after("/registry/src/", 1)
        .or_else(|| after("/rustc/", 2))
        .or_else(|| after("/rustlib/src/rust/library/", 0))
        .unwrap_or(path)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::short_path;

    #[test]
    fn a_path_begins_with_the_crate() {
        let long = "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/esp-hal-1.2.0/src/gpio.rs";
        assert_eq!(short_path(long), "esp-hal-1.2.0/src/gpio.rs");
        let core = "/rustc/59807616e1e6c0d0d3e2f4a5/library/core/src/panicking.rs";
        assert_eq!(short_path(core), "core/src/panicking.rs");
        assert_eq!(short_path("/elsewhere/main.rs"), "/elsewhere/main.rs");
    }
}
