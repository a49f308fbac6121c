//! Small firmware, made without a linker: ELF files, and the images that come of them.

use hil_sim_core::mem::Memory;
use hil_sim_esp32c3::image::{Firmware, Layout, PartitionTable};
use hil_sim_esp32c3::map::MEMORY;

/// A segment of an ELF file, with a section of the same bytes.
#[derive(Clone)]
pub struct ElfSegment {
    pub section: &'static str,
    pub address: u32,
    pub bytes: Vec<u8>,
    /// Bytes in memory beyond those in the file.
    pub zeros: u32,
}

/// Name, address, size, and the type in the symbol table: 0 for a label, 1 for data, 2 for a function. One that is in
/// none of the segments is a number of the linker script.
pub type ElfSymbol = (&'static str, u32, u32, u8);

#[derive(Clone)]
pub struct ElfFile {
    pub entry: u32,
    pub segments: Vec<ElfSegment>,
    pub symbols: Vec<ElfSymbol>,
}

/// Bytes that differ from their neighbours and from those of another seed.
pub fn pattern(seed: u8, length: usize) -> Vec<u8> {
    (0..length).map(|index| (index as u8).wrapping_mul(37) ^ (index >> 8) as u8 ^ seed).collect()
}

/// Offset of a segment's data in an app image: the first begins behind both headers.
pub const FIRST_SEGMENT: usize = 24;
/// Where `esp_app_desc_t` has the digest of the ELF file.
pub const DESCRIPTION_DIGEST: std::ops::Range<usize> = 144..176;

impl ElfFile {
    /// Code and data in RAM and in flash, laid out as esp-hal's linker script does.
    pub fn usual() -> Self {
        let segment = |section, address, bytes, zeros| ElfSegment { section, address, bytes, zeros };
        let mut description = pattern(3, 0x241);
        description[..4].copy_from_slice(&0xABCD_5432_u32.to_le_bytes());
        description[DESCRIPTION_DIGEST].fill(0);
        let segments = vec![
            segment(".trap", 0x4038_0000, pattern(1, 0x1B0), 0),
            segment(".data", 0x3FC8_1B90, pattern(2, 0x9A), 0x400),
            segment(".flash.appdesc", 0x3C00_0020, description, 0),
            segment(".text", 0x4201_0020, pattern(4, 0x312), 0),
        ];
        let symbols = vec![
            ("_ZN5light3led4show17h0123456789abcdefE", 0x4201_0020, 0x20, 2),
            ("_RNvCs1234_5light4main", 0x4201_0040, 0x10, 2),
            ("_start_trap", 0x4038_0000, 0, 0),
            ("STATE", 0x3FC8_1B90, 4, 1),
            ("label", 0x4201_0024, 0, 0),
            (".Lloop", 0x4201_0024, 0, 0),
            ("ets_delay_us", 0x4000_0050, 0, 0),
            ("_stack_end", 0x3FC9_0000, 0, 0),
        ];
        Self { entry: 0x4201_0020, segments, symbols }
    }

    /// An executable for RV32 with program headers, sections and a symbol table.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut file = vec![0; 52 + 32 * self.segments.len()];
        let mut names = vec![0];
        let mut sections = vec![[0; 10]];
        for (index, segment) in self.segments.iter().enumerate() {
            let (offset, length) = (file.len() as u32, segment.bytes.len() as u32);
            let header = [1, offset, segment.address, segment.address, length, length + segment.zeros, 7, 4];
            put(&mut file, 52 + 32 * index, &header);
            file.extend(&segment.bytes);
            // Allocated, and executable if it is on the instruction bus.
            let flags = if segment.address >= 0x4000_0000 { 6 } else { 2 };
            sections.push([name(&mut names, segment.section), 1, flags, segment.address, offset, length, 0, 0, 1, 0]);
        }
        let (symbols, strings) = self.symbol_table();
        let table = file.len() as u32;
        let link = sections.len() as u32 + 1;
        sections.push([name(&mut names, ".symtab"), 2, 0, 0, table, symbols.len() as u32, link, 1, 4, 16]);
        file.extend(&symbols);
        let at = file.len() as u32;
        sections.push([name(&mut names, ".strtab"), 3, 0, 0, at, strings.len() as u32, 0, 0, 1, 0]);
        file.extend(&strings);
        let own_name = name(&mut names, ".shstrtab");
        sections.push([own_name, 3, 0, 0, file.len() as u32, names.len() as u32, 0, 0, 1, 0]);
        file.extend(&names);

        let headers = file.len() as u32;
        for section in &sections {
            section.iter().for_each(|word| file.extend(word.to_le_bytes()));
        }
        file[..16].copy_from_slice(b"\x7FELF\x01\x01\x01\0\0\0\0\0\0\0\0\0");
        put(&mut file, 16, &[243 << 16 | 2, 1, self.entry, 52, headers, 1]);
        let halves = [52, 32, self.segments.len(), 40, sections.len(), sections.len() - 1];
        for (index, half) in halves.into_iter().enumerate() {
            file[40 + 2 * index..][..2].copy_from_slice(&(half as u16).to_le_bytes());
        }
        file
    }

    fn symbol_table(&self) -> (Vec<u8>, Vec<u8>) {
        let mut strings = vec![0];
        let mut symbols = vec![0; 16];
        for (symbol, address, size, kind) in &self.symbols {
            let name = name(&mut strings, symbol);
            let holds = |it: &ElfSegment| address.wrapping_sub(it.address) < it.bytes.len() as u32;
            let section = self.segments.iter().position(holds).map_or(0xFFF1, |index| index as u32 + 1);
            for word in [name, *address, *size, u32::from(0x10 | kind) | section << 16] {
                symbols.extend(word.to_le_bytes());
            }
        }
        (symbols, strings)
    }
}

fn name(table: &mut Vec<u8>, name: &str) -> u32 {
    let at = table.len() as u32;
    table.extend(name.as_bytes());
    table.push(0);
    at
}

fn put(file: &mut [u8], at: usize, words: &[u32]) {
    for (index, word) in words.iter().enumerate() {
        file[at + 4 * index..][..4].copy_from_slice(&word.to_le_bytes());
    }
}

/// A table with two slots for updates, for a chip of 1 MB.
pub const UPDATES: &str = "\
nvs,     data, nvs,     0x9000,  0x4000
otadata, data, ota,     0xd000,  0x2000
factory, app,  factory, 0x10000, 0x20000
ota_0,   app,  ota_0,   0x30000, 0x20000
ota_1,   app,  ota_1,   0x50000, 0x20000
";

pub fn updates() -> Layout {
    let table = PartitionTable::from_csv(UPDATES).expect("a valid table");
    Layout::default().with_flash_size(hil_sim_esp32c3::image::FlashSize::Mb1).with_partitions(table)
}

/// The app image of [`ElfFile::usual`].
pub fn usual_app() -> Vec<u8> {
    let firmware = Firmware::parse(&ElfFile::usual().to_bytes()).expect("a valid ELF file");
    app_at(&firmware.flash.to_vec(), 0x10000)
}

/// The app image at an offset of a flash image.
pub fn app_at(flash: &[u8], offset: usize) -> Vec<u8> {
    let image = &flash[offset..];
    let mut end = FIRST_SEGMENT;
    for _ in 0..image[1] {
        end += 8 + u32::from_le_bytes(*image[end + 4..].first_chunk().expect("a length")) as usize;
    }
    image[..(end | 15) + 1 + 32].to_vec()
}

/// Makes checksum and digest right again after the image was changed.
pub fn seal(app: &mut [u8]) {
    use sha2::Digest;
    let (checksum_at, mut at, mut sum) = (app.len() - 33, FIRST_SEGMENT, 0xEF);
    for _ in 0..app[1] {
        let end = at + 8 + u32::from_le_bytes(*app[at + 4..].first_chunk().expect("a length")) as usize;
        sum = app[at + 8..end].iter().fold(sum, |sum, byte| sum ^ byte);
        at = end;
    }
    app[checksum_at] = sum;
    let digest = sha2::Sha256::digest(&app[..=checksum_at]);
    app[checksum_at + 1..].copy_from_slice(&digest);
}

/// The machine's memory when the app starts.
pub fn memory_at_start(firmware: &Firmware) -> Memory {
    let mut memory = Memory::new(&MEMORY, firmware.flash.clone());
    firmware.boot.load(&mut memory).expect("segments in RAM");
    memory
}

pub fn bytes_at(memory: &Memory, address: u32, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    memory.read_bytes(address, &mut bytes).expect("memory");
    bytes
}
