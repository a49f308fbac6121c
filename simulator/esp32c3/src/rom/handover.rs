//! From a ROM image to an app that has no bootloader: a flash that was made of an ELF file has none. The ROM runs as it does on
//! silicon, finds a program of two instructions in the bootloader's place, and that calls what leaves everything as
//! ESP-IDF's bootloader does.

use crate::map::ROM;
use hil_sim_core::mem::{Memory, Unmapped};

/// What the program calls: the last word of the ROM, where no function is.
pub(crate) const HANDOVER: u32 = ROM.end - 4;
/// Where it is loaded, as ESP-IDF's bootloader is.
const PROGRAM: u32 = 0x403C_E000;
/// `rom_spiflash_legacy_data`; ESP-IDF `esp32c3.rom.ld`.
const LEGACY_DATA: u32 = 0x3FCD_FFF0;
const IMAGE_MAGIC: u8 = 0xE9;
const CHIP_ID: u8 = 5;
const CHECKSUM_SEED: u8 = 0xEF;

/// SHA-256 of the image up to here. Without it the ROM starts the program too, but complains.
const SHA_256: [u8; 32] = [
    0x7A, 0xE4, 0xF2, 0xA8, 0x0A, 0x7A, 0x45, 0x85, 0x6F, 0x20, 0xEA, 0x1B, 0x71, 0x98, 0x4C, 0x3B, 0x51, 0x83, 0x16,
    0x7F, 0xE6, 0xE0, 0x91, 0x19, 0x9B, 0xAF, 0xA8, 0x11, 0xA0, 0x74, 0x95, 0xAB,
];

/// Tells the ROM's flash functions how large the chip is, as ESP-IDF's bootloader does (`bootloader_flash_update_size`): they refuse
/// what is beyond. The ROM's variable `rom_spiflash_legacy_data` points to the description of the chip, whose second word it is.
pub(crate) fn tell_flash_size(memory: &mut Memory) -> Result<(), Unmapped> {
    let mut pointer = [0; 4];
    memory.read_bytes(LEGACY_DATA, &mut pointer)?;
    let bytes = memory.flash().len() as u32;
    memory.write_bytes(u32::from_le_bytes(pointer).wrapping_add(4), &bytes.to_le_bytes())
}

/// Whether there is nothing that the ROM would start.
pub(crate) fn is_missing(memory: &Memory) -> bool {
    let mut word = [0; 4];
    memory.flash().read(0, &mut word).is_ok() && word == [0xFF; 4]
}

/// Puts the program where the ROM looks for a bootloader. To be called only if nothing is there.
pub(crate) fn put(memory: &mut Memory) {
    // Only a flash chip that is too small cannot take it, and the ROM says so then.
    let _ = memory.program_flash(0, &image());
}

/// The program as an image; ESP-IDF's `esp_image_format.h`.
fn image() -> Vec<u8> {
    let upper = HANDOVER.wrapping_add(0x800) & 0xFFFF_F000;
    let lower = HANDOVER.wrapping_sub(upper) & 0xFFF;
    // lui t0, upper; jalr zero, lower(t0)
    let code: Vec<u8> =
        [upper | 0x2B7, lower << 20 | 5 << 15 | 0x67].iter().flat_map(|word| word.to_le_bytes()).collect();
    // One segment; DIO, 40 MHz, 4 MB.
    let mut image = vec![IMAGE_MAGIC, 1, 2, 0x20];
    image.extend(PROGRAM.to_le_bytes());
    image.extend([0xEE, 0, 0, 0, CHIP_ID, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 1]);
    image.extend(PROGRAM.to_le_bytes());
    image.extend((code.len() as u32).to_le_bytes());
    image.extend(&code);
    while image.len() % 16 != 15 {
        image.push(0);
    }
    image.push(code.iter().fold(CHECKSUM_SEED, |sum, byte| sum ^ byte));
    image.extend(SHA_256);
    image
}
