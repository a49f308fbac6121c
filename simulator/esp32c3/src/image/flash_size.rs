//! The sizes of flash chips that an ESP32-C3 can boot from.

use std::fmt;

/// Size of a flash chip; ESP-IDF `esp_image_flash_size_t`, as far as the chip's MMU reaches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum FlashSize {
    /// 1 MB.
    Mb1,
    /// 2 MB.
    Mb2,
    /// 4 MB, that of nearly every module.
    #[default]
    Mb4,
    /// 8 MB.
    Mb8,
    /// 16 MB.
    Mb16,
}

/// No chip has this size.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is no flash chip of {0:#x} bytes")]
#[diagnostic(
    code(image::flash_size),
    help("the sizes are 1 MB (0x100000), 2 MB (0x200000), 4 MB (0x400000), 8 MB (0x800000) and 16 MB (0x1000000)")
)]
pub struct FlashSizeError(
    /// The size in bytes.
    pub usize,
);

impl FlashSize {
    /// All sizes, the smallest first.
    pub const ALL: [Self; 5] = [Self::Mb1, Self::Mb2, Self::Mb4, Self::Mb8, Self::Mb16];

    /// Size in bytes.
    pub const fn bytes(self) -> u32 {
        0x10_0000 << self as u32
    }

    /// The chip of exactly this size.
    ///
    /// # Errors
    /// [`FlashSizeError`] if there is none.
    pub fn from_bytes(bytes: usize) -> Result<Self, FlashSizeError> {
        Self::ALL.into_iter().find(|size| size.bytes() as usize == bytes).ok_or(FlashSizeError(bytes))
    }

    /// The smallest chip in which this many bytes fit.
    pub(super) fn at_least(bytes: usize) -> Result<Self, FlashSizeError> {
        Self::ALL.into_iter().find(|size| size.bytes() as usize >= bytes).ok_or(FlashSizeError(bytes))
    }

    /// The number in the upper half of an image header's fourth byte.
    pub(super) const fn code(self) -> u8 {
        self as u8
    }

    pub(super) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

impl fmt::Display for FlashSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MB", self.bytes() >> 20)
    }
}
