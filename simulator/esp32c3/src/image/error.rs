//! All that can be wrong with a firmware file.

use super::{AppError, ElfError, FlashSizeError, PartitionError, PlacementError, Skipped};
use std::fmt;

/// A file that is no firmware for an ESP32-C3, or damaged. Every error has a help line.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum ImageError {
    /// No bytes at all.
    #[error("the firmware file is empty")]
    #[diagnostic(code(image::empty), help("build the firmware again: an interrupted build leaves an empty file"))]
    Empty,

    /// None of the three kinds.
    #[error("this is no firmware: it begins with {}, at offset 0x0", Bytes(.0))]
    #[diagnostic(
        code(image::unknown),
        help(
            "give an ELF file (7f 45 4c 46), an app image of esptool or espflash (e9), or a whole flash image, which \
             has a partition table (aa 50) at offset 0x8000"
        )
    )]
    Unknown(
        /// Up to four bytes.
        Vec<u8>,
    ),

    /// A damaged ELF file, or one for another machine.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Elf(#[from] ElfError),

    /// A damaged app image, or one for another chip.
    #[error(transparent)]
    #[diagnostic(transparent)]
    App(#[from] AppError),

    /// Segments that cannot be in memory together.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Placement(#[from] PlacementError),

    /// A partition table that cannot be.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Partition(#[from] PartitionError),

    /// A size that no chip has.
    #[error(transparent)]
    #[diagnostic(transparent)]
    FlashSize(#[from] FlashSizeError),

    /// More bytes than the chip has.
    #[error("the flash image has {bytes:#x} bytes, but the chip has {chip:#x}")]
    #[diagnostic(code(image::flash_too_small), help("choose a larger chip, up to 16 MB (0x1000000)"))]
    ChipTooSmall {
        /// Size of the file.
        bytes: usize,
        /// Size of the chip.
        chip: u32,
    },

    /// The bootloader would find nothing to start.
    #[error("no app can be started: {}", Tried(.0))]
    #[diagnostic(code(image::not_bootable), help("write a valid app to one of these partitions"))]
    NotBootable(
        /// What was tried, in the order of the bootloader.
        Vec<Skipped>,
    ),
}

struct Bytes<'a>(&'a [u8]);

impl fmt::Display for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Vec<_> = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        f.write_str(&bytes.join(" "))
    }
}

struct Tried<'a>(&'a [Skipped]);

impl fmt::Display for Tried<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tried = self.0.iter().map(|skipped| format!("partition `{}`: {}", skipped.partition, skipped.reason));
        f.write_str(&tried.collect::<Vec<_>>().join("; "))
    }
}
