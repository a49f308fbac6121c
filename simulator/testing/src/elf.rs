//! ELF files with debug information, made without compiler and linker.

use std::path::Path;

use gimli::write::{
    Address, AttributeValue, DwarfUnit, EndianVec, LineProgram, LineString, Range, RangeList, Sections,
};
use gimli::{Encoding, Format, LineEncoding, LittleEndian};

/// A function: its name, first address, end, and line.
pub type Function = (&'static str, u32, u32, u64);

/// A program of one source file.
pub struct Program<'a> {
    /// Where the code begins, and the entry.
    pub base: u32,
    pub code: Vec<u8>,
    pub functions: Vec<Function>,
    /// Addresses at which the code of a line begins, in order.
    pub lines: Vec<(u32, u64)>,
    /// Where the source is.
    pub folder: &'a Path,
    pub file: &'a str,
}

const SECTION: usize = 40;

impl Program<'_> {
    /// The executable.
    pub fn to_elf(&self) -> Vec<u8> {
        let mut sections = vec![(".text", 1, 6, self.base, self.code.clone())];
        sections.extend(self.debug_sections().into_iter().map(|(name, bytes)| (name, 1, 0, 0, bytes)));
        let (mut symbols, mut strings) = (vec![0; 16], vec![0]);
        for (name, start, end, _) in &self.functions {
            let at = strings.len() as u32;
            strings.extend(name.bytes().chain([0]));
            for word in [at, *start, end - start, 0x12 | 1 << 16] {
                symbols.extend(word.to_le_bytes());
            }
        }
        sections.push((".symtab", 2, 0, 0, symbols));
        sections.push((".strtab", 3, 0, 0, strings));
        let names: Vec<u8> = sections.iter().flat_map(|it| it.0.bytes().chain([0])).chain(*b".shstrtab\0").collect();
        sections.push((".shstrtab", 3, 0, 0, names));

        let mut file = vec![0; 52 + 32];
        let mut headers = vec![0; SECTION];
        let mut name = 0;
        for (index, (title, kind, flags, address, bytes)) in sections.iter().enumerate() {
            let (offset, length) = (file.len() as u32, bytes.len() as u32);
            // The names of the symbols are in the next section; the first symbol is the only local one.
            let (link, info, size) = if *kind == 2 { (index as u32 + 2, 1, 16) } else { (0, 0, 0) };
            for word in [name, *kind, *flags, *address, offset, length, link, info, 1, size] {
                headers.extend(word.to_le_bytes());
            }
            name += title.len() as u32 + 1;
            file.extend(bytes);
        }
        let table = file.len() as u32;
        file.extend(headers);
        let length = self.code.len() as u32;
        file[..16].copy_from_slice(b"\x7FELF\x01\x01\x01\0\0\0\0\0\0\0\0\0");
        put(&mut file, 16, &[243 << 16 | 2, 1, self.base, 52, table, 1]);
        let count = sections.len() as u32 + 1;
        put(&mut file, 40, &[32 << 16 | 52, (SECTION as u32) << 16 | 1, (count - 1) << 16 | count]);
        put(&mut file, 52, &[1, 84, self.base, self.base, length, length, 5, 4]);
        file
    }

    fn debug_sections(&self) -> Vec<(&'static str, Vec<u8>)> {
        let encoding = Encoding { format: Format::Dwarf32, version: 4, address_size: 4 };
        let text = |text: &str| LineString::String(text.as_bytes().to_vec());
        let folder = self.folder.display().to_string();
        let line_encoding = LineEncoding { minimum_instruction_length: 2, ..LineEncoding::default() };
        let mut lines = LineProgram::new(encoding, line_encoding, text(&folder), None, text(self.file), None);
        let directory = lines.default_directory();
        let file = lines.add_file(text(self.file), directory, None);
        lines.begin_sequence(Some(Address::Constant(self.base.into())));
        for (address, line) in &self.lines {
            let row = lines.row();
            (row.address_offset, row.file, row.line) = (u64::from(address - self.base), file, *line);
            lines.generate_row();
        }
        lines.end_sequence(self.code.len() as u64);
        let mut dwarf = DwarfUnit::new(encoding);
        dwarf.unit.line_program = lines;
        let length = self.code.len() as u64;
        let all = dwarf
            .unit
            .ranges
            .add(RangeList(vec![Range::StartLength { begin: Address::Constant(self.base.into()), length }]));
        let root = dwarf.unit.root();
        let string = |text: &str| AttributeValue::String(text.as_bytes().to_vec());
        let unit = dwarf.unit.get_mut(root);
        unit.set(gimli::DW_AT_name, string(self.file));
        unit.set(gimli::DW_AT_comp_dir, string(&folder));
        unit.set(gimli::DW_AT_language, AttributeValue::Language(gimli::DW_LANG_C99));
        unit.set(gimli::DW_AT_ranges, AttributeValue::RangeListRef(all));
        unit.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(0)));
        unit.set(gimli::DW_AT_stmt_list, AttributeValue::LineProgramRef);
        for (name, start, end, line) in &self.functions {
            let function = dwarf.unit.add(root, gimli::DW_TAG_subprogram);
            let function = dwarf.unit.get_mut(function);
            function.set(gimli::DW_AT_name, string(name));
            function.set(gimli::DW_AT_decl_file, AttributeValue::FileIndex(Some(file)));
            function.set(gimli::DW_AT_decl_line, AttributeValue::Udata(*line));
            function.set(gimli::DW_AT_external, AttributeValue::Flag(true));
            function.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant((*start).into())));
            function.set(gimli::DW_AT_high_pc, AttributeValue::Udata(u64::from(end - start)));
        }
        let mut sections = Sections::new(EndianVec::new(LittleEndian));
        dwarf.write(&mut sections).expect("debug information of a few functions");
        let mut written = Vec::new();
        sections
            .for_each(|id, data| {
                if !data.slice().is_empty() {
                    written.push((id.name(), data.slice().to_vec()));
                }
                Ok::<(), gimli::write::Error>(())
            })
            .expect("nothing fails here");
        written
    }
}

fn put(file: &mut [u8], at: usize, words: &[u32]) {
    for (index, word) in words.iter().enumerate() {
        file[at + 4 * index..][..4].copy_from_slice(&word.to_le_bytes());
    }
}
