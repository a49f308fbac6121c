//! [`Rom`]: the image and what is known of it.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use hil_scenario::load::open_file;
use simulator::mem::ROM;

use super::RomError;
use super::elf::{self, Wrong};
use super::known::{Revision, digest};

/// The name that the ROM has for itself begins so; a date follows.
const NAME: &[u8] = b"esp32c3-";
/// The same of any chip.
const ANY_NAME: &[u8] = b"esp32";
/// Where the chip's number is in the image.
const CHIP_ID_AT: usize = 0x10;
/// Far more than any ROM with its symbols.
const MOST_BYTES: u64 = 16 << 20;

/// A function of the ROM.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function {
    /// Its first instruction.
    pub address: u32,
    /// Its bytes; more than 0.
    pub size: u32,
    /// Its name in Espressif's sources.
    pub name: String,
}

/// An image of the ESP32-C3's mask ROM.
#[derive(Clone, Debug)]
pub struct Rom {
    /// The 384 KB from 0x40000000 on.
    pub image: Arc<[u8]>,
    /// Its SHA-256, in hexadecimal digits.
    pub digest: String,
    /// Which of Espressif's it is; `None` if its digest is not known.
    pub revision: Option<Revision>,
    /// Its functions in the order of their addresses; none if the file was a bare image.
    pub functions: Arc<[Function]>,
}

impl Rom {
    /// Reads Espressif's ELF file or a bare image.
    ///
    /// # Errors
    /// [`RomError`] unless it is the ROM of an ESP32-C3.
    pub fn read(path: &Path) -> Result<Self, RomError> {
        let mut bytes = Vec::new();
        open_file(path)
            .and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes))
            .map_err(|source| RomError::File { path: path.to_owned(), source })?;
        Self::parse(path, &bytes)
    }

    /// The same of the bytes of a file, whose path is for errors.
    ///
    /// # Errors
    /// [`RomError`] unless it is the ROM of an ESP32-C3.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, RomError> {
        let path = path.to_owned();
        let (image, functions) = if bytes.starts_with(b"\x7FELF") {
            match elf::read(bytes) {
                Ok(read) => read,
                Err(Wrong::Chip(id)) => {
                    let chip = chip_name(id).map_or_else(|| format!("the chip with the number {id}"), str::to_owned);
                    return Err(RomError::OtherChip { path, chip });
                }
                Err(Wrong::Architecture(other)) => {
                    let chip = named(bytes).unwrap_or_else(|| format!("a chip with {other:?} cores"));
                    return Err(RomError::OtherChip { path, chip });
                }
                // The ROMs of its relatives begin elsewhere.
                Err(Wrong::Problem(problem)) => {
                    return Err(match named(bytes) {
                        Some(chip) => RomError::OtherChip { path, chip },
                        None => RomError::Elf { path, problem },
                    });
                }
            }
        } else {
            (bytes.to_vec(), Vec::new())
        };
        // The same word as in an ELF file, at 0x40000010.
        let id = image.get(CHIP_ID_AT..).and_then(|it| it.first_chunk()).map(|word| u32::from_le_bytes(*word));
        if let Some(chip) = id.filter(|id| *id != elf::CHIP_ID).and_then(chip_name) {
            return Err(RomError::OtherChip { path, chip: chip.to_owned() });
        }
        if find(&image, NAME).is_none() {
            return Err(match named(&image) {
                Some(chip) => RomError::OtherChip { path, chip },
                None if image.len() == ROM.len() => RomError::NotARom { path },
                None => RomError::Size { path, expected: ROM.len(), found: image.len() },
            });
        }
        if image.len() != ROM.len() {
            return Err(RomError::Size { path, expected: ROM.len(), found: image.len() });
        }
        let digest = digest(&image);
        let revision = Revision::of(&digest);
        Ok(Self { image: image.into(), digest, revision, functions: functions.into() })
    }
}

/// The chips with Espressif's RISC-V cores by their numbers; ESP-IDF `esp_app_format.h`, `esp_chip_id_t`.
fn chip_name(id: u32) -> Option<&'static str> {
    Some(match id {
        5 => "the ESP32-C3",
        12 => "the ESP32-C2",
        13 => "the ESP32-C6",
        16 => "the ESP32-H2",
        18 => "the ESP32-P4",
        20 => "the ESP32-C61",
        23 => "the ESP32-C5",
        _ => return None,
    })
}

/// Which other chip's name is in it: `the ESP32-C6`. The name is followed by a date: `esp32c6-20220919`.
fn named(bytes: &[u8]) -> Option<String> {
    let mut from = 0;
    while let Some(at) = find(&bytes[from..], ANY_NAME) {
        let rest = &bytes[from + at + ANY_NAME.len()..];
        let variant: Vec<u8> = rest.iter().copied().take_while(u8::is_ascii_alphanumeric).take(4).collect();
        let is_dated = rest.get(variant.len()) == Some(&b'-');
        let text = String::from_utf8_lossy(&variant).to_uppercase();
        if is_dated && text != "C3" {
            return Some(if text.is_empty() { "the ESP32".to_owned() } else { format!("the ESP32-{text}") });
        }
        from += at + ANY_NAME.len();
    }
    None
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
