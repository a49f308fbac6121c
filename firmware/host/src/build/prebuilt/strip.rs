//! An ELF without debug information.

use object::build::elf::Builder;
use object::elf;

/// An ELF cannot be stripped.
#[derive(Debug, thiserror::Error)]
#[error("the ELF cannot be stripped: {0}")]
pub struct StripError(String);

/// Leaves what is loaded, and the symbols that name functions and variables.
///
/// # Errors
/// The bytes are no ELF, or one that cannot be written again.
pub fn strip(bytes: &[u8]) -> Result<Vec<u8>, StripError> {
    let failed = |error: object::build::Error| StripError(error.to_string());
    let mut file = Builder::read(bytes).map_err(failed)?;
    for section in &mut file.sections {
        let name = section.name.as_slice();
        section.delete = !section.is_alloc() && (name.starts_with(b".debug_") || name == b".comment");
        // 0 and 1 mean the same, and the writer knows 1 only.
        section.sh_addralign = section.sh_addralign.max(1);
    }
    for segment in &mut file.segments {
        // The others point to what is not loaded, at a place in the file that depends on the size of debug information.
        segment.delete |= segment.p_type != elf::PT_LOAD;
    }
    for symbol in &mut file.symbols {
        // Marks of the assembler, and files and sections, are for linkers and disassemblers.
        let name = symbol.name.as_slice();
        let is_mark = name.is_empty() || name.starts_with(b".L") || name.starts_with(b"$");
        symbol.delete |= is_mark || matches!(symbol.st_type(), elf::STT_FILE | elf::STT_SECTION);
    }
    let mut stripped = Vec::new();
    file.write(&mut stripped).map_err(failed)?;
    Ok(stripped)
}
