//! What is wrong with a file that should be the ROM.

use std::io;
use std::path::PathBuf;

/// A file is not the ROM of an ESP32-C3.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RomError {
    /// It cannot be read.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is the ROM of another chip.
    #[error("{}: this is the ROM of {chip}, not of the ESP32-C3", path.display())]
    OtherChip {
        /// The file.
        path: PathBuf,
        /// Which chip: `the ESP32-C6`, `a chip with Xtensa cores`.
        chip: String,
    },
    /// It is an image, and too short or too long.
    #[error("{}: a ROM image has {expected} bytes, this one {found}: {}", path.display(),
        if found < expected { "it is cut off, or a part of the ROM" } else { "it is more than the ROM" })]
    Size {
        /// The file.
        path: PathBuf,
        /// Bytes of the ROM.
        expected: usize,
        /// Bytes of the file.
        found: usize,
    },
    /// It has the right size, and nothing in it says that it is a ROM.
    #[error("{}: this is no ROM of an ESP32-C3: its name, esp32c3-.., is not in it", path.display())]
    NotARom {
        /// The file.
        path: PathBuf,
    },
    /// It is an ELF file that is damaged, or of something else.
    #[error("{}: {problem}", path.display())]
    Elf {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

impl RomError {
    /// What to do about any of them.
    pub const HELP: &'static str = "esp32c3_rev3_rom.elf of github.com/espressif/esp-rom-elfs is the right one; `hil rom` says where hil looks for it";
}
