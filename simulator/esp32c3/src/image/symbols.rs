//! Names of functions and variables, from the symbol table of an ELF file; System V ABI, chapter 4 "Symbol Table".
//! Not for source lines.

use crate::map::ROM;
use object::LittleEndian;
use object::elf::{
    FileHeader32, SHF_EXECINSTR, SHN_ABS, SHN_UNDEF, SHT_SYMTAB, STT_FUNC, STT_NOTYPE, STT_OBJECT, Sym32,
};
use object::read::SectionIndex;
use object::read::elf::{FileHeader, SectionHeader, SectionTable, Sym};
use rustc_demangle::demangle;
use std::fmt;
use std::ops::Range;

/// Why there are no symbols.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, miette::Diagnostic)]
#[error("the symbols of the ELF file cannot be read: {0}")]
#[diagnostic(code(image::symbols), help("only an ELF file has symbols; if this is one, link or copy it again"))]
pub struct SymbolsError(String);

impl From<object::Error> for SymbolsError {
    fn from(error: object::Error) -> Self {
        Self(error.to_string())
    }
}

/// What a symbol names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SymbolKind {
    /// Code, and whatever the linker script names in the mask ROM.
    Function,
    /// Data.
    Object,
}

struct Entry {
    address: u32,
    size: u32,
    /// Whether the size is in the file.
    is_sized: bool,
    name: Range<u32>,
    kind: SymbolKind,
}

/// The functions and variables of a program. Holds its names, about a twentieth of an ELF file with debug information,
/// and nothing else of the file; made only if someone asks, because [`Firmware`](super::Firmware) does without.
#[derive(Default)]
pub struct Symbols {
    /// By address.
    entries: Vec<Entry>,
    names: String,
}

/// A function or a variable. Prints as its name in the source, without the hash that tells instances apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Symbol<'a> {
    /// Address of its first byte.
    pub address: u32,
    /// Bytes. If the file does not say, as for assembly, those up to the next symbol.
    pub size: u32,
    /// Code or data.
    pub kind: SymbolKind,
    /// Its name as the linker knows it.
    pub linker_name: &'a str,
}

impl Symbols {
    /// Reads the symbol table. A file that was stripped has none, which is no error.
    ///
    /// # Errors
    /// [`SymbolsError`] if this is no ELF file, or a damaged one.
    pub fn parse(elf: &[u8]) -> Result<Self, SymbolsError> {
        let header = FileHeader32::<LittleEndian>::parse(elf)?;
        let endian = header.endian()?;
        let sections = header.sections(endian, elf)?;
        let table = sections.symbols(endian, elf, SHT_SYMTAB)?;
        let mut symbols = Self::default();
        let mut entries = Vec::new();
        for symbol in table.iter() {
            // A name that is no text, or past the end of its table, cannot be asked for.
            let name = symbol.name(endian, table.strings()).ok().and_then(|name| str::from_utf8(name).ok());
            let Some((name, (kind, limit))) = name.zip(classify(symbol, &sections)) else { continue };
            // Names of local labels, and of the places where code and data alternate.
            if name.is_empty() || name.starts_with(['.', '$']) {
                continue;
            }
            // Names can share their ends in the file, but never this much.
            if symbols.names.len() + name.len() > elf.len() {
                return Err(SymbolsError("names longer than the file".to_owned()));
            }
            let start = symbols.names.len() as u32;
            symbols.names.push_str(name);
            let name = start..symbols.names.len() as u32;
            let (address, size) = (symbol.st_value(endian), symbol.st_size(endian));
            entries.push((Entry { address, size, is_sized: size > 0, name, kind }, limit));
        }
        symbols.entries = sorted(entries);
        Ok(symbols)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none, because the file was stripped.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All, by address.
    pub fn iter(&self) -> impl Iterator<Item = Symbol<'_>> {
        self.entries.iter().map(|entry| self.symbol(entry))
    }

    /// The function or variable that has the byte at this address.
    pub fn at(&self, address: u32) -> Option<Symbol<'_>> {
        let before = &self.entries[..self.entries.partition_point(|entry| entry.address <= address)];
        let has_it = |entry: &&Entry| address - entry.address < entry.size;
        // A label within a function is not where the function ends.
        let sized = before.iter().rev().find(|entry| entry.is_sized).filter(has_it);
        sized.or(before.last().filter(has_it)).map(|entry| self.symbol(entry))
    }

    /// All with this name, as in the source (`light::led::show`) or as the linker knows it. Several if the function is
    /// generic.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Symbol<'a>> {
        self.iter().filter(move |symbol| symbol.linker_name == name || symbol.to_string() == name)
    }

    fn symbol(&self, entry: &Entry) -> Symbol<'_> {
        let Entry { address, size, kind, .. } = *entry;
        let name = entry.name.start as usize..entry.name.end as usize;
        Symbol { address, size, kind, linker_name: &self.names[name] }
    }
}

/// What a symbol names, and where the section that it is in ends; none for what has no bytes.
fn classify<'a>(
    symbol: &Sym32<LittleEndian>,
    sections: &SectionTable<'a, FileHeader32<LittleEndian>>,
) -> Option<(SymbolKind, u32)> {
    let address = symbol.st_value(LittleEndian);
    match symbol.st_shndx(LittleEndian) {
        SHN_UNDEF => None,
        // The linker script of the chip gives the functions of the mask ROM their addresses, but not their sizes, and names only
        // those that are used: nothing is known of what comes after a function's first instruction.
        SHN_ABS => ROM.contains(&address).then_some((SymbolKind::Function, address + 2)),
        index => {
            let section = sections.section(SectionIndex(usize::from(index.0))).ok()?;
            let is_code = section.sh_flags(LittleEndian).0 & SHF_EXECINSTR.0 != 0;
            let kind = match symbol.st_type() {
                STT_FUNC => SymbolKind::Function,
                STT_OBJECT => SymbolKind::Object,
                STT_NOTYPE if is_code => SymbolKind::Function,
                _ => return None,
            };
            Some((kind, section.sh_addr(LittleEndian).saturating_add(section.sh_size(LittleEndian))))
        }
    }
}

/// By address, those without a size with one: up to the next symbol or the end of the section, which is given too.
fn sorted(mut entries: Vec<(Entry, u32)>) -> Vec<Entry> {
    entries.sort_by_key(|(entry, _)| (entry.address, entry.size));
    let (mut here, mut next) = (u32::MAX, u32::MAX);
    for (entry, limit) in entries.iter_mut().rev() {
        if entry.address < here {
            (here, next) = (entry.address, here);
        }
        if !entry.is_sized {
            entry.size = next.min(*limit).saturating_sub(entry.address);
        }
    }
    entries.into_iter().map(|(entry, _)| entry).collect()
}

impl fmt::Debug for Symbols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Symbols").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl fmt::Display for Symbol<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", demangle(self.linker_name))
    }
}
