//! Firmware as it lies in flash: bootloader, partition table, application.

use std::io::Write as _;

use espflash::flasher::{FlashData, FlashFrequency, FlashMode, FlashSettings, FlashSize};
use espflash::image_format::idf::IdfBootloaderFormat;
use espflash::target::{Chip, XtalFrequency};

use super::FlashError;
use hil_targets::provision::{PARTITION_TABLE, Patch};

/// The chip that everything here is for.
pub const CHIP_NAME: &str = "ESP32-C3";
pub(super) const CHIP: Chip = Chip::Esp32c3;

/// `e_machine` of RISC-V, in an ELF's header at byte 18.
const RISC_V: [u8; 2] = [243, 0];

/// A piece of flash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is: `bootloader`.
    pub name: String,
    /// Where it begins, in bytes from the start of the flash; a multiple of 4096.
    pub address: u32,
    /// What is there.
    pub bytes: Vec<u8>,
}

impl From<Patch> for Part {
    fn from(Patch { name, offset, bytes }: Patch) -> Self {
        Self { name, address: offset, bytes }
    }
}

/// All parts of a firmware, with ESP-IDF's bootloader for a flash chip of 4 MB, which is what the smallest boards have.
///
/// # Errors
/// The ELF is not for the chip, or does not fit the partition table (ESP-IDF's CSV).
pub fn parts(elf: &[u8], partitions: &str) -> Result<Vec<Part>, FlashError> {
    if !elf.starts_with(b"\x7fELF") {
        return Err(FlashError::NotForChip("not an ELF file"));
    }
    if elf.get(18..20) != Some(&RISC_V) {
        return Err(FlashError::NotForChip("an ELF file for another processor"));
    }
    let system = |source| FlashError::System { what: "a temporary file", source };
    // espflash knows the table by its file's name.
    let mut csv = tempfile::Builder::new().suffix(".csv").tempfile().map_err(system)?;
    csv.write_all(partitions.as_bytes()).and_then(|()| csv.flush()).map_err(system)?;
    let settings = FlashSettings::new(Some(FlashMode::Dio), Some(FlashSize::_4Mb), Some(FlashFrequency::_40Mhz));
    let data = FlashData::new(settings, 0, None, CHIP, XtalFrequency::_40Mhz);
    let image = IdfBootloaderFormat::new(elf, &data, Some(csv.path()), None, Some(PARTITION_TABLE.start), None);
    let image = image.map_err(|error| FlashError::Image(Box::new(error)))?;
    let names = ["bootloader", "partition table", "application"];
    Ok(names
        .into_iter()
        .zip(image.flash_segments())
        .map(|(name, segment)| Part { name: name.to_owned(), address: segment.addr, bytes: segment.data().to_vec() })
        .collect())
}
