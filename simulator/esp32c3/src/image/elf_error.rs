//! What can be wrong with an ELF file.

use super::Header;

/// An ELF file that is damaged or not for this chip.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum ElfError {
    /// The file ends too early.
    #[error("the ELF file ends at offset {length:#x}, before the end of its {what} ({start:#x}..{end:#x})")]
    #[diagnostic(code(image::elf_truncated), help("the file is incomplete: link or copy it again"))]
    Truncated {
        /// Size of the file.
        length: usize,
        /// What does not fit.
        what: &'static str,
        /// Where that begins.
        start: u64,
        /// Where it would end.
        end: u64,
    },

    /// The bytes of a segment are past the end of the file.
    #[error("the ELF file ends at offset {length:#x}, before the end of the data of {header} ({start:#x}..{end:#x})")]
    #[diagnostic(code(image::elf_truncated), help("the file is incomplete: link or copy it again"))]
    TruncatedData {
        /// Size of the file.
        length: usize,
        /// Whose data.
        header: Header,
        /// Where the data begins.
        start: u64,
        /// Where it would end.
        end: u64,
    },

    /// `EI_CLASS`.
    #[error("a 64-bit or unknown ELF file: class {0} at offset 0x4")]
    #[diagnostic(
        code(image::elf_class),
        help("an ESP32-C3 executes 32-bit RISC-V: build for riscv32imc-unknown-none-elf")
    )]
    Class(
        /// As in the file: 1 is 32 bit, 2 is 64 bit.
        u8,
    ),

    /// `EI_DATA`.
    #[error("a big-endian or unknown ELF file: encoding {0} at offset 0x5")]
    #[diagnostic(
        code(image::elf_encoding),
        help("an ESP32-C3 is little-endian: build for riscv32imc-unknown-none-elf")
    )]
    Encoding(
        /// As in the file: 1 is little-endian, 2 is big-endian.
        u8,
    ),

    /// `e_type`.
    #[error("an ELF file that is no executable: type {kind} ({name}) at offset 0x10")]
    #[diagnostic(
        code(image::elf_type),
        help("give the linked executable; it must be linked to fixed addresses, not position-independent")
    )]
    Type {
        /// As in the file; an executable is 2.
        kind: u16,
        /// What this is.
        name: &'static str,
    },

    /// `e_machine`.
    #[error("an ELF file for {name}: machine {machine} at offset 0x12")]
    #[diagnostic(
        code(image::elf_machine),
        help("an ESP32-C3 executes 32-bit RISC-V (machine 243): build for riscv32imc-unknown-none-elf")
    )]
    Machine {
        /// As in the file.
        machine: u16,
        /// Whose number this is.
        name: &'static str,
    },

    /// `e_phentsize`.
    #[error("program headers of {0} bytes, at offset 0x2a of the ELF file")]
    #[diagnostic(code(image::elf_header_size), help("they have 32 bytes: the file is damaged, link or copy it again"))]
    HeaderSize(
        /// As in the file.
        u16,
    ),

    /// `p_filesz` and `p_memsz` contradict each other.
    #[error("{header} at offset {offset:#x} has {file:#x} bytes in the file, but {memory:#x} in memory")]
    #[diagnostic(
        code(image::elf_sizes),
        help("memory cannot have less than the file: the file is damaged, link or copy it again")
    )]
    Sizes {
        /// Which one.
        header: Header,
        /// Where it is in the file.
        offset: u64,
        /// `p_filesz`.
        file: u32,
        /// `p_memsz`.
        memory: u32,
    },
}
