//! The size of a flash chip.

use std::fmt;
use std::str::FromStr;

/// The size of a flash chip: 1, 2, 4, 8 or 16 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlashSize {
    megabytes: u32,
}

/// Why a text is no [`FlashSize`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the size of a flash chip")]
pub struct FlashSizeError(String);

impl FlashSize {
    /// All of them, in megabytes.
    pub const MEGABYTES: [u32; 5] = [1, 2, 4, 8, 16];

    /// In bytes.
    pub const fn bytes(self) -> u32 {
        self.megabytes << 20
    }
}

impl FromStr for FlashSize {
    type Err = FlashSizeError;

    /// `4MB`, as esptool writes it.
    fn from_str(text: &str) -> Result<Self, FlashSizeError> {
        let number = text.to_ascii_uppercase();
        let megabytes = number.strip_suffix("MB").and_then(|digits| digits.trim_end().parse().ok());
        let megabytes = megabytes.filter(|megabytes| Self::MEGABYTES.contains(megabytes));
        megabytes.map(|megabytes| Self { megabytes }).ok_or_else(|| FlashSizeError(text.to_owned()))
    }
}

impl fmt::Display for FlashSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}MB", self.megabytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_esptool_writes_them() {
        assert_eq!("4MB".parse::<FlashSize>().map(FlashSize::bytes), Ok(4 << 20));
        assert_eq!("16 mb".parse::<FlashSize>().map(|size| size.to_string()), Ok("16MB".to_owned()));
        for wrong in ["", "4", "3MB", "32MB", "4GB", "MB", "-1MB"] {
            assert!(wrong.parse::<FlashSize>().is_err(), "{wrong:?}");
        }
    }
}
