//! Just enough of ELF to load a statically linked program for a 32-bit machine.

/// Entry point and segments: address and bytes, those that are zero at the start left out.
pub struct Elf {
    pub entry: u32,
    pub segments: Vec<(u32, Vec<u8>)>,
}

impl Elf {
    pub fn parse(file: &[u8]) -> Self {
        assert_eq!(&file[..5], b"\x7FELF\x01", "a 32-bit ELF file");
        let word = |at: usize| u32::from_le_bytes(*file[at..].first_chunk().expect("the file goes on"));
        let half = |at: usize| usize::from(u16::from_le_bytes(*file[at..].first_chunk().expect("the file goes on")));
        let (headers, size, count) = (word(28) as usize, half(42), half(44));
        let headers = (0..count).map(|index| headers + index * size);
        let segments = headers.filter(|at| word(*at) == 1 && word(at + 16) > 0).map(|at| {
            let (from, bytes) = (word(at + 4) as usize, word(at + 16) as usize);
            (word(at + 8), file[from..from + bytes].to_vec())
        });
        Self { entry: word(24), segments: segments.collect() }
    }
}
