//! How much of the chip's flash and RAM a firmware takes.

use std::fmt;

use object::{Object as _, ObjectSection as _, ObjectSegment as _, SectionFlags, elf};

/// Sizes in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Code, in flash and in RAM.
    pub text: u64,
    /// Constants, in flash.
    pub rodata: u64,
    /// Variables with a value at the start, in RAM.
    pub data: u64,
    /// Variables that begin as zero, part of the heap among them, in RAM.
    pub bss: u64,
    /// The rest of the heap, in the RAM that the bootloader has left.
    pub reclaimed: u64,
    /// What is left of the RAM: the stack's.
    pub free: u64,
    /// All that is loaded: the app image, without its header and padding.
    pub image: u64,
}

/// A file is not a firmware.
#[derive(Debug, thiserror::Error)]
#[error("not an ELF file: {0}")]
pub struct SizeError(object::Error);

impl Size {
    /// Measures an ELF.
    ///
    /// # Errors
    /// The bytes are no ELF.
    pub fn of(elf: &[u8]) -> Result<Self, SizeError> {
        let file = object::File::parse(elf).map_err(SizeError)?;
        let mut size = Self::default();
        for section in file.sections() {
            let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
            let has = |flag: elf::SectionFlags| sh_flags.0 & flag.0 != 0;
            let name = section.name().unwrap_or_default();
            // Dummies keep addresses apart and take no memory.
            if !has(elf::SHF_ALLOC) || name.ends_with("_dummy") {
                continue;
            }
            let in_file = section.file_range().is_some();
            let part = match (name, in_file) {
                (".stack", _) => &mut size.free,
                // As esp-hal's linker script names it.
                (".dram2_uninit", _) => &mut size.reclaimed,
                (_, false) => &mut size.bss,
                (_, true) if has(elf::SHF_EXECINSTR) => &mut size.text,
                (_, true) if has(elf::SHF_WRITE) => &mut size.data,
                (_, true) => &mut size.rodata,
            };
            *part += section.size();
        }
        size.image = file.segments().map(|segment| segment.file_range().1).sum();
        Ok(size)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, rodata, data, bss, reclaimed, free, image } = self;
        writeln!(f, ".text    {text:>9}  code, in flash and RAM")?;
        writeln!(f, ".rodata  {rodata:>9}  constants, in flash")?;
        writeln!(f, ".data    {data:>9}  RAM with a value at the start")?;
        writeln!(f, ".bss     {bss:>9}  RAM that begins as zero, part of the heap in it")?;
        writeln!(f, "heap     {reclaimed:>9}  the rest of the heap, in the bootloader's RAM")?;
        writeln!(f, "free     {free:>9}  RAM left for the stack")?;
        write!(f, "image    {image:>9}  bytes to flash, without header and padding")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_elf_is_an_error() {
        for bytes in [&b""[..], b"\x7fELF", b"not an ELF at all"] {
            assert!(Size::of(bytes).is_err());
        }
    }

    /// Section type PROGBITS or NOBITS, flags, size.
    type Section<'a> = (&'a str, u32, u32, u32);

    /// An ELF for RISC-V with these sections, all of their content at offset 0, and a program header for the first.
    fn elf_of(sections: &[Section<'_>]) -> Vec<u8> {
        const HEADER: u32 = 52;
        const PROGRAM_HEADER: u32 = 32;
        let mut names = vec![0];
        let mut headers = vec![[0; 10]];
        for (name, kind, flags, size) in sections {
            headers.push([names.len() as u32, *kind, *flags, 0x4200_0000, 0, *size, 0, 0, 1, 0]);
            names.extend(name.bytes().chain([0]));
        }
        let names_at = HEADER + PROGRAM_HEADER;
        headers.push([0, 3, 0, 0, names_at, names.len() as u32, 0, 0, 1, 0]);
        let count = headers.len() as u32;
        let mut bytes = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        // EXEC, RISC-V; then version, entry, both tables' places, flags; sizes and counts of both tables; names.
        let words = [243 << 16 | 2, 1, 0, HEADER, names_at + names.len() as u32, 0];
        let words = words.into_iter().chain([PROGRAM_HEADER << 16 | HEADER, 40 << 16 | 1, (count - 1) << 16 | count]);
        let first = [1, 0, 0x4200_0000, 0x4200_0000, sections[0].3, sections[0].3, 5, 1];
        bytes.extend(words.chain(first).flat_map(u32::to_le_bytes));
        bytes.extend(names);
        bytes.extend(headers.into_iter().flatten().flat_map(u32::to_le_bytes));
        bytes.resize(4096, 0);
        bytes
    }

    #[test]
    fn sections_count_by_what_they_are() {
        const ALLOC: u32 = 2;
        const CODE: u32 = ALLOC | 4;
        const DATA: u32 = ALLOC | 1;
        let elf = elf_of(&[
            (".text", 1, CODE, 1000),
            (".rwtext", 1, CODE | DATA, 10),
            (".rodata", 1, ALLOC, 200),
            (".data", 1, DATA, 30),
            (".bss", 8, DATA, 4000),
            (".rwdata_dummy", 8, DATA, 999),
            (".stack", 8, DATA, 50_000),
            (".dram2_uninit", 8, DATA, 65_536),
            (".debug_info", 1, 0, 12_345),
        ]);
        let expected =
            Size { text: 1010, rodata: 200, data: 30, bss: 4000, reclaimed: 65_536, free: 50_000, image: 1000 };
        assert_eq!(Size::of(&elf).unwrap(), expected);
    }

    #[test]
    fn the_parts_line_up() {
        let size = Size {
            text: 650_000,
            rodata: 62_000,
            data: 900,
            bss: 109_000,
            reclaimed: 65_536,
            free: 169_000,
            image: 712_900,
        };
        insta::assert_snapshot!(size, @"
        .text       650000  code, in flash and RAM
        .rodata      62000  constants, in flash
        .data          900  RAM with a value at the start
        .bss        109000  RAM that begins as zero, part of the heap in it
        heap         65536  the rest of the heap, in the bootloader's RAM
        free        169000  RAM left for the stack
        image       712900  bytes to flash, without header and padding
        ");
    }
}
