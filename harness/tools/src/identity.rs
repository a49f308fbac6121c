//! Which firmware a file is: its hash, and the name and version that it carries itself.

use hil_model::event::FirmwareInfo;
use sha2::{Digest as _, Sha256};
use simulator::image::Firmware;

/// First word of `esp_app_desc_t`; ESP-IDF `esp_app_desc.h`.
const MAGIC: [u8; 4] = 0xABCD_5432_u32.to_le_bytes();
/// Where an app image has it: behind the headers of the image and of its first segment; ESP-IDF `esp_app_format.h`.
const OFFSET: u32 = 24 + 8;
/// Where it has the version, and the project's name.
const VERSION: std::ops::Range<usize> = 16..48;
const PROJECT: std::ops::Range<usize> = 48..80;

/// What is to be said of the firmware that `file` is, which `name` is the name of. `firmware` is what was made of it.
pub fn identity(name: impl Into<String>, file: &[u8], firmware: &Firmware) -> FirmwareInfo {
    let description = description(firmware);
    let text = |range: std::ops::Range<usize>| description.as_ref().and_then(|it| text(&it[range]));
    FirmwareInfo { name: name.into(), sha256: Some(sha256(file)), project: text(PROJECT), version: text(VERSION) }
}

/// The SHA-256 of `bytes`, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `esp_app_desc_t` as far as the project's name, if the app that boots has one.
fn description(firmware: &Firmware) -> Option<[u8; PROJECT.end]> {
    let mut description = [0; PROJECT.end];
    firmware.flash.read((firmware.boot.partition.offset + OFFSET) as usize, &mut description).ok()?;
    description.starts_with(&MAGIC).then_some(description)
}

/// A text that ends at its first 0, if it is one.
fn text(bytes: &[u8]) -> Option<String> {
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let text = std::str::from_utf8(text).ok()?.trim();
    let is_printable = !text.is_empty() && !text.chars().any(char::is_control);
    is_printable.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_at_its_first_zero_and_is_printable() {
        assert_eq!(text(b"1.2.0\0\0junk"), Some("1.2.0".to_owned()));
        assert_eq!(text(b"\0\0"), None);
        assert_eq!(text(b"\x1b[2J\0"), None);
        assert_eq!(text(&[0xFF; 32]), None);
    }

    #[test]
    fn the_hash_is_that_of_the_standard() {
        // FIPS 180-4, the one-block message "abc".
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
