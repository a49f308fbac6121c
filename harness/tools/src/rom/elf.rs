//! From Espressif's ELF file of the ROM to the image that is in the chip.

use object::{Architecture, LittleEndian, Object as _, ObjectSection as _, ObjectSymbol as _, SectionKind, SymbolKind};
use simulator::mem::{ROM, ROM_DATA};
use std::ops::Range;

use super::Function;

type Elf<'d> = object::read::elf::ElfFile32<'d, LittleEndian>;

/// What the file has for an address, and those behind it.
struct Piece<'d> {
    address: u32,
    /// Where it ends; there may be less data than that.
    end: u32,
    data: &'d [u8],
}

/// Bytes of an entry of the table of variables: where the first belongs, where the last ends, where they are in the ROM, 0.
const ENTRY: usize = 16;

/// The number of the ESP32-C3, as in the header of app images.
pub(super) const CHIP_ID: u32 = 5;

/// What is wrong with an ELF file.
pub(super) enum Wrong {
    /// It is of the chip with this number.
    Chip(u32),
    /// It is of another architecture.
    Architecture(Architecture),
    /// It is damaged, or has nothing in the ROM.
    Problem(String),
}

impl From<object::Error> for Wrong {
    fn from(error: object::Error) -> Self {
        Self::Problem(format!("it is a damaged ELF file: {error}"))
    }
}

/// The image of 384 KB, and the names of its functions in the order of their addresses.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<u8>, Vec<Function>), Wrong> {
    let file = Elf::parse(bytes)?;
    if file.architecture() != Architecture::Riscv32 {
        return Err(Wrong::Architecture(file.architecture()));
    }
    let pieces = pieces(&file)?;
    if let Some(id) = chip_id(&file, &pieces).filter(|id| *id != CHIP_ID) {
        return Err(Wrong::Chip(id));
    }
    let mut image = vec![0; ROM.len()];
    let mut is_rom = false;
    for Piece { address, data, .. } in &pieces {
        let Some(at) = place(*address) else { continue };
        put(&mut image, at, data)?;
        is_rom |= !data.is_empty();
    }
    if !is_rom {
        return Err(Wrong::Problem("it has nothing at the addresses of the ESP32-C3's ROM".to_owned()));
    }
    variables(&file, &pieces, &mut image)?;
    Ok((image, functions(&file)))
}

/// Puts the variables where the ROM, and for Bluetooth ESP-IDF, copies them from.
fn variables(file: &Elf<'_>, pieces: &[Piece<'_>], image: &mut [u8]) -> Result<(), Wrong> {
    let symbol = |name: &str| {
        let found = file.symbols().find(|symbol| symbol.name() == Ok(name)).map(|it| it.address() as u32);
        found.ok_or_else(|| Wrong::Problem(format!("it has no symbol {name}")))
    };
    let at = |name: &str| Ok::<_, Wrong>(place(symbol(name)?).unwrap_or_default());
    let table = image.get(at("_data_start")?..at("_data_end")?).unwrap_or_default().to_vec();
    let word = |bytes: &[u8], at: usize| {
        bytes.get(at..).and_then(|it| it.first_chunk()).map_or(0, |it| u32::from_le_bytes(*it))
    };
    for entry in table.as_chunks::<ENTRY>().0 {
        let [first, end, from] = [0, 4, 8].map(|at| word(entry, at));
        variable(pieces, image, first..end, from)?;
    }
    let bluetooth = symbol("_data_start_btdm")?..symbol("_data_end_btdm")?;
    let from = word(image, at("_data_start_btdm_rom")?);
    variable(pieces, image, bluetooth, from)
}

/// Puts variables that belong to these addresses of RAM where they are copied from.
fn variable(pieces: &[Piece<'_>], image: &mut [u8], addresses: Range<u32>, from: u32) -> Result<(), Wrong> {
    if addresses.is_empty() {
        return Ok(());
    }
    let first = addresses.start;
    let Some((piece, at)) = holding(pieces, first).zip(place(from)) else {
        return Err(Wrong::Problem(format!("the variables at {first:#010x} are not in it")));
    };
    let data = piece.data.get((first - piece.address) as usize..).unwrap_or_default();
    put(image, at, &data[..data.len().min(addresses.len())])
}

/// The number of the chip that the ROM is of; it is a word in it.
fn chip_id(file: &Elf<'_>, pieces: &[Piece<'_>]) -> Option<u32> {
    let address = file.symbols().find(|symbol| symbol.name() == Ok("_rom_chip_id"))?.address() as u32;
    let piece = holding(pieces, address)?;
    let data = piece.data.get((address - piece.address) as usize..)?;
    data.first_chunk().map(|word| u32::from_le_bytes(*word))
}

/// The first that has this address.
fn holding<'p, 'd>(pieces: &'p [Piece<'d>], address: u32) -> Option<&'p Piece<'d>> {
    pieces.iter().find(|piece| (piece.address..piece.end).contains(&address))
}

/// The sections with contents, read once: a file may name many variables.
fn pieces<'d>(file: &Elf<'d>) -> Result<Vec<Piece<'d>>, Wrong> {
    let has_contents = |kind, address| kind != SectionKind::UninitializedData && address != 0;
    let sections = file.sections().filter(|section| has_contents(section.kind(), section.address()));
    let piece = |section: object::read::elf::ElfSection32<'d, '_, LittleEndian>| {
        let address = section.address() as u32;
        let end = address.saturating_add(section.size() as u32);
        Ok(Piece { address, end, data: section.data()? })
    };
    sections.map(piece).collect()
}

fn functions(file: &Elf<'_>) -> Vec<Function> {
    let is_code = |kind| matches!(kind, SymbolKind::Text);
    let mut functions: Vec<Function> = file
        .symbols()
        .filter(|symbol| is_code(symbol.kind()) && symbol.size() > 0 && ROM.contains(&(symbol.address() as u32)))
        .filter_map(|symbol| {
            let name = symbol.name().ok()?.to_owned();
            Some(Function { address: symbol.address() as u32, size: symbol.size() as u32, name })
        })
        .collect();
    functions.sort_by_key(|function| function.address);
    functions
}

/// Where an address of the ROM is in the image.
fn place(address: u32) -> Option<usize> {
    match address {
        _ if ROM.contains(&address) => Some((address - ROM.start) as usize),
        _ if ROM_DATA.contains(&address) => Some((address - ROM_DATA.start) as usize + ROM.len() - ROM_DATA.len()),
        _ => None,
    }
}

fn put(image: &mut [u8], at: usize, data: &[u8]) -> Result<(), Wrong> {
    let place = image.get_mut(at..).and_then(|rest| rest.get_mut(..data.len()));
    let place =
        place.ok_or_else(|| Wrong::Problem(format!("a section at {at:#x} of the ROM is longer than the ROM")))?;
    place.copy_from_slice(data);
    Ok(())
}
