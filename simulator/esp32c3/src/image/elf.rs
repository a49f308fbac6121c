//! The segments of an ELF file; System V ABI, chapter 5 "Program Loading and Dynamic Linking".
//!
//! A segment is loaded at its virtual address with the bytes that the file has. What it has in memory beyond them
//! (`.bss`, the stack, `.dram2_uninit`) is the firmware's to clear, or nobody's.
//!
//! ESP-IDF's linker scripts put sections without contents (`.dram0.dummy`, `.flash_rodata_dummy`) before others in one
//! segment, so that the file has zeros for them where another segment belongs. As `esptool elf2image` does, they are left out.

use super::segment::Part;
use super::{ElfError, Extent, Header};
use object::LittleEndian;
use object::elf::{self, FileHeader32, ProgramHeader32, SectionHeader32};
use object::pod;
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};
use std::borrow::Cow;
use std::ops::Range;

pub(super) struct Program<'a> {
    pub(super) entry: u32,
    pub(super) parts: Vec<Part<'a>>,
}

const ENDIAN: LittleEndian = LittleEndian;
const HEADER_BYTES: usize = 52;
const PROGRAM_HEADER_BYTES: usize = 32;

pub(super) fn parse(file: &[u8]) -> Result<Program<'_>, ElfError> {
    let header = file_header(file)?;
    let start = u64::from(header.e_phoff.get(ENDIAN));
    let count = usize::from(header.e_phnum.get(ENDIAN));
    let entry_size = header.e_phentsize.get(ENDIAN);
    if count > 0 && usize::from(entry_size) != PROGRAM_HEADER_BYTES {
        return Err(ElfError::HeaderSize(entry_size));
    }
    let table = slice(file, start, count as u64 * PROGRAM_HEADER_BYTES as u64).map_err(|range| {
        ElfError::Truncated { length: file.len(), what: "program headers", start: range.start, end: range.end }
    })?;
    let sections = sections(file, header);
    let mut parts = Vec::new();
    for (index, bytes) in table.chunks_exact(PROGRAM_HEADER_BYTES).enumerate() {
        let (header, _) = pod::from_bytes::<ProgramHeader32<LittleEndian>>(bytes).expect("as long as a header");
        let part = part(file, header, index, start + (index * PROGRAM_HEADER_BYTES) as u64)?;
        parts.extend(part.into_iter().flat_map(|part| with_contents(part, &sections)));
    }
    Ok(Program { entry: header.e_entry.get(ENDIAN), parts })
}

fn file_header(file: &[u8]) -> Result<&FileHeader32<LittleEndian>, ElfError> {
    let truncated = ElfError::Truncated { length: file.len(), what: "header", start: 0, end: HEADER_BYTES as u64 };
    let [_, _, _, _, class, encoding, ..] = file else { return Err(truncated) };
    if *class != elf::ELFCLASS32.0 {
        return Err(ElfError::Class(*class));
    }
    if *encoding != elf::ELFDATA2LSB.0 {
        return Err(ElfError::Encoding(*encoding));
    }
    let (header, _) = pod::from_bytes::<FileHeader32<LittleEndian>>(file).map_err(|()| truncated)?;
    match header.e_machine(ENDIAN) {
        elf::EM_RISCV => {}
        machine => return Err(ElfError::Machine { machine: machine.0, name: machine_name(machine) }),
    }
    match header.e_type(ENDIAN) {
        elf::ET_EXEC => Ok(header),
        kind => Err(ElfError::Type { kind: kind.0, name: type_name(kind) }),
    }
}

fn part<'a>(
    file: &'a [u8],
    header: &ProgramHeader32<LittleEndian>,
    index: usize,
    offset: u64,
) -> Result<Option<Part<'a>>, ElfError> {
    let (bytes, memory) = (header.p_filesz.get(ENDIAN), header.p_memsz.get(ENDIAN));
    if header.p_type(ENDIAN) != elf::PT_LOAD || bytes == 0 {
        return Ok(None);
    }
    let name = Header::Program(index);
    if bytes > memory {
        return Err(ElfError::Sizes { header: name, offset, file: bytes, memory });
    }
    let data = slice(file, u64::from(header.p_offset.get(ENDIAN)), u64::from(bytes)).map_err(|range| {
        ElfError::TruncatedData { length: file.len(), header: name, start: range.start, end: range.end }
    })?;
    let extent = Extent { header: name, offset, address: header.p_vaddr.get(ENDIAN), bytes };
    Ok(Some(Part { extent, bytes: Cow::Borrowed(data) }))
}

/// A section that is in memory when the program runs.
struct Section {
    addresses: Range<u64>,
    has_contents: bool,
}

/// They only say what a segment consists of: without a table, or with a broken one, all of it counts.
fn sections(file: &[u8], header: &FileHeader32<LittleEndian>) -> Vec<Section> {
    let table = header.section_headers(ENDIAN, file).unwrap_or_default();
    let in_memory = |header: &&SectionHeader32<LittleEndian>| header.sh_flags(ENDIAN).contains(elf::SHF_ALLOC);
    let section = |header: &SectionHeader32<LittleEndian>| {
        let start = u64::from(header.sh_addr.get(ENDIAN));
        let has_contents = header.sh_type(ENDIAN) != elf::SHT_NOBITS;
        Section { addresses: start..start + u64::from(header.sh_size.get(ENDIAN)), has_contents }
    };
    table.iter().filter(in_memory).map(section).filter(|section| !section.addresses.is_empty()).collect()
}

/// The pieces of a segment between its sections without contents.
fn with_contents<'a>(part: Part<'a>, sections: &[Section]) -> Vec<Part<'a>> {
    let Cow::Borrowed(bytes) = part.bytes else { return vec![part] };
    let start = u64::from(part.extent.address);
    let within = |section: &&Section| section.addresses.start < part.extent.end() && section.addresses.end > start;
    let mut empty: Vec<_> = sections.iter().filter(within).filter(|section| !section.has_contents).collect();
    if empty.is_empty() {
        return vec![part];
    }
    empty.sort_by_key(|section| section.addresses.start);
    let mut pieces = Vec::new();
    let mut at = start;
    for end in empty.iter().map(|it| it.addresses.clone()).chain(std::iter::once(part.extent.end()..u64::MAX)) {
        let piece = at..end.start.min(part.extent.end());
        at = at.max(end.end);
        // Between two of them there may be nothing but padding.
        let is_filled =
            |it: &Section| it.has_contents && it.addresses.start < piece.end && it.addresses.end > piece.start;
        if !piece.is_empty() && sections.iter().any(is_filled) {
            let extent = Extent { address: piece.start as u32, bytes: (piece.end - piece.start) as u32, ..part.extent };
            let data = &bytes[(piece.start - start) as usize..(piece.end - start) as usize];
            pieces.push(Part { extent, bytes: Cow::Borrowed(data) });
        }
    }
    pieces
}

/// The bytes, or where they would have been.
fn slice(file: &[u8], start: u64, length: u64) -> Result<&[u8], Range<u64>> {
    let range = start..start + length;
    file.get(range.start as usize..range.end as usize).ok_or(range)
}

fn machine_name(machine: elf::Machine) -> &'static str {
    match machine {
        elf::EM_386 => "x86",
        elf::EM_X86_64 => "x86-64",
        elf::EM_ARM => "Arm",
        elf::EM_AARCH64 => "AArch64",
        elf::EM_XTENSA => "Xtensa (ESP32, ESP32-S2, ESP32-S3)",
        _ => "another machine",
    }
}

fn type_name(kind: elf::FileType) -> &'static str {
    match kind {
        elf::ET_REL => "object file",
        elf::ET_DYN => "shared object or position-independent executable",
        elf::ET_CORE => "core dump",
        _ => "unknown",
    }
}
