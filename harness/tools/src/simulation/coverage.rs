//! Which lines were executed, as lcov writes it; geninfo(1), section "FILES". A line that was executed has the count 1:
//! how often is not known.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use simulator::image::SymbolKind;

use hil_bench::debug_info::DebugInfo;

/// Executed lines and functions of source files.
#[derive(Debug, Default)]
pub struct Coverage {
    files: BTreeMap<PathBuf, FileCoverage>,
    /// Files that were left out because they are elsewhere.
    pub left_out: usize,
}

#[derive(Debug, Default)]
struct FileCoverage {
    /// Whether each line that has code was executed.
    lines: BTreeMap<u32, bool>,
    /// Functions by name: their lines, and whether they were executed.
    functions: BTreeMap<String, (u32, bool)>,
}

impl Coverage {
    /// What `covered` means in lines: all lines with code of the files below `folder`. The ranges are in order and do not
    /// overlap.
    ///
    /// # Errors
    /// If the debug information is damaged.
    pub fn new(debug: &DebugInfo, covered: &[Range<u32>], folder: &Path) -> Result<Self, gimli::Error> {
        let mut files: BTreeMap<&str, FileCoverage> = BTreeMap::new();
        for code in debug.code_of_lines()? {
            let is_executed = overlaps(covered, code.address..code.address.saturating_add(code.bytes));
            let line = files.entry(code.file).or_default().lines.entry(code.line).or_default();
            *line |= is_executed;
        }
        for symbol in debug.symbols().iter().filter(|symbol| symbol.kind == SymbolKind::Function) {
            let Some((file, line)) = debug.line(symbol.address) else { continue };
            let Some(file) = files.get_mut(file) else { continue };
            // lcov takes a comma for the end of the name.
            let name = symbol.to_string().replace(", ", ";").replace(',', ";");
            let function = file.functions.entry(name).or_insert((line, false));
            function.0 = function.0.min(line);
            function.1 |= overlaps(covered, symbol.address..symbol.address + 1);
        }
        let mut coverage = Self::default();
        for (path, file) in files {
            let path = folder.join(path);
            if path.starts_with(folder) {
                coverage.files.insert(path, file);
            } else {
                coverage.left_out += 1;
            }
        }
        Ok(coverage)
    }

    /// How many files there are.
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    /// Lines that were executed, and all with code.
    pub fn lines(&self) -> (usize, usize) {
        let lines = || self.files.values().flat_map(|file| file.lines.values());
        (lines().filter(|executed| **executed).count(), lines().count())
    }

    /// Writes it as lcov does.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_lcov(&self, to: &mut impl Write) -> io::Result<()> {
        for (path, file) in &self.files {
            writeln!(to, "TN:\nSF:{}", path.display())?;
            for (name, (line, _)) in &file.functions {
                writeln!(to, "FN:{line},{name}")?;
            }
            for (name, (_, executed)) in &file.functions {
                writeln!(to, "FNDA:{},{name}", u8::from(*executed))?;
            }
            let hit = file.functions.values().filter(|(_, executed)| *executed).count();
            writeln!(to, "FNF:{}\nFNH:{hit}", file.functions.len())?;
            for (line, executed) in &file.lines {
                writeln!(to, "DA:{line},{}", u8::from(*executed))?;
            }
            let hit = file.lines.values().filter(|executed| **executed).count();
            writeln!(to, "LF:{}\nLH:{hit}\nend_of_record", file.lines.len())?;
        }
        to.flush()
    }
}

fn overlaps(covered: &[Range<u32>], code: Range<u32>) -> bool {
    let first = covered.partition_point(|range| range.end <= code.start);
    covered.get(first).is_some_and(|range| range.start < code.end)
}
