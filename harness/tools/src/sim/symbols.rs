//! The functions of a firmware, read when the first address is to be named: few scenarios need them.

use std::sync::{Arc, OnceLock};

use hil_bench::serial::Symbolizer;

/// Names addresses of code. Clones share what was read.
#[derive(Clone)]
pub struct Symbols {
    elf: Arc<[u8]>,
    read: Arc<OnceLock<Option<Symbolizer>>>,
}

impl Symbols {
    /// By the debug information of this file. One that is no ELF, or has none, names nothing.
    pub fn new(elf: impl Into<Arc<[u8]>>) -> Self {
        Self { elf: elf.into(), read: Arc::default() }
    }

    /// The functions at each address of code in a line, the innermost first.
    pub(super) fn calls(&self, line: &str) -> Vec<String> {
        let symbolizer = self.read.get_or_init(|| Symbolizer::new(&self.elf).ok());
        symbolizer.as_ref().map(|symbolizer| symbolizer.calls(line)).unwrap_or_default()
    }
}
