//! The segments of an ELF file; System V ABI, chapter 5 "Program Loading and Dynamic Linking".
//!
//! A segment is loaded at its virtual address with the bytes that the file has. What it has in memory beyond them
//! (`.bss`, the stack, `.dram2_uninit`) is the firmware's to clear, or nobody's.

use super::segment::Part;
use super::{ElfError, Extent, Header};
use object::LittleEndian;
use object::elf::{self, FileHeader32, ProgramHeader32};
use object::pod;
use object::read::elf::{FileHeader, ProgramHeader};
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
    let mut parts = Vec::new();
    for (index, bytes) in table.chunks_exact(PROGRAM_HEADER_BYTES).enumerate() {
        let (header, _) = pod::from_bytes::<ProgramHeader32<LittleEndian>>(bytes).expect("as long as a header");
        parts.extend(part(file, header, index, start + (index * PROGRAM_HEADER_BYTES) as u64)?);
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
