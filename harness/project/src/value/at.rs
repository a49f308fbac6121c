//! A place in the flash.

use std::fmt;
use std::str::FromStr;

/// Where in the flash something belongs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// An offset from the start of the flash, in bytes.
    Offset(u32),
    /// The partition with this label.
    Partition(String),
}

/// Why a text is no place in the flash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OffsetError {
    /// It begins like a number and is none.
    #[error("{0:?} is no offset")]
    NoNumber(String),
    /// The label is empty, or longer than a partition table can hold.
    #[error("a partition's label has 1 to 16 characters")]
    Label,
}

/// Longest label of a partition, in bytes; ESP-IDF `esp_partition_info_t`.
const LABEL_BYTES: usize = 16;

impl FromStr for At {
    type Err = OffsetError;

    /// A number (`0x210000`, `2162688`) is an offset, anything else a label.
    fn from_str(text: &str) -> Result<Self, OffsetError> {
        if !text.starts_with(|c: char| c.is_ascii_digit()) {
            let is_label = !text.is_empty() && text.len() <= LABEL_BYTES;
            return if is_label { Ok(Self::Partition(text.to_owned())) } else { Err(OffsetError::Label) };
        }
        let digits = text.replace('_', "");
        let number = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => digits.parse(),
        };
        number.map(Self::Offset).map_err(|_| OffsetError::NoNumber(text.to_owned()))
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offset(offset) => write!(f, "{offset:#x}"),
            Self::Partition(label) => f.write_str(label),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_offsets_and_all_else_are_labels() {
        assert_eq!("0x210000".parse(), Ok(At::Offset(0x21_0000)));
        assert_eq!("65536".parse(), Ok(At::Offset(0x1_0000)));
        assert_eq!("0x21_0000".parse(), Ok(At::Offset(0x21_0000)));
        assert_eq!("storage".parse(), Ok(At::Partition("storage".to_owned())));
        assert!("0x".parse::<At>().is_err());
        assert!("12 kB".parse::<At>().is_err());
        assert!("0x1_0000_0000".parse::<At>().is_err());
        assert!("".parse::<At>().is_err());
        assert!("seventeen_letters".parse::<At>().is_err());
    }
}
