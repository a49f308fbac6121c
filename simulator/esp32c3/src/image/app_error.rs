//! What can be wrong with an app image.

use super::Extent;

/// An app image that the bootloader would not start. Offsets are from the start of the file or of the flash chip.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum AppError {
    /// There is no image.
    #[error("no app image at offset {offset:#x}: it begins with {found:#04x}, not with 0xe9")]
    #[diagnostic(code(image::app_magic), help("write an app there: 0xff is erased flash"))]
    Magic {
        /// Where it should begin.
        offset: u64,
        /// The first byte.
        found: u8,
    },

    /// The image, or its partition, ends too early.
    #[error("the app image is cut off at offset {end:#x}, before the end of its {what} ({start:#x}..{expected:#x})")]
    #[diagnostic(
        code(image::app_truncated),
        help("the file is incomplete or its partition too small: make or copy it again")
    )]
    Truncated {
        /// Where the file or the partition ends.
        end: u64,
        /// What does not fit.
        what: &'static str,
        /// Where that begins.
        start: u64,
        /// Where it would end.
        expected: u64,
    },

    /// The bytes of a segment do not fit.
    #[error("the app image is cut off at offset {end:#x}, before the end of {extent}")]
    #[diagnostic(
        code(image::app_truncated),
        help("the file is incomplete or its partition too small: make or copy it again")
    )]
    TruncatedSegment {
        /// Where the file or the partition ends.
        end: u64,
        /// The segment.
        extent: Extent,
    },

    /// For another chip.
    #[error("the app image is for {name}: chip id {id} at offset {offset:#x}")]
    #[diagnostic(code(image::app_chip), help("an ESP32-C3 has chip id 5: make the image with `--chip esp32c3`"))]
    Chip {
        /// Where the number is.
        offset: u64,
        /// As in the file.
        id: u16,
        /// Whose number this is.
        name: &'static str,
    },

    /// Too many segments, or none.
    #[error("the app image has {count} segments, at offset {offset:#x}")]
    #[diagnostic(
        code(image::app_segment_count),
        help("the bootloader takes 1 to 16: the image is damaged, or the linker script leaves gaps between sections")
    )]
    SegmentCount {
        /// Where the number is.
        offset: u64,
        /// As in the file.
        count: usize,
    },

    /// Segments come in words.
    #[error("{0} is not a whole number of words")]
    #[diagnostic(code(image::app_segment_length), help("the image is damaged: make it again with esptool or espflash"))]
    SegmentLength(
        /// The segment.
        Extent,
    ),

    /// The exclusive or of all bytes.
    #[error("the checksum at offset {offset:#x} is {stored:#04x}, that of the segments is {computed:#04x}")]
    #[diagnostic(code(image::app_checksum), help("the image is damaged: make it again with esptool or espflash"))]
    Checksum {
        /// Where the checksum is.
        offset: u64,
        /// As in the file.
        stored: u8,
        /// As it should be.
        computed: u8,
    },

    /// The digest of everything before it.
    #[error("the SHA-256 digest at offset {offset:#x} is {stored}, that of the image is {computed}")]
    #[diagnostic(
        code(image::app_digest),
        help("the image was changed after it was made: make it again with esptool or espflash")
    )]
    Digest {
        /// Where the digest is.
        offset: u64,
        /// As in the file, in hexadecimal.
        stored: String,
        /// As it should be.
        computed: String,
    },

    /// The program's flash segment cannot be placed.
    #[error("{0} is mapped from flash, but its address is not a multiple of 4")]
    #[diagnostic(code(image::app_unaligned), help("align the section in the linker script"))]
    Unaligned(
        /// The segment.
        Extent,
    ),

    /// The image does not fit its partition.
    #[error("the app image has {size:#x} bytes, but the partition `{partition}` has {available:#x}")]
    #[diagnostic(
        code(image::app_too_large),
        help("use a partition table with a larger app partition, or build with optimisation")
    )]
    TooLarge {
        /// Bytes of the image.
        size: usize,
        /// Where it was to go.
        partition: String,
        /// Bytes of the partition.
        available: u32,
    },
}

/// The chip with this id; ESP-IDF `esp_chip_id_t`.
pub(super) fn chip_name(id: u16) -> &'static str {
    match id {
        0 => "ESP32",
        2 => "ESP32-S2",
        5 => "ESP32-C3",
        9 => "ESP32-S3",
        12 => "ESP32-C2",
        13 => "ESP32-C6",
        16 => "ESP32-H2",
        18 => "ESP32-P4",
        20 => "ESP32-C61",
        23 => "ESP32-C5",
        25 => "ESP32-H21",
        28 => "ESP32-H4",
        _ => "an unknown chip",
    }
}
